"""Segmentations of pictures, and the formats in which the field exchanges them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from core.atomic import whole_file
from core.errors import InputError
from core.labels import LabelSet


def check(array: np.ndarray, name: str, dims: int, kinds: str, todo: str) -> None:
    """Raise `InputError` unless ``array`` has ``dims`` dimensions, is not empty and its dtype is of ``kinds``."""
    if (
        not isinstance(array, np.ndarray)
        or array.ndim != dims
        or array.dtype.kind not in kinds
        or not array.size
    ):
        got = f"{array.dtype} {array.shape}" if isinstance(array, np.ndarray) else type(array).__name__
        raise InputError(f"{name}: {got}", f"a non-empty array of {dims} dimensions", todo)


def save_png(path: str | Path, array: np.ndarray) -> Path:
    """Write uint8 (H, W) or (H, W, 3) as PNG, whole or not at all."""
    with whole_file(path) as partial:
        Image.fromarray(array).save(partial, "PNG")
    return Path(path)


@dataclass(frozen=True, eq=False)
class SemanticMap:
    """A class for every pixel: ``ids`` (H, W) of the label set's ids, uint8.

    Raises:
        InputError: another shape, or an id the label set does not have (void's is allowed).
    """

    ids: np.ndarray
    labels: LabelSet

    def __post_init__(self) -> None:
        check(self.ids, "semantic map", 2, "u", "give label ids as uint8 (H, W)")
        known = {label.id for label in self.labels.labels} | {self.labels.void_id}
        unknown = sorted(set(np.unique(self.ids).tolist()) - known)
        if unknown:
            raise InputError(
                f"ids {unknown[:8]} in the map", f"ids of {self.labels.name}", "map train ids to ids first"
            )

    def save(self, path: str | Path) -> Path:
        """Cityscapes' ``labelIds`` form: an 8-bit grey PNG of ids."""
        return save_png(path, self.ids.astype(np.uint8))

    def save_train_ids(self, path: str | Path) -> Path:
        """Cityscapes' ``labelTrainIds`` form: an 8-bit grey PNG of train ids; 255 is void."""
        return save_png(path, self.labels.to_train_ids(self.ids))

    def colored(self) -> np.ndarray:
        """uint8 RGB (H, W, 3) in the label set's colours."""
        # Four times as fast as numpy's own look-up.
        return cv2.LUT(
            cv2.cvtColor(self.ids.astype(np.uint8), cv2.COLOR_GRAY2RGB), self.labels.color_table()[None]
        )

    def areas(self) -> dict[str, int]:
        """Pixels by label name, for labels that occur."""
        counts = np.bincount(self.ids.ravel(), minlength=256)
        return {
            label.name: int(counts[label.id])
            for label in self.labels.labels
            if 0 <= label.id < 256 and counts[label.id]
        }


@dataclass(frozen=True, eq=False)
class Instances:
    """Objects that may overlap: ``masks`` bool (N, H, W), ``label_ids`` int (N,), ``scores`` float (N,), 0 to 1.

    Raises:
        InputError: lengths differ, or another shape.
    """

    masks: np.ndarray
    label_ids: np.ndarray
    scores: np.ndarray
    labels: LabelSet

    def __post_init__(self) -> None:
        if self.masks.ndim != 3 or self.masks.dtype != bool:
            raise InputError(
                f"masks: {self.masks.dtype} {self.masks.shape}", "bool (N, H, W)", "threshold them first"
            )
        if not len(self.masks) == len(self.label_ids) == len(self.scores):
            counts = f"{len(self.masks)} masks, {len(self.label_ids)} labels, {len(self.scores)} scores"
            raise InputError(counts, "as many of each")
        for number in set(np.asarray(self.label_ids).tolist()):
            self.labels.by_id(number)

    def __len__(self) -> int:
        return len(self.masks)

    def boxes(self) -> np.ndarray:
        """float32 (N, 4): left, top, right, bottom in px (right and bottom exclusive); empty masks give zeros."""
        boxes = np.zeros((len(self), 4), np.float32)
        for i, mask in enumerate(self.masks):
            columns, rows = np.flatnonzero(mask.any(0)), np.flatnonzero(mask.any(1))
            if len(columns):
                boxes[i] = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
        return boxes


@dataclass(frozen=True)
class Segment:
    """One segment of a panoptic map; ``id`` is its number in the map, over 0."""

    id: int
    label_id: int
    iscrowd: bool = False


@dataclass(frozen=True, eq=False)
class PanopticMap:
    """Every pixel belongs to one segment or to none: ``ids`` int32 (H, W), 0 is void; ``segments`` describe them.

    Raises:
        InputError: an id in the map that no segment has, or the other way round, or an unknown label.
    """

    ids: np.ndarray
    segments: tuple[Segment, ...]
    labels: LabelSet
    _areas: dict[int, int] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        check(self.ids, "panoptic map", 2, "iu", "give segment ids as int32 (H, W)")
        numbers, counts = np.unique(self.ids, return_counts=True)
        found = {int(n): int(c) for n, c in zip(numbers, counts, strict=True) if n != 0}
        listed = [s.id for s in self.segments]
        if len(set(listed)) != len(listed) or min([1, *listed]) < 1 or max([0, *listed]) >= 1 << 24:
            raise InputError(f"segment ids {listed}", "different numbers from 1 to 16777215")
        if set(listed) != set(found):
            only_map, only_list = sorted(set(found) - set(listed)), sorted(set(listed) - set(found))
            raise InputError(
                f"ids {only_map} only in the map, {only_list} only in the list", "the same ids in both"
            )
        for segment in self.segments:
            self.labels.by_id(segment.label_id)
        self._areas.update(found)

    def semantic(self) -> np.ndarray:
        """Label ids, uint8 (H, W); void is the label set's void id (0 where it has none)."""
        lookup = {s.id: s.label_id for s in self.segments} | {0: self.labels.void_id or 0}
        numbers, inverse = np.unique(self.ids, return_inverse=True)
        table = np.array([lookup[int(n)] for n in numbers])
        return table[inverse].reshape(self.ids.shape).astype(np.uint8)

    def save(self, png: str | Path, image_id: int | str) -> dict:
        """Write COCO's panoptic PNG (id = R + 256·G + 65536·B) and return its entry of ``annotations``."""
        # A number's own bytes, the lowest first, are R, G, B; the fourth is 0.
        parts = self.ids.astype("<u4", order="C").view(np.uint8).reshape(*self.ids.shape, 4)
        save_png(png, np.ascontiguousarray(parts[..., :3]))
        infos = []
        for segment in self.segments:
            box = list(cv2.boundingRect((self.ids == segment.id).view(np.uint8)))
            infos.append({
                "id": segment.id, "category_id": segment.label_id, "area": self._areas[segment.id], "bbox": box,
                "iscrowd": int(segment.iscrowd),
            })  # fmt: skip
        return {"image_id": image_id, "file_name": Path(png).name, "segments_info": infos}

    @classmethod
    def load(cls, png: str | Path, annotation: dict, labels: LabelSet) -> PanopticMap:
        """Read what :meth:`save` wrote."""
        rgb = np.asarray(Image.open(png).convert("RGB")).astype(np.int32)
        segments = tuple(
            Segment(s["id"], s["category_id"], bool(s.get("iscrowd"))) for s in annotation["segments_info"]
        )
        return cls(rgb[..., 0] + 256 * rgb[..., 1] + 65536 * rgb[..., 2], segments, labels)


def save_panoptic_json(path: str | Path, annotations: list[dict], labels: LabelSet) -> Path:
    """COCO's panoptic JSON for entries of :meth:`PanopticMap.save`.

    Labels that evaluation ignores are no categories unless a segment has one.
    """
    used = {s["category_id"] for a in annotations for s in a["segments_info"]}
    categories = [
        {"id": e.id, "name": e.name, "isthing": int(e.isthing), "color": list(e.color)}
        for e in labels.labels
        if not e.ignored or e.id in used
    ]
    images = [{"id": a["image_id"], "file_name": a["file_name"]} for a in annotations]
    body = {"images": images, "annotations": annotations, "categories": categories}
    with whole_file(path) as partial:
        partial.write_text(json.dumps(body), encoding="utf-8")
    return Path(path)
