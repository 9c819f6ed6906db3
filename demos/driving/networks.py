"""Which networks for roads are there, and what they answer."""

from __future__ import annotations

import time
from functools import lru_cache

import numpy as np

from core.results import ClassScores
from core.segmenter import Segmenter, load_segmenter
from core.weights import Card, list_cards

ORDER = ("driving-fast", "driving-fcn", "driving-unet", "driving-deeplab")
# Proper names, the same in every language; the others are in the words.
_NAMES = {
    "driving-fcn": "FCN",
    "driving-unet": "U-Net",
    "driving-deeplab": "DeepLabV3+",
    "driving-maskrcnn": "Mask R-CNN",
}
TRUTH = "truth"
"""Stands for a network where the truth itself is shown."""


def road_networks() -> list[Card]:
    """The semantic networks of Cityscapes' classes; the fast one first, then as in ``ORDER``, then by name."""
    cards = [c for c in list_cards() if c.task == "semantic" and c.labels == "cityscapes"]
    return sorted(cards, key=lambda c: (ORDER.index(c.name) if c.name in ORDER else len(ORDER), c.name))


def default_network() -> str:
    """The name of the first of them; ``TRUTH`` where there is none."""
    cards = road_networks()
    return cards[0].name if cards else TRUTH


def instance_network() -> Card | None:
    """The network that tells things apart; None: there is none."""
    return next((c for c in list_cards() if c.task == "instance" and c.labels == "cityscapes"), None)


def network_name(name: str, w: dict[str, str]) -> str:
    """What people call a network, or the truth in its place; its card's name where there is no other."""
    return _NAMES.get(name) or w.get(name, name)


def ask(name: str, frame: np.ndarray) -> tuple[ClassScores, float]:
    """A network's answer about a frame, and the seconds that it took, opening the network left aside.

    Raises:
        InputError: unknown name, damaged checkpoint.
    """
    segmenter = load_segmenter(name)
    _open(segmenter, *frame.shape[:2])
    began = time.perf_counter()
    scores = segmenter.semantic(frame)
    return scores, time.perf_counter() - began


@lru_cache(maxsize=128)
def _open(segmenter: Segmenter, height: int, width: int) -> None:
    """Have the network ready for frames of this size: compiling it is not the picture's time."""
    segmenter.semantic(np.zeros((height, width, 3), np.uint8))
