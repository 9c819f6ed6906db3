"""What is really there: of a drawn street, or from a file that a visitor gives."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from core.driving import Look, ParsedFrame
from core.driving.street import StreetFrame
from core.driving.views import true_things_picture
from core.errors import InputError
from core.labels import get_label_set
from core.media.label_maps import read_label_map
from core.media.probe import read_head
from core.metrics.read import read_ids
from core.results import ClassScores, Instances, PanopticMap, Segment, SemanticMap

CITY = get_label_set("cityscapes")
Form = Literal["drawn", "labelids", "trainids", "instanceids"]
MAX_THINGS = 500
"""A crowded street has some hundred; every one costs time whenever things are drawn or scored."""


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

    Sixteen bits are instance ids. Eight bits are train ids where the name says so, else what values and name make likelier.

    Raises:
        InputError: not such a PNG, ids that Cityscapes does not have, or over ``MAX_THINGS`` things.
    """
    path = Path(path)
    head = read_head(path)
    if head[:8] == b"\x89PNG\r\n\x1a\n" and head[24:25] == b"\x10":
        return _from_instances(read_ids(path).astype(np.int32))
    ids = read_label_map(path)
    if "trainid" in path.name.lower() or _look_like_train_ids(ids, "labelid" in path.name.lower()):
        return Truth(SemanticMap(CITY.from_train_ids(ids), CITY), None, "trainids")
    return Truth(SemanticMap(ids, CITY), None, "labelids")


def _look_like_train_ids(ids: np.ndarray, named_otherwise: bool) -> bool:
    """Whether ids, uint8 (H, W), are train ids by their values; ``named_otherwise``: the file is called label ids.

    Only train ids have 255. Label ids hardly ever end before 19: vegetation, sky, people and cars lie above. Those that do
    still have a road, which is 7, and as a train id a traffic sign: no street has a tenth of the picture full of signs. 0 and 1
    decide nothing: road and sidewalk of the train ids, but in label ids what nobody labelled and the own car's bonnet.
    """
    counts = np.bincount(ids.ravel(), minlength=256)
    if counts[len(CITY.evaluated) : 255].any():
        return False
    road = counts[CITY.by_name("road").id]
    return bool(counts[255]) or not (named_otherwise or road > ids.size / 10)


def _from_instances(ids: np.ndarray) -> Truth:
    known, numbers = {label.id for label in CITY.labels}, np.unique(ids).tolist()
    unknown = [i for i in numbers if (i // 1000 if i >= 1000 else i) not in known]
    if unknown:
        raise InputError(
            f"ids {unknown[:8]} in the map",
            "Cityscapes' instance ids: a label's id, or for a thing id · 1000 + n",
        )
    if (things := sum(i >= 1000 for i in numbers)) > MAX_THINGS:
        raise InputError(
            f"{things} things in the map",
            f"at most {MAX_THINGS}",
            "take the instanceIds of one picture, or its labelIds, which do not tell things apart",
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
        super().__init__(frame, ClassScores.of(nothing, CITY, truth.size), lambda _: _things(truth))
        self.semantic = truth.semantic
        if truth.panoptic is not None:
            self.panoptic = truth.panoptic

    @property
    def thing_ids(self) -> list[int]:
        return [s.label_id for s in _thing_segments(self.panoptic)]

    def _picture(self, look: Look) -> np.ndarray:
        if look.view == "instances":  # without their masks, of which there may be hundreds
            return true_things_picture(self.frame, self.panoptic, opacity=look.opacity)
        return super()._picture(look)


def _thing_segments(panoptic: PanopticMap) -> list[Segment]:
    return [s for s in panoptic.segments if panoptic.labels.by_id(s.label_id).isthing]


def _things(truth: Truth) -> Instances:
    """All things, each with score 1; the page does not ask for them."""
    kept = _thing_segments(truth.panoptic) if truth.panoptic is not None else []
    masks = np.zeros((len(kept), *truth.size), bool)
    for mask, segment in zip(masks, kept, strict=True):
        assert truth.panoptic is not None
        np.equal(truth.panoptic.ids, segment.id, out=mask)
    return Instances(masks, np.array([s.label_id for s in kept], int), np.ones(len(kept)), CITY)
