"""What is really there: a visitor's own mask, or what a head was drawn from; and how right a finding is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import InputError
from core.labels import LabelSet
from core.medical.grid import Grid
from core.medical.phantom import Head
from core.medical.tasks import Finding
from core.medical.volume import Volume
from core.metrics import VolumeScore, score_volume
from core.metrics.read import LabelVolume, check_grids, read_label_volume, volume_shape
from core.results.volume import present_ids

_NUCLEI = ("hippocampus", "amygdala", "thalamus", "caudate", "putamen", "pallidum")
_SIDED = tuple(f"{side} {nucleus}" for nucleus in _NUCLEI for side in ("left", "right"))
_CEREBELLUM = ("cerebellar grey matter", "cerebellar white matter")
_BRAIN = ("grey matter", "white matter", "ventricles", *_CEREBELLUM, "brain stem", *_SIDED)
# By label set and label: the drawing's parts that it is made of. What is not here the drawing does not know: its outer
# CSF goes up to the skull, where masks of brains end earlier, and "rest of the body" is no part of a drawing.
_PARTS: dict[str, dict[str, tuple[str, ...]]] = {
    # By HU: the drawn marrow has 420.
    "ct-tissues": {
        "fat": ("fat",),
        "soft tissue": (*_BRAIN, "outer CSF", "muscle", "skin", "eye"),
        "bone": ("bone", "marrow"),
    },
    "brain": {"brain": _BRAIN},
    "brain-tissues": {
        "grey matter": ("grey matter", "cerebellar grey matter", *_SIDED),
        "white matter": ("white matter", "cerebellar white matter"),
        "ventricular CSF": ("ventricles",),
        "brain stem": ("brain stem",),
    },
    "brain-structures": {
        **{name: (name,) for name in _SIDED},
        "brain stem": ("brain stem",),
        "cerebellum": _CEREBELLUM,
        "rest of the brain": ("grey matter", "white matter", "ventricles"),
    },
}


@dataclass(frozen=True, eq=False)
class Truth:
    """Ids of a task's label set on the canonical grid of the volume.

    Attributes:
        ids: integers (X, Y, Z).
        names: labels that it knows; others cannot be scored.
        drawn: it is what the head was drawn from.
    """

    ids: np.ndarray
    names: frozenset[str]
    drawn: bool = False


def read_truth(path: Path, volume: Volume, labels: LabelSet) -> Truth:
    """A visitor's mask, in any orientation.

    Raises:
        InputError: unreadable, on another grid, or with values that the label set does not have.
    """
    shape = volume_shape(path)
    if sorted(shape) != sorted(volume.grid.shape):  # told before its voxels take memory
        raise InputError(
            f"{path.name}: the prediction is {volume.grid.shape} voxels, the truth {shape}",
            "one size",
            "resample it",
        )
    given = read_label_volume(path)
    try:
        grid = Grid(given.ids.shape, given.affine)
    except InputError as error:
        raise InputError(f"{path.name}: {error.wrong}", error.expected, error.todo) from None
    ids = grid.to_ras(given.ids)
    ours = LabelVolume(volume.data, volume.affine, volume.spacing)
    x, y, z = (given.spacing[axis] for axis in np.argsort(grid.orientation[:, 0]))
    check_grids(ours, LabelVolume(ids, grid.ras_affine, (x, y, z)), path.name)
    known = {label.id for label in labels.labels} | {0}
    unknown = [number for number in present_ids(ids) if number not in known]
    if unknown:
        raise InputError(
            f"{path.name} has values {unknown[:8]}", f"those of {labels.name}: {sorted(known)[:20]}"
        )
    return Truth(ids.astype(np.int16), frozenset(label.name for label in labels.labels if label.id != 0))


def drawn_truth(head: Head, labels: LabelSet) -> Truth | None:
    """What a drawn head says of a task's labels; None where it knows none of them."""
    known = _PARTS.get(labels.name)
    if known is None:
        return None
    numbers = {label.name: label.id for label in head.truth().labels.labels}
    table = np.zeros(256, np.int16)
    for name, parts in known.items():
        table[[numbers[part] for part in parts]] = labels.by_name(name).id
    drawn = head.grid.to_ras(head.ids)
    ids = table[drawn]
    if labels.name != "ct-tissues":
        # The drawn stem goes on as the cord, which is no brain: it ends where the cerebellum does.
        below = np.isin(drawn, [numbers[part] for part in _CEREBELLUM]).any(axis=(0, 1))
        lowest = int(np.argmax(below)) if below.any() else 0
        ids[:, :, :lowest][drawn[:, :, :lowest] == numbers["brain stem"]] = 0
    return Truth(ids, frozenset(known), drawn=True)


def score(finding: Finding, truth: Truth) -> dict[str, VolumeScore]:
    """Every label that the truth knows and that is in either; by name."""
    present = set(present_ids(finding.ids)) | set(present_ids(truth.ids))
    return {
        label.name: score_volume(
            finding.ids == label.id,
            truth.ids == label.id,
            finding.volume.spacing,
            voxel_ml=finding.volume.voxel_ml,
        )
        for label in finding.task.labels.labels
        if label.id in present and label.name in truth.names
    }
