"""What is really there: of a drawn street, or from a file that a visitor gives."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from core.driving import ParsedFrame
from core.driving.street import StreetFrame
from core.errors import InputError
from core.labels import get_label_set
from core.media.label_maps import read_label_map
from core.media.probe import read_head
from core.metrics.read import read_ids
from core.results import ClassScores, Instances, PanopticMap, SemanticMap

CITY = get_label_set("cityscapes")
Form = Literal["drawn", "labelids", "trainids", "instanceids"]


@dataclass(frozen=True, eq=False)
class Truth:
    """The truth of a picture.

    Attributes:
        semantic: a class for every pixel.
        panoptic: segments; None where a file does not tell things of a class apart.
        form: where it is from: a drawn street, or how a file's numbers were read.
    """

    semantic: SemanticMap
    panoptic: PanopticMap | None
    form: Form

    @property
    def size(self) -> tuple[int, int]:
        """(H, W) in px."""
        height, width = self.semantic.ids.shape
        return height, width

    def resized(self, height: int, width: int) -> Truth:
        """For a picture of that size; every pixel is that of the nearest one here."""
        if (height, width) == self.size:
            return self

        def nearest(ids: np.ndarray) -> np.ndarray:
            return cv2.resize(ids, (width, height), interpolation=cv2.INTER_NEAREST)

        panoptic = None
        if self.panoptic is not None:
            ids = nearest(self.panoptic.ids)
            left = set(np.unique(ids).tolist())
            segments = tuple(s for s in self.panoptic.segments if s.id in left)
            panoptic = PanopticMap(ids, segments, CITY)
        return Truth(SemanticMap(nearest(self.semantic.ids), CITY), panoptic, self.form)


def drawn_truth(frame: StreetFrame) -> Truth:
    """The truth of a drawn street."""
    return Truth(frame.semantic(), frame.panoptic(), "drawn")


def read_truth(path: str | Path) -> Truth:
    """Cityscapes' ``labelIds``, ``labelTrainIds`` or ``instanceIds`` PNG; which one is told from the file itself.

    Sixteen bits are instance ids. Of eight bits, train ids are those that say so in their name, that have 255, or that
    would otherwise be void in most places.

    Raises:
        InputError: not such a PNG, or ids that Cityscapes does not have.
    """
    path = Path(path)
    head = read_head(path)
    if head[:8] == b"\x89PNG\r\n\x1a\n" and head[24:25] == b"\x10":
        return _from_instances(read_ids(path).astype(np.int32))
    ids = read_label_map(path)
    if "trainid" in path.name.lower() or _look_like_train_ids(ids):
        return Truth(SemanticMap(CITY.from_train_ids(ids), CITY), None, "trainids")
    return Truth(SemanticMap(ids, CITY), None, "labelids")


def _look_like_train_ids(ids: np.ndarray) -> bool:
    counts = np.bincount(ids.ravel(), minlength=256)
    in_range = not counts[len(CITY.evaluated) : 255].any()
    evaluated = counts[[label.id for label in CITY.evaluated]].sum()
    return bool(in_range and (counts[255] or evaluated < ids.size / 2))


def _from_instances(ids: np.ndarray) -> Truth:
    known = {label.id for label in CITY.labels}
    unknown = [i for i in np.unique(ids).tolist() if (i // 1000 if i >= 1000 else i) not in known]
    if unknown:
        raise InputError(
            f"ids {unknown[:8]} in the map",
            "Cityscapes' instance ids: a label's id, or for a thing id · 1000 + n",
        )
    frame = StreetFrame(np.zeros((*ids.shape, 3), np.uint8), ids)
    found = frame.panoptic()
    # As in Cityscapes' own conversion: things that are not told apart are a crowd.
    segments = tuple(
        replace(s, iscrowd=s.id < 1000 and CITY.by_id(s.label_id).isthing) for s in found.segments
    )
    return Truth(frame.semantic(), PanopticMap(found.ids, segments, CITY), "instanceids")


class TrueFrame(ParsedFrame):
    """A frame with its truth in the place of a network's answer: it has every view but confidence.

    Args:
        frame: uint8 RGB (H, W, 3).
        truth: of that size. Without segments, nothing is an instance.
    """

    def __init__(self, frame: np.ndarray, truth: Truth) -> None:
        classes = len(CITY.evaluated)
        nothing = np.full((classes, 1, 1), 1 / classes, np.float32)
        things = _things(truth)
        super().__init__(frame, ClassScores.of(nothing, CITY, truth.size), lambda _: things)
        self.semantic = truth.semantic
        if truth.panoptic is not None:
            self.panoptic = truth.panoptic


def _things(truth: Truth) -> Instances:
    if truth.panoptic is None:
        return Instances(np.zeros((0, *truth.size), bool), np.zeros(0, int), np.zeros(0), CITY)
    kept = [s for s in truth.panoptic.segments if CITY.by_id(s.label_id).isthing]
    masks = truth.panoptic.ids[None] == np.array([s.id for s in kept], np.int32).reshape(-1, 1, 1)
    return Instances(masks, np.array([s.label_id for s in kept], int), np.ones(len(kept)), CITY)
