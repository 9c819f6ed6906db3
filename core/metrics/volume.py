"""Masks of volumes: overlap, volume, and distances of their surfaces in mm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.metrics.surface import check_volumes, crop, distances_between


@dataclass(frozen=True)
class VolumeScore:
    """One structure in one volume. P, T: voxels of prediction and truth.

    Attributes:
        dice: 2 |P ∩ T| / (|P| + |T|); both empty: 1, one: 0.
        jaccard: |P ∩ T| / |P ∪ T|; both empty: 1, one: 0.
        volume_ml, truth_ml: |P| and |T| in millilitres.
        difference_ml: |P| − |T| in millilitres; under 0: too little was found.
        difference_percent: 100 (|P| − |T|) / |T|; truth empty: inf, both: 0.
        hausdorff_mm: largest distance from either surface to the other; one empty: inf, both: 0. Likewise the next.
        hausdorff95_mm: the 95th percentile of either direction by area, the larger one.
        assd_mm: mean distance over the area of both surfaces.
        surface_dice: share of both surfaces' area within ``tolerance_mm``; both empty: 1, one: 0.
        tolerance_mm: of ``surface_dice``.
    """

    dice: float
    jaccard: float
    volume_ml: float
    truth_ml: float
    difference_ml: float
    difference_percent: float
    hausdorff_mm: float
    hausdorff95_mm: float
    assd_mm: float
    surface_dice: float
    tolerance_mm: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def score_volume(
    prediction: np.ndarray,
    truth: np.ndarray,
    spacing: Sequence[float],
    tolerance_mm: float = 1.0,
    voxel_ml: float | None = None,
) -> VolumeScore:
    """Score one structure. Surface figures equal DeepMind's ``surface-distance`` wherever a surface is there.

    Args:
        prediction, truth: bool (X, Y, Z).
        spacing: mm between voxels along X, Y, Z.
        tolerance_mm: what ``surface_dice`` forgives.
        voxel_ml: millilitres of a voxel; None: those of a box of ``spacing``. Scans of a tilted gantry have other ones;
            distances take axes to be at right angles in any case.

    Raises:
        InputError: shapes differ, not three-dimensional or bool, or a spacing that is not positive.

    >>> truth, prediction = np.zeros((6, 6, 6), bool), np.zeros((6, 6, 6), bool)
    >>> truth[1:5, 1:5, 1:3] = prediction[1:5, 1:5, 2:4] = True
    >>> score = score_volume(prediction, truth, (1, 1, 2.5))
    >>> score.dice, score.hausdorff_mm, score.volume_ml
    (0.5, 2.5, 0.08)
    """
    steps = check_volumes(prediction, truth, spacing)
    voxel = float(np.prod(steps)) / 1000 if voxel_ml is None else voxel_ml
    (predicted, true), steps = crop(prediction, truth, steps)
    distances = distances_between(predicted, true, steps)
    ours, theirs = int(np.count_nonzero(predicted)), int(np.count_nonzero(true))
    both = int(np.count_nonzero(predicted & true))
    none = float("inf") if ours else 0.0
    return VolumeScore(
        dice=2 * both / (ours + theirs) if ours + theirs else 1.0,
        jaccard=both / (ours + theirs - both) if ours + theirs else 1.0,
        volume_ml=ours * voxel,
        truth_ml=theirs * voxel,
        difference_ml=(ours - theirs) * voxel,
        difference_percent=100 * (ours - theirs) / theirs if theirs else none,
        hausdorff_mm=distances.hausdorff(),
        hausdorff95_mm=distances.hausdorff(95),
        assd_mm=distances.average(),
        surface_dice=distances.dice(tolerance_mm),
        tolerance_mm=tolerance_mm,
    )


def mean_scores(scores: Sequence[VolumeScore]) -> VolumeScore:
    """Mean of every figure; a case without a surface makes the mean distance inf rather than vanish from it.

    Raises:
        ValueError: nothing to average.
    """
    if not scores:
        raise ValueError("no scores to average")
    rows = [asdict(score) for score in scores]
    return VolumeScore(**{key: sum(row[key] for row in rows) / len(rows) for key in rows[0]})
