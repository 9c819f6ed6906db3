"""Pictures in which every thing has a number of its own: Cityscapes' clips and frames, drawn streets, COCO.

Splits: Cityscapes' as in :mod:`core.training.driving.data`; of COCO the 15 % that portrait's networks are measured on.
KITTI and BDD have no instances here.

What each source's labels mean to a network of Cityscapes' eight things:

- Hand-made frames: ``id · 1000 + n``; groups (bare ids), caravans and trailers are ignored, neither things nor background.
- Clips: their numbers separate vehicles only, the class is the commonest of their pixels' label ids. Other things are
  connected regions of their label: a region of a person's, rider's or two-wheeler's shape, or of a large vehicle, is one
  instance; crowds, scraps, numbers whose pixels are mostly stuff, and all on the camera car's bonnet are ignored.
- COCO: a person whose box meets a bicycle's or motorcycle's may be a rider, and teaches "one of the two" (``EITHER``); all
  others are people. Crowds are ignored; things of other classes are background.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from core.errors import InputError
from core.instances.design import CLASSES
from core.labels import get_label_set
from core.training.driving.data import Split, list_frames, read_image
from core.training.portrait.data import is_held_out

SOURCES = ("clips", "cityscapes", "drawn", "coco")
EITHER = len(CLASSES) + 1  # person or rider
_PERSON = CLASSES.index("person") + 1
_RIDDEN = tuple(CLASSES.index(name) + 1 for name in ("motorcycle", "bicycle"))
IGNORED = 255  # in a map of numbers
COCO_FOLDER = "coco_people"
_COCO_NAMES = {name: n for n, name in enumerate(CLASSES, 1) if name != "rider"}
_CITY = get_label_set("cityscapes")
_NUMBER = {_CITY.by_name(name).id: n for n, name in enumerate(CLASSES, 1)}
_THINGS = [label.id for label in _CITY.things]
# Height : width of a region that may be one thing, and its least px at 1024×512.
_SHAPES = {
    "person": (1.5, 4.5), "rider": (0.9, 4.0), "motorcycle": (0.4, 2.5), "bicycle": (0.4, 2.5),
    "truck": (0.3, 2.5), "bus": (0.3, 2.5), "train": (0.1, 3.0),
}  # fmt: skip
_LEAST_REGION = 80
_BONNET = 0.86  # of the height: below, the clips mirror the street in lacquer


@dataclass(frozen=True)
class InstanceFrame:
    """One picture. ``truth``: PNG of numbers, or for COCO its annotations of this picture."""

    source: str
    image: Path
    truth: Path | list[dict[str, Any]]
    split: Split


@dataclass(frozen=True, eq=False)
class Numbered:
    """Which pixel belongs to which thing.

    Attributes:
        numbers: uint8 (H, W): 0 none, n the n-th thing, 255 ignored.
        classes: int64 (N,): of the things 1 … N, 1 … 8 or ``EITHER``.
    """

    numbers: np.ndarray
    classes: np.ndarray


def list_instance_frames(
    data: Path, prepared: Path | None = None, people: Path | None = None
) -> list[InstanceFrame]:
    """All frames that have instances, sorted by source.

    Args:
        data: the driving folder.
        prepared: where drawn frames lie (None: without them).
        people: the portrait folder, for COCO (None: without it).

    Raises:
        InputError: a source's files are missing.
    """
    frames = []
    for frame in list_frames(data, prepared):
        if frame.source in SOURCES:
            suffix = {"clips": "_instanceIds.png", "cityscapes": "_gtFine_instanceIds.png"}
            stem = frame.image.stem.removesuffix("_leftImg8bit")
            truth = frame.image.with_name(stem + suffix.get(frame.source, "_instanceIds.png"))
            frames.append(InstanceFrame(frame.source, frame.image, truth, frame.split))
    return frames + (_coco(people / COCO_FOLDER) if people else [])


def _coco(folder: Path) -> list[InstanceFrame]:
    path = folder / "instances.json"
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({error})", "COCO's instances") from None
    names = {c["id"]: c["name"] for c in raw["categories"]}
    by_image: dict[int, list[dict[str, Any]]] = {image["id"]: [] for image in raw["images"]}
    for annotation in raw["annotations"]:
        name = names[annotation["category_id"]]
        if name in _COCO_NAMES:
            by_image[annotation["image_id"]].append({**annotation, "class": _COCO_NAMES[name]})
    return [
        InstanceFrame(
            "coco", folder / image["file_name"], by_image[image["id"]],
            "val" if is_held_out(COCO_FOLDER, Path(image["file_name"]).stem) else "train",
        )
        for image in sorted(raw["images"], key=lambda i: i["file_name"])
    ]  # fmt: skip


def read_numbered(frame: InstanceFrame) -> tuple[np.ndarray, Numbered]:
    """A picture, uint8 RGB (H, W, 3), and its things.

    Raises:
        InputError: a file is missing or of another size.
    """
    image = read_image(frame.image)
    if not isinstance(frame.truth, Path):
        return image, number_coco(frame.truth, image.shape[:2])
    truth = _read_ids(frame.truth, image.shape[:2])
    if frame.source != "clips":
        return image, number_official(truth)
    labels = frame.truth.with_name(frame.truth.name.replace("instanceIds", "labelIds"))
    return image, number_clip(truth, _read_ids(labels, image.shape[:2]))


def _read_ids(path: Path, size: tuple[int, int]) -> np.ndarray:
    ids = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if ids is None or ids.ndim != 2 or ids.shape != size:
        raise InputError(f"{path} cannot be read", f"a grey PNG of {size[1]}×{size[0]} numbers")
    return ids


class _Numbering:
    """Things one after another into a map."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.numbers, self.classes = np.zeros(size, np.uint8), list[int]()

    def add(self, mask: np.ndarray, number: int) -> None:
        if len(self.classes) == IGNORED - 1:
            return self.ignore(mask)
        self.classes.append(number)
        self.numbers[mask] = len(self.classes)

    def ignore(self, mask: np.ndarray) -> None:
        self.numbers[mask] = IGNORED

    def done(self) -> Numbered:
        return Numbered(self.numbers, np.array(self.classes, np.int64))


