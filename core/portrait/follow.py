"""Who stays sharp in a video: chosen by pointing once, followed from frame to frame."""

from __future__ import annotations

import cv2
import numpy as np

from core.portrait.people import Points, label_people, people_at, spread

_CLEAR = 4
"""So many times as much of a part must lie on the kept people's last place as on the others' to be theirs alone."""


class Follower:
    """The chosen people of one frame after another.

    The points are where they stood at first. From then on a part of the matte is theirs if it lies where they were in the
    frame before; of a part in which they touch others, each cell goes with whom it is nearest to. Who comes into the
    picture later is not chosen. While none of the chosen is seen, their last place is remembered.
    """

    def __init__(self) -> None:
        self._points: Points | None = None
        self._last: tuple[np.ndarray, np.ndarray] | None = None  # grids of bool: the kept people, the others

    def reset(self) -> None:
        """Forget where they were; the next frame is looked up by its points."""
        self._last = None

    def __call__(self, alpha: np.ndarray, points: Points) -> np.ndarray:
        """uint8 (H, W): 1 where the nearest person is a chosen one, else 0.

        Args:
            alpha: float32 (H, W). Another size than before starts over.
            points: x, y relative to the picture, 0 to 1. Others than before start over.
        """
        owners, people = label_people(alpha)
        if points != self._points or (self._last is not None and self._last[0].shape != people.shape):
            self._last = None
        self._points = points
        if self._last is None:
            kept = np.isin(people, list(people_at(owners, people, points)))
        else:
            kept = self._followed(people, *self._last)
        if kept.any():
            self._last = kept, (people > 0) & ~kept
        share = (
            spread(kept, people > 0).astype(np.uint8) if people.any() else np.zeros(people.shape, np.uint8)
        )
        return cv2.resize(share, (alpha.shape[1], alpha.shape[0]), interpolation=cv2.INTER_NEAREST)

    @staticmethod
    def _followed(people: np.ndarray, last: np.ndarray, others: np.ndarray) -> np.ndarray:
        kept = np.zeros(people.shape, bool)
        for label in range(1, int(people.max(initial=0)) + 1):
            part = people == label
            on_kept, on_others = np.count_nonzero(part & last), np.count_nonzero(part & others)
            if on_kept > _CLEAR * on_others:
                kept |= part
            elif on_others <= _CLEAR * on_kept and on_kept:
                kept |= part & spread(last, last | others)
        return kept
