"""A progress line on a terminal; nothing but the end elsewhere."""

from __future__ import annotations

import sys

from core.media.convert import Progress


def clock(seconds: float) -> str:
    """``75`` → ``1:15``; ``3725`` → ``1:02:05``."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class Bar:
    """Draws ``name [####----] 40 % 12.5 frames/s, 0:31 left`` on standard error where that is a terminal."""

    def __init__(self, name: str) -> None:
        self._name, self._shown, self._live = name, -1.0, sys.stderr.isatty()

    def __call__(self, progress: Progress) -> None:
        if not self._live or (progress.elapsed_s - self._shown < 0.2 and progress.done != progress.total):
            return
        self._shown = progress.elapsed_s
        rate = progress.done / max(progress.elapsed_s, 1e-6)
        if progress.total and progress.left_s is not None:
            filled = round(24 * progress.done / progress.total)
            bar = "#" * filled + "-" * (24 - filled)
            percent = round(100 * progress.done / progress.total)
            line = f"{self._name} [{bar}] {percent:3} % {rate:.1f} frames/s, {clock(progress.left_s)} left"
        else:
            line = f"{self._name} {progress.done} frames, {rate:.1f} frames/s"
        print(f"\r{line}\x1b[K", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._live and self._shown >= 0:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
