"""The video panel in a real browser."""

from __future__ import annotations

import av
import numpy as np
import pytest

from demos.portrait.example import example_photo

WAIT = 60_000


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "clip.mp4"
    person = example_photo().pixels[::2, ::2]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 256, 256, "yuv420p"
        for i in range(150):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(np.roll(person, i % 20, axis=1)))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_a_video_is_processed_shown_and_playable(open_page, clip):
    page = open_page()
    page.click("button[role=tab]:has-text('Video')")
    page.set_input_files("#video-source input[type=file]", str(clip))
    page.wait_for_selector("#video-source video", timeout=WAIT)
    page.click("#video-start")
    page.wait_for_selector("text=Done: 150 frames", timeout=WAIT)
    page.wait_for_selector("#video-result video", timeout=WAIT)
    page.wait_for_function(
        "() => { const v = document.querySelector('#video-result video'); return v.videoWidth === 256 && v.duration > 5 }",
        timeout=WAIT,
    )


def test_start_without_a_video_says_so(open_page):
    page = open_page()
    page.click("button[role=tab]:has-text('Video')")
    page.click("#video-start")
    page.wait_for_selector("text=Choose a video first", timeout=WAIT)
    page.wait_for_selector("#video-start:not([disabled])", timeout=WAIT)
