"""A steady map in video: what flickers is held, what moves is followed."""

from __future__ import annotations

import math

import cv2
import numpy as np

from core.results import ClassScores

_FLOW_SIDE = 320
"""Movement is looked for in a picture about this long: enough for a grid of 144 cells, in a millisecond or two."""


class SceneSmoother:
    """A low-pass filter over probabilities along the paths of what moves.

    A portrait stands before a camera that stands still, so there a pixel is compared with itself. From a car
    everything moves in every frame; here the last answer is first carried along by dense optical flow (Kroeger et al.,
    "Fast Optical Flow using Dense Inverse Search", 2016). Where the carried picture is the new picture, the answers are
    averaged with a time constant; where it is not (uncovered ground, something that flow lost, a cut) the new answer
    counts alone, pixel by pixel. A car's old place is therefore uncovered ground, and no smear.

    Args:
        hold_s: time constant where the flow holds, seconds.
        gap_s: after a longer pause, or when time goes back, smoothing starts over.
    """

    def __init__(self, hold_s: float = 0.2, gap_s: float = 0.5) -> None:
        self.hold_s, self.gap_s = hold_s, gap_s
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self._flow.setFinestScale(1)
        self.reset()

    def reset(self) -> None:
        """Forget everything; the next answer passes unchanged."""
        self._time_s: float | None = None
        self._last: ClassScores | None = None
        self._picture: np.ndarray | None = None

    def __call__(self, scores: ClassScores, time_s: float, frame: np.ndarray) -> ClassScores:
        """The smoothed probabilities, on the same grid.

        Args:
            scores: of this frame.
            time_s: when it was taken, seconds, rising.
            frame: uint8 RGB (H, W, 3), of which ``scores`` are. Another size than before starts over.
        """
        picture = _grey(frame)
        elapsed = None if self._time_s is None else time_s - self._time_s
        last, before = self._last, self._picture
        held = scores
        if (
            last is not None and before is not None and elapsed is not None and 0 <= elapsed <= self.gap_s
            and last.probabilities.shape == scores.probabilities.shape and before.shape == picture.shape
            and last.labels == scores.labels
        ):  # fmt: skip
            carried, trust = self._carry(last.probabilities, before, picture, scores)
            keep = trust * np.float32(math.exp(-elapsed / self.hold_s))
            # A whole neighbourhood whose class is another now is news, though the picture may not show it.
            change = cv2.blur(0.5 * np.abs(scores.probabilities - carried).sum(axis=0), (3, 3))
            keep *= 1 - _ramp(change, 0.6, 0.9)
            held = scores.replaced(scores.probabilities + keep * (carried - scores.probabilities))
        self._time_s, self._last, self._picture = time_s, held, picture
        return held

    def _carry(
        self, probabilities: np.ndarray, before: np.ndarray, now: np.ndarray, scores: ClassScores
    ) -> tuple[np.ndarray, np.ndarray]:
        """The last probabilities where they are now, (C, h, w), and how far to believe them, (h, w), 0 to 1."""
        height, width = now.shape
        flow = self._flow.calc(now, before, None)
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        from_x, from_y = x + flow[..., 0], y + flow[..., 1]
        carried_picture = cv2.remap(before, from_x, from_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        error = cv2.blur(cv2.absdiff(now, carried_picture).astype(np.float32), (3, 3))
        usual = float(np.median(error[::2, ::2]))  # noise, and light that changes everywhere
        trust = 1 - _ramp(error, 2 * usual + 3, 4 * usual + 12)
        trust[(from_x < 0) | (from_y < 0) | (from_x > width - 1) | (from_y > height - 1)] = 0
        trust = cv2.erode(trust, np.ones((3, 3), np.uint8))
        # The same on the grid, which may reach beyond the frame.
        h, w = probabilities.shape[1:]
        scale_y, scale_x = height * scores.cell[0] / scores.size[0], width * scores.cell[1] / scores.size[1]
        rows = np.clip((np.arange(h, dtype=np.float32) + 0.5) * scale_y - 0.5, 0, height - 1)
        columns = np.clip((np.arange(w, dtype=np.float32) + 0.5) * scale_x - 0.5, 0, width - 1)
        at_x, at_y = np.meshgrid(columns, rows)
        moved = cv2.remap(flow, at_x, at_y, cv2.INTER_LINEAR)
        grid_y, grid_x = np.mgrid[0:h, 0:w].astype(np.float32)
        grid_x += moved[..., 0] / np.float32(scale_x)
        grid_y += moved[..., 1] / np.float32(scale_y)
        carried = np.empty(probabilities.shape, np.float32)
        for c, plane in enumerate(np.ascontiguousarray(probabilities)):
            cv2.remap(plane, grid_x, grid_y, cv2.INTER_LINEAR, carried[c], cv2.BORDER_REPLICATE)
        return carried, cv2.remap(trust, at_x, at_y, cv2.INTER_LINEAR)


def _ramp(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """0 at ``low``, 1 at ``high``, straight between."""
    return np.clip((values - np.float32(low)) * np.float32(1 / (high - low)), 0, 1)


def _grey(frame: np.ndarray) -> np.ndarray:
    """uint8 luma, the long side about ``_FLOW_SIDE`` px."""
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    scale = min(1.0, _FLOW_SIDE / max(grey.shape))
    size = (max(16, round(grey.shape[1] * scale)), max(16, round(grey.shape[0] * scale)))
    return cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
