"""Small files of every kind, made by the test."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest


def moving_frame(index: int, width: int = 96, height: int = 64) -> np.ndarray:
    """A grey ramp with a bright square that moves two pixels a frame."""
    frame = np.full((height, width, 3), 90, np.uint8)
    x = 4 + 2 * index
    frame[20:40, x : x + 16] = (220, 120, 40)
    return frame


@pytest.fixture
def make_video(tmp_path: Path) -> Callable[..., Path]:
    """``make_video(name, frames=20, audio=True, times=None, rotation=0, size=(96, 64))`` → path."""

    def make(
        name: str = "clip.mp4",
        frames: int = 20,
        audio: bool = False,
        times: list[int] | None = None,
        rotation: int = 0,
        size: tuple[int, int] = (96, 64),
    ) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w") as container:
            video = container.add_stream("libx264", rate=25)
            video.width, video.height = size
            video.pix_fmt = "yuv444p" if size[0] % 2 or size[1] % 2 else "yuv420p"
            video.codec_context.time_base = Fraction(1, 100)
            if rotation:
                video.set_display_rotation(rotation)
            sound = container.add_stream("aac", rate=48000) if audio else None
            for i in range(frames):
                frame = av.VideoFrame.from_ndarray(moving_frame(i, *size))
                frame.pts, frame.time_base = (times[i] if times else 4 * i), Fraction(1, 100)
                container.mux(video.encode(frame))
            container.mux(video.encode(None))
            if sound is not None:
                for i in range(frames * 48000 // 25 // 1024):
                    wave = np.sin(np.arange(1024) * 0.05 + i).astype(np.float32)[None] * 0.3
                    samples = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
                    samples.sample_rate, samples.pts = 48000, i * 1024
                    container.mux(sound.encode(samples))
                container.mux(sound.encode(None))
        return path

    return make
