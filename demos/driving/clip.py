"""A short drive through a drawn street, for who has no video at hand; drawn once for all, when it is first wanted."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from core.driving.street import StreetScene
from core.media.video_writer import VideoWriter

SEED = 14
SIZE = (640, 320)
FRAMES, RATE = 48, 12
_SPEED = 8.0  # metres a second


@dataclass
class _Clock:
    """What a video's writer asks of its source."""

    time_base: Fraction = Fraction(1, RATE)
    pixel_aspect: Fraction = Fraction(1)
    rate: Fraction = Fraction(RATE)
    audio: Any = None


class DrawnClip:
    """The clip as a file. Thread-safe: who comes while it is drawn waits for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._folder: Path | None = None

    def draw(self) -> Iterator[int | Path]:
        """The number of frames drawn so far, again and again, and at last the file: an MP4 of ``FRAMES`` frames.

        Closed half-way, it leaves nothing behind.
        """
        with self._lock:
            if self._folder is None:
                folder = Path(tempfile.mkdtemp(dir=tempfile.gettempdir()))
                try:
                    yield from self._drawn(folder / "drawn-street.mp4")
                except BaseException:
                    shutil.rmtree(folder, ignore_errors=True)
                    raise
                self._folder = folder
            yield self._folder / "drawn-street.mp4"

    def _drawn(self, path: Path) -> Iterator[int]:
        street = StreetScene(SEED, speed=_SPEED, seconds=FRAMES / RATE)
        with VideoWriter(path, _Clock(), SIZE) as writer:
            for n in range(FRAMES):
                writer.write(street.frame(*SIZE, n / RATE).image, n)
                yield n + 1
