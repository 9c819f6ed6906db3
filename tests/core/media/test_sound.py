"""Sound comes along whatever its container says of it; where it cannot, that is told."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from core.media import video_writer
from core.media.convert import process_video
from tests.core.media.conftest import moving_frame

RATE = 48000


def same(pixels, _time_s):
    return pixels


def with_sound(
    path: Path, codec: str, layout: str = "stereo", frames: int = 20, later: tuple[float, float] = (0, 0)
) -> Path:
    """A video of 25 frames/s with a tone; ``later``: seconds at which picture and sound begin."""
    with av.open(str(path), "w") as container:
        shown = container.add_stream("libx264", rate=25)
        shown.width, shown.height, shown.pix_fmt = 96, 64, "yuv420p"
        heard = container.add_stream(codec, rate=RATE)
        heard.codec_context.layout = layout
        tone = (9000 * np.sin(np.arange(RATE // 25) * 0.05)).astype(np.int16)
        for i in range(frames):
            frame = av.VideoFrame.from_ndarray(moving_frame(i))
            frame.pts, frame.time_base = i + round(25 * later[0]), Fraction(1, 25)
            container.mux(shown.encode(frame))
            channels = av.AudioLayout(layout).nb_channels
            samples = av.AudioFrame.from_ndarray(np.repeat(tone, channels)[None], format="s16", layout=layout)
            samples.sample_rate, samples.time_base = RATE, Fraction(1, RATE)
            samples.pts = i * len(tone) + round(RATE * later[1])
            container.mux(heard.encode(samples))
        container.mux(shown.encode(None))
        container.mux(heard.encode(None))
    return path


def loudness(path: Path) -> float:
    """Mean square of a file's sound; 0 where there is none."""
    with av.open(str(path)) as container:
        heard = [f.to_ndarray().astype(float) for f in container.decode(audio=0)]
    return float(np.mean(np.concatenate([h.ravel() for h in heard]) ** 2))


def sound_starts(path: Path) -> list[float]:
    """When each piece of a file's sound is to be heard, s."""
    with av.open(str(path)) as container:
        return [float(p.pts * p.time_base) for p in container.demux(audio=0) if p.pts is not None]


@pytest.mark.parametrize("name,layout", [("a.avi", "stereo"), ("a.mkv", "stereo"), ("a.mkv", "5.1")])
def test_channels_without_an_order_are_heard(tmp_path, name, layout):
    """Uncompressed sound in AVI and MKV says how many channels it has, not which."""
    source = with_sound(tmp_path / name, "pcm_s16le", layout)
    summary = process_video(source, tmp_path / "out.mp4", same)
    assert summary.note is None
    with av.open(str(tmp_path / "out.mp4")) as made:
        assert made.streams.audio[0].codec_context.layout.name == layout
    assert loudness(tmp_path / "out.mp4") > 0.01


def test_sound_that_cannot_be_written_is_told(tmp_path, monkeypatch):
    def refuses(*_):
        raise ValueError("no header")

    monkeypatch.setattr(video_writer, "Sound", refuses)
    source = with_sound(tmp_path / "a.mkv", "aac")
    summary = process_video(source, tmp_path / "out.mp4", same)
    assert summary.note == "a.mkv: its sound cannot be written and is left out"
    with av.open(str(tmp_path / "out.mp4")) as made:
        assert not made.streams.audio
