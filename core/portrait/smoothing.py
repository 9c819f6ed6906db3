"""A steady matte in video: no flicker while nothing moves, no ghost when something does."""

from __future__ import annotations

import math

import cv2
import numpy as np

_SIDE = 320
"""Decisions are taken on a grid about this long: single pixels are noise."""

_ALL_MOVES = 5.0
"""Median change of the smoothed picture, of 255, above which no noise can be: the camera moves, or it is another scene."""


class TemporalSmoother:
    """A low-pass filter over mattes whose strength is decided anew for every region and frame.

    As in the 1€ filter (Casiez et al. 2012) the cut-off rises with speed: where neither the picture nor the
    matte has really changed, the matte follows with a time constant of ``hold_s``; where either has, it
    follows at once. Small differences count as noise, judged by the typical difference of two frames. Time,
    not the count of frames, decides: 15 and 60 frames a second are equally steady.

    Args:
        hold_s: time constant in still regions, seconds.
        free_s: time constant with which a region that moved returns to being held, seconds.
        gap_s: after a longer pause, or when time goes back, smoothing starts over.
    """

    def __init__(self, hold_s: float = 0.35, free_s: float = 0.1, gap_s: float = 1.0) -> None:
        self.hold_s, self.free_s, self.gap_s = hold_s, free_s, gap_s
        self.reset()

    def reset(self) -> None:
        """Forget everything; the next matte passes unchanged."""
        self._time_s: float | None = None
        self._shape: tuple[int, ...] | None = None
        self._matte: np.ndarray | None = None
        self._moved = np.zeros((1, 1), np.float32)
        self._picture: np.ndarray | None = None

    def __call__(self, alpha: np.ndarray, time_s: float, frame: np.ndarray | None = None) -> np.ndarray:
        """The smoothed matte.

        Args:
            alpha: float32 (H, W), 0 to 1.
            time_s: when the frame was taken, seconds, rising.
            frame: uint8 (H, W, 3) RGB, if at hand: what moves in it is not held.

        Returns:
            float32 (H, W), 0 to 1. Another size than before starts over.
        """
        alpha = np.ascontiguousarray(alpha, dtype=np.float32)
        scale = min(1.0, _SIDE / max(alpha.shape))
        size = (max(1, round(alpha.shape[1] * scale)), max(1, round(alpha.shape[0] * scale)))
        coarse = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)
        picture = None if frame is None else _grey(frame, size)
        elapsed = None if self._time_s is None else time_s - self._time_s
        last = self._matte
        same = last is not None and self._shape == alpha.shape
        if last is None or not same or elapsed is None or not 0 <= elapsed <= self.gap_s:
            held = coarse
            self._moved = np.zeros_like(coarse)
        else:
            follow = 1 - math.exp(-elapsed / self.hold_s)
            # What has just moved stays free a little longer: a remainder held back would be a ghost.
            lasting = self._moved * np.float32(math.exp(-elapsed / self.free_s))
            moved = self._moved = np.maximum(self._movement(coarse, last, picture), lasting)
            held = last + (follow + (1 - follow) * moved) * (coarse - last)
        self._time_s, self._shape, self._matte, self._picture = time_s, alpha.shape, held, picture
        if held is coarse:
            return alpha
        # What smoothing took away or added is smooth: it is enlarged, and the matte's own detail stays.
        change = cv2.resize(held - coarse, (alpha.shape[1], alpha.shape[0]), interpolation=cv2.INTER_LINEAR)
        return np.clip(cv2.add(alpha, change, dst=change), 0, 1, out=change)

    def _movement(self, matte: np.ndarray, last: np.ndarray, picture: np.ndarray | None) -> np.ndarray:
        """float32 grid, 0 (still: hold) to 1 (moving: follow at once)."""
        around = (5, 5)
        # A whole neighbourhood that changes by much is a shape that moves; noise averages out.
        change = cv2.blur(cv2.absdiff(matte, last), around)
        if picture is None or self._picture is None or picture.shape != self._picture.shape:
            moved = _ramp(change, 0.06, 0.22)
        else:
            seen = cv2.absdiff(cv2.blur(picture, around), cv2.blur(self._picture, around))
            # Light that flickers everywhere, and the sensor's noise, are nothing that moves.
            usual = float(np.median(seen[::4, ::4]))
            # With the picture as a witness the matte alone must say it louder; where all of the picture changes,
            # at a cut or in a pan, it is no witness.
            moved = _ramp(change, 0.2, 0.45) if usual <= _ALL_MOVES else _ramp(change, 0.06, 0.22)
            moved = np.maximum(moved, _ramp(seen, 3 * usual + 2.0, 6 * usual + 8.0))
        return cv2.dilate(moved, np.ones((5, 5), np.uint8))


def _ramp(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """0 at ``low``, 1 at ``high``, straight between."""
    return np.clip((values - np.float32(low)) * np.float32(1 / (high - low)), 0, 1)


def _grey(frame: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """float32 luma on the grid, 0 to 255."""
    while frame.shape[1] >= 2 * size[0] and frame.shape[0] >= 2 * size[1]:
        half = (frame.shape[1] // 2, frame.shape[0] // 2)
        frame = cv2.resize(frame, half, interpolation=cv2.INTER_AREA)
    return cv2.resize(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), size).astype(np.float32)
