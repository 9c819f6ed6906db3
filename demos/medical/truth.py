"""What is really there: a visitor's own mask, or what a head was drawn from; and how right a finding is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import InputError
from core.labels import LabelSet
from core.medical.phantom import Head
from core.medical.tasks import Finding
from core.medical.volume import Volume, read_volume
from core.metrics import VolumeScore, score_volume
from core.metrics.read import LabelVolume, check_grids
from core.results.volume import present_ids

_NUCLEI = ("hippocampus", "amygdala", "thalamus", "caudate", "putamen", "pallidum")
_SOFT = (
    "grey matter", "white matter", "ventricles", "outer CSF", "cerebellar grey matter", "cerebellar white matter",
    "brain stem", "muscle", "skin", "eye", *(f"{side} {nucleus}" for side in ("left", "right") for nucleus in _NUCLEI),
)  # fmt: skip
# What the drawing's parts are by HU: its marrow has 420. "Rest of the body" is no part of a drawing.
_TISSUES = {
    "fat": ("fat",),
    "soft tissue": _SOFT,
    "bone": ("bone", "marrow"),
}
# Names of tasks' labels that the drawing calls otherwise, or in parts.
_ALIASES = {
    "cerebellum": ("cerebellar grey matter", "cerebellar white matter"),
    "ventricular CSF": ("ventricles",),
    "CSF": ("ventricles",),
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
    given = read_volume(path, 0)
    values = given.data
    ids = values.astype(np.int16)
    if values.dtype != np.int16 and not np.array_equal(ids, values):
        raise InputError(
            f"{given.name} has values that are no labels", "whole numbers, one a label", "choose a mask"
        )
    ours = LabelVolume(volume.data, volume.affine, volume.spacing)
    check_grids(ours, LabelVolume(ids, given.affine, given.spacing), given.name)
    known = {label.id for label in labels.labels} | {0}
    unknown = [number for number in present_ids(ids) if number not in known]
    if unknown:
        raise InputError(
            f"{given.name} has values {unknown[:8]}", f"those of {labels.name}: {sorted(known)[:20]}"
        )
    return Truth(ids, frozenset(label.name for label in labels.labels if label.id != 0))


def drawn_truth(head: Head, labels: LabelSet) -> Truth | None:
    """What a drawn head says of a task's labels; None where it knows none of them."""
    drawn = head.truth().labels.labels
    numbers = {label.name: label.id for label in drawn}
    table = np.zeros(256, np.int16)
    ids = head.grid.to_ras(head.ids)
    names = []
    whole = [label for label in labels.labels if label.name == "brain"]
    for label in labels.labels:
        parts = (
            _TISSUES.get(label.name)
            if labels.name == "ct-tissues"
            else _ALIASES.get(label.name, (label.name,))
        )
        found = [numbers[part] for part in parts or () if part in numbers]
        if label.id != 0 and found:
            table[found] = label.id
            names.append(label.name)
    truth = table[ids]
    if whole:
        truth[(truth == 0) & head.grid.to_ras(head.brain_mask())] = whole[0].id
        names.append("brain")
    return Truth(truth, frozenset(names), drawn=True) if names else None


def score(finding: Finding, truth: Truth) -> dict[str, VolumeScore]:
    """Every label that the truth knows and that is in either; by name."""
    present = set(present_ids(finding.ids)) | set(present_ids(truth.ids))
    return {
        label.name: score_volume(finding.ids == label.id, truth.ids == label.id, finding.volume.spacing)
        for label in finding.task.labels.labels
        if label.id in present and label.name in truth.names
    }
