"""A network whose answer is known, in place of a checkpoint."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.labels import get_label_set
from core.results import ClassScores
from core.weights import Card
from demos.driving import compare, networks

CITY = get_label_set("cityscapes")
SKY, ROAD = CITY.by_name("sky"), CITY.by_name("road")


class HalfAndHalf:
    """The upper half of every frame is sky, the lower half road (or ``lower``); ``sure`` of it; counts how often it is asked."""

    def __init__(self, sure: float = 0.8) -> None:
        self.sure, self.lower, self.asked = sure, ROAD, 0

    def semantic(self, frame: np.ndarray) -> ClassScores:
        self.asked += bool(frame.any())  # a black frame only opens the network
        rest = (1 - self.sure) / (len(CITY.evaluated) - 1)
        probabilities = np.full((len(CITY.evaluated), 32, 64), rest, np.float32)
        probabilities[SKY.train_id, :16] = self.sure
        probabilities[self.lower.train_id, 16:] = self.sure
        return ClassScores.of(probabilities, CITY, frame.shape[:2])


def named(name: str) -> Card:
    return Card(
        name=name, title="for tests", task="semantic", architecture="", arguments={}, labels="cityscapes", transform={},
        licence="none", data=[], recipe="", measured={}, limits=[], sha256="", bytes=2_500_000, folder=Path(),
    )  # fmt: skip


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> HalfAndHalf:
    """The only network that is there, ``driving-fast``."""
    ours = HalfAndHalf()
    monkeypatch.setattr(networks, "list_cards", lambda: [named("driving-fast")])
    monkeypatch.setattr(compare, "load_card", named)
    for module in (networks, compare):
        monkeypatch.setattr(module, "load_segmenter", lambda name: ours)
    return ours


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "list_cards", list)
