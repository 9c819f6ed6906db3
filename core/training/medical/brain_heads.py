"""Heads to learn the brain from, decoded once: real T1 images, whole-head label maps, drawn heads; all at 2 mm, RAS."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from core.errors import InputError
from core.medical.intensity import Intensity
from core.medical.phantom import draw_head
from core.medical.volume import Volume, read_volume
from core.training.medical.brain_classes import VOID, drawn_table, freesurfer_table, muse_table
from core.training.medical.brain_contrast import class_of_part
from core.training.medical.job import Case
from core.transforms.respace import Respace

WORKING = (2.0, 2.0, 2.0)
# The drawn heads' seeds; those that are shown and tested are others.
DRAWN_SEEDS = range(900, 906)
# Three of the label maps are of infants' brains without their heads.
WHOLE_HEADS = "training_seg_*.nii.gz"


@dataclass(frozen=True, eq=False)
class Head:
    """A head in memory.

    Attributes:
        kind: ``real``, ``map`` or ``drawn``.
        classes: uint8 (X, Y, Z), classes of the network; 255: not known.
        parts: uint8 (X, Y, Z), everything that may have a brightness of its own.
        image: float32 (X, Y, Z) in 0 … 1, of real heads; else None.
    """

    kind: str
    classes: np.ndarray
    parts: np.ndarray
    image: np.ndarray | None
    _found: dict[tuple[int, int], np.ndarray] = field(default_factory=dict)

    @cached_property
    def of_part(self) -> np.ndarray:
        """uint8 (256,): class by part."""
        return class_of_part(self.parts, self.classes)

    def slices_through(self, axis: int, first: int) -> np.ndarray:
        """Indices along an axis of slices that show a class from number ``first`` on (1: the brain)."""
        if (axis, first) not in self._found:
            others = tuple(a for a in range(3) if a != axis)
            inside = (self.classes >= first) & (self.classes != VOID)
            self._found[axis, first] = np.flatnonzero(inside.any(axis=others))
        return self._found[axis, first]


def prepare_heads(data: Path, cases: list[Case], intensity: Intensity, folder: Path) -> dict[str, int]:
    """Write ``KIND-NAME.npz`` of every training head.

    Raises:
        InputError: something is missing, or lies on another grid than its labels.
    """
    folder.mkdir(parents=True, exist_ok=True)
    muse = muse_table(data / "brain_t1_ixi" / "list_MUSE_mapping_derived.csv")
    counts = {"real": 0, "held out": 0, "map": 0, "drawn": 0}
    for case in cases:
        if case.held_out:
            counts["held out"] += 1
            continue
        image, labels = read_volume(case.image), read_volume(case.labels)
        if image.data.shape != labels.data.shape:
            raise InputError(f"{case.name}: {image.data.shape} and labels {labels.data.shape}", "one grid")
        values = intensity(at_working(image))
        classes = muse[nearest(labels).astype(np.uint8)]
        _write(folder / f"real-{case.name}.npz", classes, classes, values)
        counts["real"] += 1
    table = freesurfer_table()
    for path in sorted((data / "head_label_maps").glob(WHOLE_HEADS)):
        numbers = nearest(read_volume(path)).astype(np.int16)
        _, parts = np.unique(numbers, return_inverse=True)
        _write(
            folder / f"map-{path.name.split('.')[0]}.npz", table[numbers], parts.reshape(numbers.shape), None
        )
        counts["map"] += 1
    table = drawn_table()
    for seed in DRAWN_SEEDS:
        head = draw_head((100, 120, 125), WORKING, seed=seed)
        _write(folder / f"drawn-{seed}.npz", table[head.ids], head.ids, None)
        counts["drawn"] += 1
    return counts


def _write(path: Path, classes: np.ndarray, parts: np.ndarray, image: np.ndarray | None) -> None:
    arrays = {"classes": classes.astype(np.uint8), "parts": parts.astype(np.uint8)}
    np.savez(path, **arrays | ({} if image is None else {"image": image}))  # type: ignore[arg-type]


def read_head(path: Path) -> Head:
    """A head that :func:`prepare_heads` wrote."""
    with np.load(path) as stored:
        arrays = {key: np.ascontiguousarray(stored[key]) for key in stored.files}
    return Head(path.name.split("-")[0], arrays["classes"], arrays["parts"], arrays.get("image"))


def at_working(volume: Volume) -> np.ndarray:
    """float32: an image at 2 mm."""
    return _way(volume).forward(volume.data)


def nearest(volume: Volume) -> np.ndarray:
    """Labels at 2 mm: of the nearest voxel."""
    way = _way(volume)
    step = way.affine(np.eye(4))
    axes = [
        np.clip(np.rint(step[a, a] * np.arange(n) + step[a, 3]).astype(int), 0, volume.data.shape[a] - 1)
        for a, n in enumerate(way.working_shape)
    ]
    return volume.data[np.ix_(*axes)]


def _way(volume: Volume) -> Respace:
    x, y, z = volume.data.shape
    return Respace((x, y, z), volume.spacing, WORKING)


def drawn_volume(seed: int, contrast: str) -> tuple[Volume, np.ndarray]:
    """A drawn head to be measured on, at 1.5 mm, and bool: its brain mask, both RAS."""
    head = draw_head((134, 160, 166), (1.5, 1.5, 1.5), seed=seed)
    return head.volume(contrast, seed=seed), head.brain_mask()
