"""The portrait sources: files, the fixed split, and half-body crops.

Expected below ``DIR``: ``eg1800``, ``ccp``, ``coco_people``, ``voc_people`` (``NAME.jpg`` beside a grey
``NAME.png``: 255 person, 0 not, 128 ignore) and ``backgrounds`` (``NAME.jpg``, nobody in it).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from core.errors import InputError

SOURCES = ("eg1800", "ccp", "coco_people", "voc_people", "backgrounds")
# Their outlines are exact enough for fine edges; the others' are ignored within a band.
FINE_SOURCES = ("eg1800", "ccp")
HELD_OUT_PERCENT = 15
# Pictures that show what a held-out one shows, by it: EG1800 has 02050 twice, and two of the shot of 00481 (their grey values
# correlate with 1.000 and .99). They are left aside rather than held out, too, so that held-out figures stay comparable.
TWINS = {("eg1800", "02051"): "02050", ("eg1800", "00625"): "00481"}
SMALLEST_ANIMAL = 0.02  # of the picture


@dataclass(frozen=True)
class Item:
    """One picture and its mask (None: nobody in it)."""

    source: str
    image: Path
    mask: Path | None

    @property
    def held_out(self) -> bool:
        """Whether figures are measured on it: a fixed 15 % of every source, by a hash of the file's name."""
        return is_held_out(self.source, self.image.stem)

    @property
    def trains(self) -> bool:
        """Whether training sees it: it is neither held out nor the twin of one that is."""
        return not self.held_out and (self.source, self.image.stem) not in TWINS


def is_held_out(source: str, stem: str) -> bool:
    """The split. Depends on nothing but the names, so it never moves."""
    digest = hashlib.sha256(f"{source}/{stem}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % 100 < HELD_OUT_PERCENT


def list_items(root: Path, sources: tuple[str, ...] = SOURCES) -> list[Item]:
    """All pictures of the sources, sorted.

    Raises:
        InputError: a source's folder is missing or empty.
    """
    items = []
    for source in sources:
        images = sorted((root / source).glob("*.jpg"))
        if not images:
            raise InputError(f"{root / source} has no .jpg", f"the folders {', '.join(SOURCES)} below --data")
        for image in images:
            mask = image.with_suffix(".png")
            items.append(Item(source, image, mask if mask.exists() else None))
    return items


def read_item(item: Item) -> tuple[np.ndarray, np.ndarray]:
    """Picture, uint8 RGB (H, W, 3), and mask, uint8 (H, W) of 0, 128, 255."""
    image = cv2.imread(str(item.image), cv2.IMREAD_COLOR)
    if image is None:
        raise InputError(f"{item.image} cannot be read", "a JPEG")
    if item.mask is None:
        mask: np.ndarray | None = np.zeros(image.shape[:2], np.uint8)
    else:
        mask = cv2.imread(str(item.mask), cv2.IMREAD_GRAYSCALE)
    if mask is None or mask.shape != image.shape[:2]:
        raise InputError(f"{item.mask} does not fit its picture", "a grey PNG of the picture's size")
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB), mask


def with_surroundings(x: float, y: float, w: float, h: float) -> tuple[int, int, int, int]:
    """Box (x0, y0, x1, y1) of what stands at x, y, w, h, with half of its longer side around; may leave the picture."""
    m = 0.25 * max(w, h)
    return int(x - m), int(y - m), int(x + w + m), int(y + h + m)


@dataclass(frozen=True)
class Animal:
    """One in a picture.

    Attributes:
        box: (x0, y0, x1, y1), with half of its size around, within the picture.
        outline: its mask in the whole picture, as COCO's run lengths; None where there is none.
    """

    box: tuple[int, int, int, int]
    outline: dict[str, Any] | None


def known_animals(instances: Path) -> dict[str, list[Animal]]:
    """Animals, teddy bears among them, by the picture's file name.

    What has a head and limbs is what a network most easily takes for a person.

    Args:
        instances: COCO's instances of the pictures. Where there is no such file, no animals are known.
    """
    if not instances.is_file():
        return {}
    known = json.loads(instances.read_text())
    kinds = {
        c["id"] for c in known["categories"] if c["supercategory"] == "animal" or c["name"] == "teddy bear"
    }
    pictures = {picture["id"]: picture for picture in known["images"]}
    found: dict[str, list[Animal]] = {}
    for instance in known["annotations"]:
        picture = pictures[instance["image_id"]]
        width, height = picture["width"], picture["height"]
        if instance["category_id"] in kinds and instance["area"] > SMALLEST_ANIMAL * width * height:
            x0, y0, x1, y1 = with_surroundings(*instance["bbox"])
            box = max(0, x0), max(0, y0), min(width, x1), min(height, y1)
            found.setdefault(picture["file_name"], []).append(Animal(box, instance.get("segmentation")))
    return found


def mask_of(animal: Animal) -> np.ndarray | None:
    """uint8 of its box, 255 where it is; None where its outline is not known."""
    if animal.outline is None:
        return None
    from pycocotools import mask as rle

    x0, y0, x1, y1 = animal.box
    return np.ascontiguousarray(rle.decode(animal.outline)[y0:y1, x0:x1]) * np.uint8(255)


def half_body_box(mask: np.ndarray) -> tuple[int, int, int, int]:
    """Box (x0, y0, x1, y1) of the upper body with some room around, as a webcam or a portrait frames it.

    The upper 52 % of the person's height, 6 % of it above the head, 4:3 or narrower where the picture ends.
    """
    ys, xs = np.where(mask > 127)
    if not len(ys):
        return 0, 0, mask.shape[1], mask.shape[0]
    top, height = int(ys.min()), int(ys.max() - ys.min() + 1)
    y0, y1 = max(0, round(top - 0.06 * height)), min(mask.shape[0], round(top + 0.52 * height))
    upper = xs[(ys >= y0) & (ys < y1)]
    centre = (int(upper.min()) + int(upper.max())) / 2
    half = max((y1 - y0) * 4 / 3 / 2, (int(upper.max()) - int(upper.min())) / 2 + 4)
    return max(0, round(centre - half)), y0, min(mask.shape[1], round(centre + half)), y1
