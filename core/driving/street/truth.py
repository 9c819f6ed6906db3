"""A drawn frame and what every pixel of it is; all forms come from one map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.labels import get_label_set
from core.results import Instances, PanopticMap, Segment, SemanticMap

_CITY = get_label_set("cityscapes")


@dataclass(frozen=True, eq=False)
class StreetFrame:
    """A picture with its truth.

    Attributes:
        image: uint8 RGB (H, W, 3).
        instance_ids: int32 (H, W), Cityscapes' ``instanceIds``: a label id, or for things id · 1000 + n.
    """

    image: np.ndarray
    instance_ids: np.ndarray

    def label_ids(self) -> np.ndarray:
        """Cityscapes label ids, uint8 (H, W)."""
        ids = self.instance_ids
        return np.where(ids >= 1000, ids // 1000, ids).astype(np.uint8)

    def semantic(self) -> SemanticMap:
        return SemanticMap(self.label_ids(), _CITY)

    def train_ids(self) -> np.ndarray:
        """Train ids, uint8 (H, W); 255 is void."""
        return _CITY.to_train_ids(self.label_ids())

    def panoptic(self) -> PanopticMap:
        """Segments numbered as ``instance_ids``; labels that evaluation ignores are void (0)."""
        segments, ids = [], self.instance_ids.copy()
        for number in np.unique(ids).tolist():
            label = _CITY.by_id(number // 1000 if number >= 1000 else number)
            if label.ignored:
                ids[ids == number] = 0
            else:
                segments.append(Segment(number, label.id))
        return PanopticMap(ids, tuple(segments), _CITY)

    def instances(self) -> Instances:
        """All things, each with score 1; ``masks`` (N, H, W) may be empty."""
        numbers = [n for n in np.unique(self.instance_ids).tolist() if n >= 1000]
        masks = self.instance_ids[None] == np.array(numbers, np.int32).reshape(-1, 1, 1)
        return Instances(masks, np.array(numbers, int) // 1000, np.ones(len(numbers)), _CITY)
