"""Instances beside the stripes of ``world``: Cityscapes' two forms and COCO's, on pictures in which things can be seen."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np

from core.training.portrait.data import is_held_out
from tests.core.training.driving.world import make_world

SIZE = (64, 128)


def draw(ids: np.ndarray, seed: int) -> np.ndarray:
    """A picture in which every label has a colour of its own. ``ids``: label ids (H, W)."""
    noise = np.random.default_rng(seed).integers(0, 12, (*ids.shape, 3))
    colours = np.random.default_rng(9).integers(0, 240, (256, 3))
    return (colours[ids] + noise).astype(np.uint8)


def street_ids(seed: int) -> np.ndarray:
    """``instanceIds`` int32 (64, 128): road, sky, two cars, a person, a rider on a bicycle, a group of people."""
    rng = np.random.default_rng(seed)
    ids = np.full(SIZE, 7, np.int32)
    ids[:24] = 23
    x = int(rng.integers(2, 12))
    ids[20:36, x : x + 24] = 26000
    ids[22:34, x + 24 : x + 44] = 26001  # touches the first
    ids[16:38, x + 56 : x + 66] = 24000
    ids[18:30, x + 76 : x + 84] = 25000
    ids[30:40, x + 72 : x + 88] = 33000
    ids[24:30, 112:128] = 24
    return ids


def label_ids(ids: np.ndarray) -> np.ndarray:
    return np.where(ids >= 1000, ids // 1000, ids).astype(np.uint8)


def write_street(
    folder: Path, stem: str, labels: str, instances: str, ids: np.ndarray, numbers: np.ndarray
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    picture = draw(label_ids(ids), 1)
    cv2.imwrite(str(folder / f"{stem}_leftImg8bit.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, 95])
    cv2.imwrite(str(folder / f"{stem}_{labels}.png"), label_ids(ids))
    cv2.imwrite(str(folder / f"{stem}_{instances}.png"), numbers)


def clip_numbers(ids: np.ndarray) -> np.ndarray:
    """As the clips have them: vehicles 1, 2, …; 255 all else."""
    numbers = np.full(ids.shape, 255, np.uint8)
    for n, value in enumerate((26000, 26001), 1):
        numbers[ids == value] = n
    return numbers


def make_instance_world(root: Path) -> tuple[Path, Path]:
    """The driving folder and the portrait folder."""
    data, people = make_world(root / "driving"), root / "portrait"
    for street in range(8):
        ids = street_ids(street)
        stem = f"aachen_00000{street}_000019"
        write_street(
            data / "cityscapes_frames",
            stem,
            "gtFine_labelIds",
            "gtFine_instanceIds",
            ids,
            ids.astype(np.uint16),
        )
        if street < 2:
            stem, folder = f"aachen_00000{street}_000003", data / "cityscapes_clips" / f"seq000{street}"
            write_street(folder, stem, "labelIds", "instanceIds", ids, clip_numbers(ids))
    _write_coco(people / "coco_people")
    return data, people


def _write_coco(folder: Path) -> None:
    from pycocotools import mask as rle

    folder.mkdir(parents=True)
    names = {1: "person", 2: "bicycle", 3: "car", 5: "airplane"}
    stems, n = {True: [], False: []}, 0
    while min(map(len, stems.values())) < 3:  # three on each side of the split
        stems[is_held_out("coco_people", f"{n:012d}")].append(f"{n:012d}")
        n += 1
    images, annotations = [], []
    for number, stem in enumerate(sorted(stems[True][:3] + stems[False][:3]), 1):
        ids = np.full(SIZE, 11, np.uint8)
        for kind, label, crowd, window in (
            (3, 26, 0, (slice(30, 56), slice(10, 60))), (1, 24, 0, (slice(10, 60), slice(50, 75))),
            (1, 24, 1, (slice(0, 8), slice(100, 128))), (5, 10, 0, (slice(20, 40), slice(90, 120))),
        ):  # fmt: skip
            mask = np.zeros(SIZE, np.uint8)
            mask[window] = 1
            ids[mask > 0] = label
            code = rle.encode(np.asfortranarray(mask))
            code["counts"] = code["counts"].decode()
            annotations.append({
                "id": len(annotations) + 1, "image_id": number, "category_id": kind, "iscrowd": crowd,
                "area": int(mask.sum()), "segmentation": code,
            })  # fmt: skip
        cv2.imwrite(str(folder / f"{stem}.jpg"), draw(ids, number))
        images.append({"id": number, "file_name": f"{stem}.jpg", "height": SIZE[0], "width": SIZE[1]})
    body = {"images": images, "annotations": annotations}
    body["categories"] = [{"id": k, "name": v} for k, v in names.items()]
    (folder / "instances.json").write_text(json.dumps(body))