def number_official(ids: np.ndarray) -> Numbered:
    """Cityscapes' ``instanceIds`` (H, W): id · 1000 + n, groups the bare id."""
    numbering = _Numbering(ids.shape)
    for value in np.unique(ids).tolist():
        label = value // 1000 if value >= 1000 else value
        if value >= 1000 and label in _NUMBER:
            numbering.add(ids == value, _NUMBER[label])
        elif label in _THINGS:
            numbering.ignore(ids == value)
    return numbering.done()


def number_clip(ids: np.ndarray, labels: np.ndarray) -> Numbered:
    """The clips' numbers (H, W), 255 none, and label ids (H, W)."""
    numbering = _Numbering(ids.shape)
    for value in np.unique(ids[ids != IGNORED]).tolist():
        mask = ids == value
        commonest = int(np.bincount(labels[mask]).argmax())
        if commonest in _NUMBER and not _on_bonnet(mask):
            numbering.add(mask, _NUMBER[commonest])
        else:
            numbering.ignore(mask)
    for label in _THINGS:
        free = (labels == label) & (ids == IGNORED)
        name = CLASSES[_NUMBER[label] - 1] if label in _NUMBER else ""
        count, regions, stats, _ = cv2.connectedComponentsWithStats(free.astype(np.uint8), connectivity=8)
        for n in range(1, count):
            region = regions == n
            if _looks_single(stats[n], name) and not _on_bonnet(region):
                numbering.add(region, _NUMBER[label])
            else:
                numbering.ignore(region)
    return numbering.done()


def _on_bonnet(mask: np.ndarray) -> bool:
    return not mask[: int(_BONNET * len(mask))].any()


def _looks_single(stats: np.ndarray, name: str) -> bool:
    """Whether a region (OpenCV's row of left, top, width, height, px) may be one thing of that class."""
    if name not in _SHAPES:
        return False
    _, _, width, height, area = stats.tolist()
    low, high = _SHAPES[name]
    return area >= _LEAST_REGION and low <= height / width <= high and area >= 0.3 * width * height


def number_coco(annotations: list[dict[str, Any]], size: tuple[int, int]) -> Numbered:
    """COCO's annotations with their ``class``, 1 … 8; where things overlap, the smaller lies in front."""
    from pycocotools import mask as rle

    numbering = _Numbering(size)
    ridden = [rle.toBbox(a["segmentation"]) for a in annotations if a["class"] in _RIDDEN]
    for annotation in sorted(annotations, key=lambda a: (-a["iscrowd"], -a["area"])):
        mask = rle.decode(annotation["segmentation"]).astype(bool)
        if mask.shape != size:
            raise InputError(f"COCO annotation {annotation['id']} of {mask.shape}", f"its picture's {size}")
        box = rle.toBbox(annotation["segmentation"])
        rides = annotation["class"] == _PERSON and any(_meet(box, other) for other in ridden)
        if annotation["iscrowd"]:
            numbering.ignore(mask)
        else:
            numbering.add(mask, EITHER if rides else annotation["class"])
    return numbering.done()


def _meet(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two boxes (left, top, width, height) have px in common."""
    return bool((np.minimum(one[:2] + one[2:], other[:2] + other[2:]) > np.maximum(one[:2], other[:2])).all())
