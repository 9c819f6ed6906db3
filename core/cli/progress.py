"""A progress line on a terminal; nothing but the end elsewhere."""

from __future__ import annotations

import contextlib
import sys
import time
from typing import Protocol


class Progress(Protocol):
    """``done`` of ``total`` (None: unknown), seconds spent and left (None: unknown)."""

    @property
    def done(self) -> int: ...
    @property
    def total(self) -> int | None: ...
    @property
    def elapsed_s(self) -> float: ...
    @property
    def left_s(self) -> float | None: ...


def clock(seconds: float) -> str:
    """``75`` → ``1:15``; ``3725`` → ``1:02:05``."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class Bar:
    """Draws ``name [####----] 40 % 12.5 frames/s, 0:31 left`` on standard error where that is a terminal."""

    def __init__(self, name: str, unit: str = "frames") -> None:
        self._name, self._unit, self._shown, self._live = name, unit, -1.0, sys.stderr.isatty()
        self._began = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        self._draw(progress.done, progress.total, progress.elapsed_s, progress.left_s)

    def count(self, done: int, total: int) -> None:
        """For work that does not time itself: it began when the bar was made."""
        elapsed = time.monotonic() - self._began
        self._draw(done, total, elapsed, elapsed / done * (total - done) if done else None)

    def _draw(self, done: int, total: int | None, elapsed: float, left: float | None) -> None:
        if not self._live or (elapsed - self._shown < 0.2 and done != total):
            return
        self._shown = elapsed
        rate = done / max(elapsed, 1e-6)
        if total and left is not None:
            filled = round(24 * done / total)
            bar = "#" * filled + "-" * (24 - filled)
            percent = round(100 * done / total)
            line = f"{self._name} [{bar}] {percent:3} % {rate:.1f} {self._unit}/s, {clock(left)} left"
        else:
            line = f"{self._name} {done} {self._unit}, {rate:.1f} {self._unit}/s"
        self._show(line)

    def end(self) -> None:
        if self._live and self._shown >= 0:
            self._show("")

    def _show(self, line: str) -> None:
        with contextlib.suppress(OSError):  # a terminal that has gone ends no work; its signal does
            print(f"\r{line}\x1b[K", end="", file=sys.stderr, flush=True)
