"""The numbers that a Mask R-CNN and the steps between its graphs must agree on."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from core.errors import InputError
from core.transforms.picture import number, whole

# Cityscapes' things in its order; a network's class n is CLASSES[n − 1], 0 is background.
CLASSES = ("person", "rider", "car", "truck", "bus", "train", "motorcycle", "bicycle")

# Strides of the maps that boxes are cut from, and of those that propose them. Proposing at stride 4 too would cost as much
# as the whole trunk, for boxes of under 10 px.
PYRAMID = (4, 8, 16, 32)
PROPOSING = (8, 16, 32, 64)
# Two sizes a map, each 1.65 times the one before, in px; height : width.
ANCHOR_SIZES = ((12, 20), (33, 54), (90, 148), (244, 403))
ANCHOR_RATIOS = (0.5, 1.0, 2.0)

WIDTH = 96  # channels of the pyramid, where a card does not say otherwise

# Lin et al., "Feature Pyramid Networks" (2017), equation 1: a box of 224 px is cut at stride 16.
CANONICAL_SIZE, CANONICAL_LEVEL = 224, 4
SAMPLES = 2  # a side of every cell: the mean of 2 × 2 points
BOX_CELLS, MASK_CELLS = 7, 14
# How many units a box head's answer has to a box's size (x, y) and to a factor of e (width, height).
BOX_WEIGHTS = (10.0, 10.0, 5.0, 5.0)


_MOST = 10_000  # of boxes


@dataclass(frozen=True)
class Limits:
    """How many boxes are looked at and which are kept.

    Attributes:
        per_level: best anchors of every map.
        proposals: of all maps, after the suppression of those that overlap more than ``proposal_overlap``.
        min_score: boxes below are dropped.
        overlap: of two boxes of one class that overlap more, the better stays.
        boxes: the best so many are given masks.
    """

    per_level: int = 300
    proposals: int = 128
    proposal_overlap: float = 0.7
    min_score: float = 0.05
    overlap: float = 0.5
    boxes: int = 64

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> Limits:
        """From a card's transform; what it does not name keeps its default.

        Raises:
            InputError: a name that is no limit, or a value that it cannot have.
        """
        if not isinstance(raw, dict):
            raise InputError(f"limits {raw!r}", "a dictionary")
        unknown = sorted(set(raw) - {f.name for f in fields(cls)})
        if unknown:
            raise InputError(f"limits {unknown}", f"some of {', '.join(f.name for f in fields(cls))}")
        for name, value in raw.items():
            count = isinstance(getattr(cls, name), int)
            if not (whole(value) and 1 <= value <= _MOST if count else number(value) and 0 <= value <= 1):
                raise InputError(
                    f"limit {name} of {value!r}",
                    f"a whole number, 1 to {_MOST}" if count else "a number, 0 to 1",
                )
        return cls(**raw)
