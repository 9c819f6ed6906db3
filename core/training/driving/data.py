"""The driving sources: files, the splits by street, and labels as rows of one joint table.

Expected below ``DATA``: ``camvid``, ``cityscapes_clips``, ``cityscapes_frames``, ``bdd10k``, ``kitti``, ``idd_lite``
(what of each is read, :func:`list_frames` shows). Frames that the project draws may lie in ``PREPARED/drawn`` (``NAME.png`` or
``.jpg`` beside ``NAME_trainIds.png`` and ``NAME_instanceIds.png``; ``prepare --drawn N`` writes N of them); they are
always trained on.

Splits. No street of a held-out frame is trained on:

- CamVid: its own val folder is held out. Val is seven seconds in the middle of drive 0016E5; the straight that
  it lies on (frames 07380 to 08640 of that drive) is left out of training, 35 of 367 frames.
- Cityscapes: the streets 0, 6 and 7 (hand-made frames) are held out with all of clip 0; clips and frames of the streets 1
  to 5 train. The Coral teacher was trained on Cityscapes' training streets, Aachen's among them: where it
  teaches, no Cityscapes figure is held out.
- BDD: six trips train, the other eight (10 frames) are held out; a trip is the first part of a file's name.
- IDD: frames are grouped by the style of their number (a drive's numbering) and every ten thousand of it; a
  fifth of the groups, by a hash, is held out, and training frames within 1000 numbers (half a minute)
  of a held-out one are left out.
- KITTI: all five frames train. Cars that move lie beside their labels there: the frames bring the camera, not the cars.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from core.errors import InputError
from core.labels import get_label_set
from core.labels.merge import merge_table
from core.training.driving.drawn import SUFFIXES as DRAWN_SUFFIXES

Split = Literal["train", "val", "unused"]
VOID = 255
CAMVID_STRAIGHT = range(7380, 8641)  # frames of drive 0016E5
CITYSCAPES_VAL_STREETS = (0, 6, 7)
BDD_TRAIN_TRIPS = ("00a360bd", "00a7ef03", "00aad4a0", "00bc0319", "00d1c9e3", "00de5508")
IDD_GROUP, IDD_GAP, IDD_HELD_OUT_PERCENT = 10_000, 1000, 20

# One table for all label sets: rows 0 … 18 are the Cityscapes classes, then CamVid's 11, then IDD's 7. A row says which
# of the 19 a pixel of that label may be.
LABEL_SETS = ("cityscapes", "camvid", "idd-lite")
JOINT_TABLE = np.concatenate([merge_table(name) for name in LABEL_SETS])
FIRST_ROW = {"cityscapes": 0, "camvid": 19, "idd-lite": 30}


@dataclass(frozen=True)
class Frame:
    """One picture and its labels.

    Attributes:
        source: ``camvid``, ``clips``, ``cityscapes``, ``bdd``, ``kitti``, ``idd`` or ``drawn``.
        labels: name of the label set that its pixels are in.
        encoding: of the label file: ``ids`` or ``train_ids`` of that set.
        street: frames of one street are never on both sides of the split.
    """

    source: str
    image: Path
    label: Path
    labels: str
    encoding: str
    street: str
    split: Split

    @property
    def key(self) -> str:
        return f"{self.source}-{self.image.stem}"


def list_frames(data: Path, prepared: Path | None = None) -> list[Frame]:
    """All frames of all sources with their split, sorted.

    Raises:
        InputError: a source has no pictures.
    """
    frames = [*_camvid(data), *_cityscapes(data), *_bdd(data), *_kitti(data), *_idd(data)]
    missing = {"camvid", "clips", "cityscapes", "bdd", "kitti", "idd"} - {f.source for f in frames}
    if missing:
        raise InputError(
            f"{data} has no pictures of {', '.join(sorted(missing))}", "the folders of data/driving"
        )
    return frames + (_drawn(prepared) if prepared else [])


def counts(frames: Iterable[Frame]) -> dict[str, dict[str, int]]:
    """``{source: {split: frames}}``."""
    table: dict[str, Counter[str]] = {}
    for frame in frames:
        table.setdefault(frame.source, Counter())[frame.split] += 1
    return {source: dict(counter) for source, counter in table.items()}


def _camvid(data: Path) -> list[Frame]:
    frames = []
    for folder in ("train", "val"):
        for image in sorted((data / "camvid" / folder / "images").glob("*.jpg")):
            drive, number = image.stem.split("_")
            on_straight = drive == "0016E5" and int(number) in CAMVID_STRAIGHT
            split: Split = "val" if folder == "val" else "unused" if on_straight else "train"
            label = data / "camvid" / folder / "labels" / f"{image.stem}.png"
            street = "0016E5 straight" if on_straight or folder == "val" else drive
            frames.append(Frame("camvid", image, label, "camvid", "ids", street, split))
    return frames


def _cityscapes(data: Path) -> list[Frame]:
    found = [
        ("clips", p, "labelIds") for p in sorted((data / "cityscapes_clips").glob("seq*/*_leftImg8bit.jpg"))
    ]
    found += [
        ("cityscapes", p, "gtFine_labelIds")
        for p in sorted((data / "cityscapes_frames").glob("*_leftImg8bit.jpg"))
    ]
    frames = []
    for source, image, suffix in found:
        street = int(image.stem.split("_")[1])
        held_out = street in CITYSCAPES_VAL_STREETS
        split: Split = "train" if not held_out else "val" if source == "cityscapes" else "unused"
        label = image.with_name(image.name.replace("leftImg8bit.jpg", f"{suffix}.png"))
        frames.append(Frame(source, image, label, "cityscapes", "ids", f"aachen {street}", split))
    return frames


def _bdd(data: Path) -> list[Frame]:
    frames = []
    for image in sorted((data / "bdd10k").glob("*.jpg")):
        trip = image.stem.split("-")[0]
        split: Split = "train" if trip in BDD_TRAIN_TRIPS else "val"
        label = image.with_name(f"{image.stem}_trainIds.png")
        frames.append(Frame("bdd", image, label, "cityscapes", "train_ids", trip, split))
    return frames


def _kitti(data: Path) -> list[Frame]:
    return [
        Frame("kitti", p, p.with_name(f"{p.stem}_labelIds.png"), "cityscapes", "ids", "karlsruhe", "train")
        for p in sorted((data / "kitti").glob("*.jpg"))
    ]


def idd_number(stem: str) -> tuple[str, int]:
    """The style of a file's number, and the number.

    >>> idd_number("frame0009"), idd_number("0000215"), idd_number("024541")
    (('frame', 9), ('7', 215), ('6', 24541))
    """
    match = re.fullmatch(r"(frame)?(\d+)", stem)
    if match is None:
        raise InputError(f"{stem}.jpg is not an IDD frame", "a number, or frame and a number")
    return match[1] or str(len(match[2])), int(match[2])


def _idd(data: Path) -> list[Frame]:
    numbered = [(p, *idd_number(p.stem)) for p in sorted((data / "idd_lite").glob("*.jpg"))]
    groups = {p: f"{style}/{number // IDD_GROUP}" for p, style, number in numbered}
    held_out = {
        p
        for p, group in groups.items()
        if int.from_bytes(hashlib.sha256(group.encode()).digest()[:4], "big") % 100 < IDD_HELD_OUT_PERCENT
    }
    frames = []
    for path, style, number in numbered:
        split: Split = "val" if path in held_out else "train"
        if split == "train" and any(
            p in held_out and s == style and abs(n - number) < IDD_GAP for p, s, n in numbered
        ):
            split = "unused"
        frames.append(Frame("idd", path, path.with_suffix(".png"), "idd-lite", "ids", groups[path], split))
    return frames


def _drawn(prepared: Path) -> list[Frame]:
    pictures = [p for p in sorted((prepared / "drawn").glob("*")) if not p.stem.endswith(DRAWN_SUFFIXES)]
    return [
        Frame("drawn", p, p.with_name(f"{p.stem}_trainIds.png"), "cityscapes", "train_ids", "drawn", "train")
        for p in pictures
        if p.suffix in (".png", ".jpg")
    ]


def read_image(path: Path) -> np.ndarray:
    """uint8 RGB (H, W, 3).

    Raises:
        InputError: missing, or not a picture.
    """
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise InputError(f"{path} cannot be read", "a picture")
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def read_labels(frame: Frame, size: tuple[int, int] | None = None) -> np.ndarray:
    """Train ids of the frame's own label set, uint8 (H, W), 255 void.

    Args:
        size: (H, W) of the picture; labels of another size (KITTI's) are brought to it.

    Raises:
        InputError: the file is missing, or not of the picture's kind.
    """
    ids = cv2.imread(str(frame.label), cv2.IMREAD_UNCHANGED)
    if ids is None or ids.ndim != 2:
        raise InputError(f"{frame.label} cannot be read", "a grey PNG of label ids")
    if size is not None and ids.shape != size:
        ids = cv2.resize(ids, size[::-1], interpolation=cv2.INTER_NEAREST_EXACT)
    return ids if frame.encoding == "train_ids" else get_label_set(frame.labels).to_train_ids(ids)


def joint_rows(train_ids: np.ndarray, labels: str) -> np.ndarray:
    """Train ids of a label set as rows of ``JOINT_TABLE``; 255 stays void."""
    return np.where(train_ids == VOID, VOID, train_ids + FIRST_ROW[labels]).astype(np.uint8)
