"""In words and numbers: which classes a picture shows, and what is at one pixel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.labels import Label
from core.results import ClassScores, SemanticMap

UNSURE = 0.5
"""A pixel whose likeliest class has less than this probability is in doubt."""
# Both chosen by `python -m tests.bench.road_doubt` with driving-fast at three fifths of its training: taken for something else are 3 of 40
# IDD frames, 1 of 16 other people's street photos and (at 0.4) none of 63 from CamVid, Cityscapes, BDD and KITTI; taken for a
# road, 1 of 39 faces and 5 of 26 rooms. By doubt alone most rooms would pass: a floor looks much like a road.
DOUBTFUL_SHARE = 0.35
"""With more doubt than this, the picture is hardly a road scene as the network knows them."""
UPRIGHT_SHARE = 0.25
"""With more than this of its lower half upright or sky, neither."""
Reason = Literal["unsure", "upright"]
_UPRIGHT = ("building", "wall", "fence", "pole", "sky")


@dataclass(frozen=True)
class LegendRow:
    """One class of a picture: ``share`` of the pixels, 0 to 1."""

    label: Label
    share: float


@dataclass(frozen=True)
class PixelInfo:
    """What the network takes a pixel for.

    Attributes:
        label: the likeliest class; ``confidence``: its probability, 0 to 1.
        second: the next one; ``second_confidence``: its probability.
    """

    label: Label
    confidence: float
    second: Label
    second_confidence: float

    @property
    def kind(self) -> str:
        """``thing`` or ``stuff``."""
        return "thing" if self.label.isthing else "stuff"


def legend(semantic: SemanticMap) -> list[LegendRow]:
    """The classes of a map by their share, the largest first; shares add up to 1."""
    counts = np.bincount(semantic.ids.ravel(), minlength=256)
    rows = [
        LegendRow(label, float(counts[label.id] / semantic.ids.size))
        for label in semantic.labels.labels
        if 0 <= label.id < 256 and counts[label.id]
    ]
    return sorted(rows, key=lambda row: -row.share)


def category_shares(semantic: SemanticMap) -> dict[str, float]:
    """Share of the picture by category, 0 to 1, in the label set's order; categories that do not occur are 0."""
    shares = dict.fromkeys(semantic.labels.categories.values(), 0.0)
    for row in legend(semantic):
        if row.label.category:
            shares[row.label.category] += row.share
    return shares


def pixel_info(scores: ClassScores, x: int, y: int) -> PixelInfo:
    """What is at column ``x`` and row ``y``.

    Raises:
        InputError: outside the frame.
    """
    p = scores.at(x, y)
    first, second = (int(i) for i in np.argsort(-p, kind="stable")[:2])
    labels = scores.labels.evaluated
    return PixelInfo(labels[first], float(p[first]), labels[second], float(p[second]))


def doubt(scores: ClassScores) -> float:
    """Share of the picture's grid, 0 to 1, where no class reaches ``UNSURE``."""
    return float((scores.probabilities.max(axis=0) < UNSURE).mean())


def upright(scores: ClassScores) -> float:
    """Share of the lower half, 0 to 1, that is building, wall, fence, pole or sky: mean probability.

    Before a car lies ground; walls come down to a picture's lower edge in rooms.
    """
    lower = scores.probabilities[:, scores.probabilities.shape[1] // 2 :]
    rows = [label.train_id for label in scores.labels.evaluated if label.name in _UPRIGHT]
    return float(lower[rows].sum(axis=0).mean())


def why_no_road(scores: ClassScores) -> Reason | None:
    """Why this hardly is a road scene; None: it looks like one.

    Args:
        scores: of the 19 Cityscapes classes.

    Returns:
        ``unsure``: the network doubts much of what it sees, as before a face. ``upright``: it is sure enough, but of walls
        where ground should be, as in a room.
    """
    if doubt(scores) > DOUBTFUL_SHARE:
        return "unsure"
    return "upright" if upright(scores) > UPRIGHT_SHARE else None


def looks_like_a_road(scores: ClassScores) -> bool:
    """Whether nothing speaks against a road scene, see :func:`why_no_road`."""
    return why_no_road(scores) is None
