"""Whether a scan can be of what a network knows: by its size, its values, and how much was found. Warnings, no refusals."""

from __future__ import annotations

import numpy as np

from core.labels import LabelSet
from core.medical.hounsfield import hu_doubt
from core.medical.volume import Volume
from core.results.volume import count_ids

# The whole of a hippocampus crop is shorter than this, a head is longer.
CROP_MM = 80.0
_CROPS, _HEADS = ("hippocampus",), ("brain", "brain-tissues", "brain-structures")
# A newborn's brain has some 350 ml, an adult's 1000 to 1700, with the CSF around it up to 2000: beyond these it is no
# adult's whole head, or no head.
_BRAIN_ML = (600.0, 2200.0)
# About a third of what small adult brains have. A network may call half an abdomen brain, but hardly any of it these.
_LEAST_ML = {"brain stem": 5.0, "cerebellum": 30.0}


def size_doubt(volume: Volume, labels: LabelSet) -> str | None:
    """Why a scan's size does not suit what is looked for, in a sentence; None where it may."""
    sides = np.multiply(volume.data.shape, volume.spacing)
    if labels.name in _CROPS and sides.min() >= CROP_MM:
        return (
            f"Every side of this scan is {sides.min():.0f} mm or longer: hardly a crop around one hippocampus, "
            "which is what the network knows."
        )
    if labels.name in _HEADS and sides.max() < CROP_MM:
        return (
            f"The longest side of this scan is {sides.max():.0f} mm: hardly a whole head, which is what the network "
            "knows."
        )
    return None


def mri_doubt(data: np.ndarray) -> str | None:
    """Why values (int16 or float32, (X, Y, Z)) are hardly an MRI's, in a sentence; None where they may be."""
    if hu_doubt(data) is not None:
        return None
    return "The values look like HU: this seems to be a CT, and the network was trained on MRI. Do not trust the mask then."


def amount_doubt(ids: np.ndarray, voxel_ml: float, labels: LabelSet) -> str | None:
    """Why a mask (X, Y, Z) is hardly a whole head's, in a sentence; None where it may be, or where nothing was found."""
    if labels.name not in _HEADS:
        return None
    voxels = count_ids(ids, max(label.id for label in labels.labels) + 1)
    total = float(voxels[1:].sum() * voxel_ml)
    if not total:
        return None
    low, high = _BRAIN_ML
    if not low <= total <= high:
        return (
            f"The brain found has {total:.0f} ml: hardly a whole head of an adult ({low:.0f} to {high:.0f} ml). "
            "The scan may be of another region, or of part of a head."
        )
    for label in labels.labels:
        found = float(voxels[label.id] * voxel_ml)
        if found < _LEAST_ML.get(label.name, 0.0):
            return (
                f"Of the {label.name} {found:.1f} ml were found: hardly a whole head. "
                "The scan may be of another region, or of part of a head."
            )
    return None
