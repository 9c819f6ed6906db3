"""Drawn streets with a stand-in for a network, which answers with the drawing's own truth."""

from __future__ import annotations

import cv2
import numpy as np

from core.driving.street import StreetFrame
from core.labels import get_label_set
from core.results import ClassScores

CITY = get_label_set("cityscapes")
_CELL = 4


def scores_of(train_ids: np.ndarray, sure: float = 0.9) -> ClassScores:
    """A network's answer on a grid a quarter as fine: ``sure`` for the true class, the rest shared; void is no class.

    Args:
        train_ids: uint8 (H, W), sides multiples of 4.
    """
    height, width = train_ids.shape
    truth = np.stack([(train_ids == c).astype(np.float32) for c in range(19)])
    grid = np.stack(
        [
            cv2.resize(plane, (width // _CELL, height // _CELL), interpolation=cv2.INTER_AREA)
            for plane in truth
        ]
    )
    return ClassScores.of(grid * np.float32(sure) + (1 - sure * grid.sum(axis=0)) / 19, CITY, (height, width))


class KnowsTheStreet:
    """Stands in for a network: its answer about these frames is their truth, about others that it does not know.

    Attributes:
        asked: how often.
    """

    def __init__(self, *frames: StreetFrame) -> None:
        self._frames = frames
        self.asked = 0

    def semantic(self, frame: np.ndarray) -> ClassScores:
        self.asked += 1
        for known in self._frames:
            if known.image.shape == frame.shape and np.array_equal(known.image, frame):
                return scores_of(known.train_ids())
        return ClassScores.of(np.full((19, 4, 8), 1 / 19, np.float32), CITY, frame.shape[:2])
