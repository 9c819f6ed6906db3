"""The video panel in a real browser."""

from __future__ import annotations

import av
import numpy as np
import pytest

from demos.portrait.example import example_photo

WAIT = 60_000


def write_clip(path, frames):
    person = example_photo().pixels[::2, ::2]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 256, 256, "yuv420p"
        for i in range(frames):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(np.roll(person, i % 20, axis=1)))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return write_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", 150)


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory):
    return write_clip(tmp_path_factory.mktemp("clips") / "long.mp4", 3000)


def choose_and_start(page, clip):
    page.click("button[role=tab]:has-text('Video')")
    page.set_input_files("#video-source input[type=file]", str(clip))
    page.wait_for_selector("#video-source video", timeout=WAIT)
    page.click("#video-start")


def test_a_video_is_processed_shown_and_playable(open_page, clip):
    page = open_page()
    choose_and_start(page, clip)
    page.wait_for_selector("text=Done: 150 frames", timeout=WAIT)
    page.wait_for_selector("#video-result video", timeout=WAIT)
    page.wait_for_function(
        "() => { const v = document.querySelector('#video-result video'); return v.videoWidth === 256 && v.duration > 5 }",
        timeout=WAIT,
    )
    with page.expect_download(timeout=WAIT) as waiting:
        page.click("#video-download")
    assert waiting.value.suggested_filename == "clip-blur.mp4"
    with av.open(waiting.value.path()) as container:
        assert sum(1 for _ in container.decode(video=0)) == 150


def start_and_see_it_work(page, clip):
    choose_and_start(page, clip)
    page.wait_for_selector("#video-preview img", timeout=WAIT)


def test_stopping_keeps_what_is_done(open_page, long_clip):
    page = open_page()
    start_and_see_it_work(page, long_clip)
    assert "of 3000 frames" in page.inner_text("#video-status")
    page.click("#video-cancel")
    page.wait_for_selector("text=Stopped: the first", timeout=WAIT)
    page.wait_for_function("() => document.querySelector('#video-result video')?.duration > 0", timeout=WAIT)


def test_who_waits_for_another_video_hears_so_and_can_stop(open_page, clip, long_clip):
    first = open_page()
    start_and_see_it_work(first, long_clip)
    page = open_page()
    choose_and_start(page, clip)
    page.wait_for_selector("text=Waiting for another video to be done", timeout=WAIT)
    page.click("#video-cancel")
    page.wait_for_selector("text=Stopped before it began", timeout=WAIT)
    page.click("#video-start")
    page.wait_for_selector("text=Waiting for another video to be done", timeout=WAIT)
    first.click("#video-cancel")
    page.wait_for_selector("text=Done: 150 frames", timeout=WAIT)


def test_a_closed_tab_makes_room_for_the_next_visitor(open_page, clip, long_clip):
    page = open_page()
    start_and_see_it_work(page, long_clip)
    page.close()
    page = open_page()
    start_and_see_it_work(page, clip)
    page.wait_for_selector("text=Done: 150 frames", timeout=WAIT)


def test_a_bad_video_is_told(open_page, tmp_path):
    bad = tmp_path / "holiday.mp4"
    bad.write_bytes(b"this is no video" * 100)
    page = open_page()
    page.click("button[role=tab]:has-text('Video')")
    page.set_input_files("#video-source input[type=file]", str(bad))
    page.wait_for_selector("#video-source video", state="attached", timeout=WAIT)
    page.click("#video-start")
    page.wait_for_selector("text=holiday.mp4 cannot be opened as a video", timeout=WAIT)
    page.wait_for_selector("#video-start", timeout=WAIT)


def test_start_without_a_video_says_so(open_page):
    page = open_page()
    page.click("button[role=tab]:has-text('Video')")
    page.click("#video-start")
    page.wait_for_selector("text=Choose a video first", timeout=WAIT)
    page.wait_for_selector("#video-start:not([disabled])", timeout=WAIT)


def test_a_trimmed_video_is_what_is_processed(open_page, clip):
    """Gradio trims in the browser, with an FFmpeg that the page's own rules must let run: from when it is loaded."""
    page = open_page()
    loading = []
    page.route("**/ffmpeg-core.wasm", lambda route: loading.append(route))
    page.click("button[role=tab]:has-text('Video')")
    with page.expect_request("**/ffmpeg-core.wasm", timeout=WAIT):
        page.set_input_files("#video-source input[type=file]", str(clip))
    scissors = page.locator("#video-source button[aria-label='Trim video to selection']")
    scissors.wait_for(state="attached", timeout=WAIT)
    assert scissors.is_hidden(), "pressed now they would give the whole video back"
    loading.pop().continue_()
    scissors.click(timeout=WAIT)
    end = page.locator("#video-source [aria-label='end drag handle for trimming video']").bounding_box()
    start = page.locator("#video-source [aria-label='start drag handle for trimming video']").bounding_box()
    y = end["y"] + end["height"] / 2
    page.mouse.move(end["x"] + end["width"] / 2, y)
    page.mouse.down()
    page.mouse.move((start["x"] + end["x"]) / 2, y, steps=5)
    page.mouse.up()
    page.click("#video-source button:has-text('Trim')")
    page.wait_for_function("() => document.querySelector('#video-source video')?.duration < 5", timeout=WAIT)
    page.click("#video-start")
    page.wait_for_selector("#video-status:has-text('Done: ')", timeout=WAIT)
    frames = int(page.inner_text("#video-status").split("Done: ")[1].split()[0])
    assert 30 < frames < 120
