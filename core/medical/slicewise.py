"""A network's way through a volume: working spacing, its planes, their mean, clean-up, and back to the scan's grid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.medical.components import keep_largest
from core.medical.intensity import Intensity
from core.medical.slices import Prediction, Predictor, SliceOptions, check_size, predict_volume
from core.medical.tasks import Segmented
from core.medical.volume import Volume
from core.results.volume import count_ids
from core.transforms.respace import Respace

Spacing = tuple[float, float, float]


@dataclass(frozen=True)
class Anchors:
    """What must be found for a scan to be of the region a network knows; else nothing that it says is trusted.

    Attributes:
        ids: structures that such a scan shows.
        count: so many of them at least,
        ml: each of this size at least.
        region: what the scan should be of, for the warning.
    """

    ids: tuple[int, ...]
    count: int
    ml: float
    region: str

    def missing(self, ids: np.ndarray, voxel_ml: float) -> bool:
        """Whether too few are there in a mask (X, Y, Z)."""
        voxels = count_ids(ids, max(self.ids) + 1)
        return sum(voxels[number] * voxel_ml >= self.ml for number in self.ids) < self.count

    @property
    def warning(self) -> str:
        return (
            f"This does not look like a scan of {self.region}: too little of what one shows was found, so the mask "
            "was left empty."
        )


@dataclass(frozen=True)
class Plan:
    """What a network wants; travels with its weights.

    Attributes:
        ids: of the mask, one for each class of the network's answer; classes of one id are one structure, their
            probabilities added. The first is background, id 0.
        working: mm between the voxels it sees along X, Y, Z; None along an axis: as the scan has it.
        tolerance: a spacing that is at most this factor finer or coarser than the working one stays as it is.
        intensity: how values become its input.
        options: planes, neighbours, batch, mirror.
        one_piece: ids of which only the largest piece stays.
        rest: id that the other pieces become.
        together: all ids above 0 are one piece; what hangs on it nowhere becomes 0.
        anchors: what has to be there; None: nothing.
        air: the network's input (0 to 1) up to which a voxel is air; slices of nothing else around the head are
            background unasked. None: everything is asked.
        trained: finest and coarsest spacing in mm that it has seen; outside of it the user is warned.
    """

    ids: tuple[int, ...]
    working: tuple[float | None, float | None, float | None]
    intensity: Intensity
    options: SliceOptions
    tolerance: float = 1.0
    one_piece: tuple[int, ...] = ()
    rest: int = 0
    together: bool = False
    anchors: Anchors | None = None
    air: float | None = None
    trained: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if len(self.ids) != self.options.classes:
            raise ValueError(f"{len(self.ids)} ids for {self.options.classes} classes")
        if self.ids[0] != 0:
            raise ValueError(f"the first class has id {self.ids[0]}, expected 0 for background")

    def spacing_for(self, own: Spacing, across: int | None = None) -> Spacing:
        """mm between the voxels that the network sees of a scan whose own are ``own`` mm apart.

        Args:
            across: an axis that keeps its own spacing, as that of a single slice has to.
        """
        x, y, z = (
            mm
            if axis == across or wanted is None or max(mm / wanted, wanted / mm) <= self.tolerance
            else wanted
            for axis, (wanted, mm) in enumerate(zip(self.working, own, strict=True))
        )
        return x, y, z


def segment_slicewise(
    volume: Volume, predict: Predictor, plan: Plan, progress: Callable[[float], None] | None = None
) -> Segmented:
    """Ask a network about a volume.

    Memory beyond the volume: the answer at the working spacing (4 bytes a class and voxel, bounded by
    ``plan.options.max_bytes``), and on the scan's own grid a byte for the mask and four for the uncertainty.

    Args:
        predict: probabilities of slices, see :data:`core.medical.slices.Predictor`.
        progress: told the share done, 0 to 1; raising in it cancels.

    Returns:
        The mask, and how much the planes disagree (None where one plane alone was asked).

    Raises:
        InputError: too large for the network, or without an area to look at.
    """
    shape = (volume.data.shape[0], volume.data.shape[1], volume.data.shape[2])
    way = Respace(shape, volume.spacing, plan.spacing_for(volume.spacing))
    check_size(way.working_shape, plan.options)
    values = plan.intensity(way.forward(volume.data))
    box = busy_box(values, plan.air) if plan.air is not None else None
    prediction = predict_volume(
        values[box] if box else values,
        predict,
        plan.options,
        lambda share: progress(0.9 * share) if progress else None,
    )
    if box:
        prediction = put_back(prediction, box, way.working_shape)
    numbers = tuple(dict.fromkeys(plan.ids))
    ids = way.labels_back(add_up(prediction.probabilities, plan.ids, numbers), numbers)
    warnings: list[str] = []
    if plan.together:
        ids[keep_largest((ids > 0).view(np.uint8), (1,)) == 0] = 0
    ids = keep_largest(ids, plan.one_piece, plan.rest)
    if plan.anchors and plan.anchors.missing(ids, volume.voxel_ml):
        ids[...] = 0
        warnings.append(plan.anchors.warning)
    uncertainty = None
    if prediction.planes > 1:
        uncertainty = way.map_back(prediction.disagreement)
    if progress:
        progress(1.0)
    doubt = spacing_doubt(volume.spacing, plan.trained) if plan.trained else None
    return Segmented(ids, uncertainty, (*warnings, *([doubt] if doubt else [])))


Box = tuple[slice, slice, slice]
# Voxels around what is no air, so that nothing is asked about without its surroundings.
_MARGIN = 4
# Of a slice's voxels: fewer than these that are no air are noise.
_BUSY = 0.01


def busy_box(values: np.ndarray, air: float) -> Box | None:
    """Where a volume (X, Y, Z) is more than air; None where it is nothing else, or all of it."""
    busy = values > air
    box = []
    for axis, count in enumerate(busy.shape):
        others = tuple(a for a in range(3) if a != axis)
        found = np.flatnonzero(busy.mean(axis=others) > _BUSY)
        if not len(found):
            return None
        box.append(slice(max(0, int(found[0]) - _MARGIN), min(count, int(found[-1]) + 1 + _MARGIN)))
    x, y, z = box
    return None if busy[x, y, z].size == busy.size else (x, y, z)


def put_back(prediction: Prediction, box: Box, shape: tuple[int, int, int]) -> Prediction:
    """A prediction about a box as one about the whole (X, Y, Z): background around it, sure of that."""
    probabilities = np.zeros((len(prediction.probabilities), *shape), np.float32)
    probabilities[0] = 1
    x, y, z = box
    probabilities[:, x, y, z] = prediction.probabilities
    disagreement = np.zeros(shape, np.float32)
    disagreement[box] = prediction.disagreement
    return Prediction(probabilities, disagreement, prediction.planes)


def add_up(probabilities: np.ndarray, ids: tuple[int, ...], numbers: tuple[int, ...]) -> np.ndarray:
    """Float (C, ...) → (len(numbers), ...): classes of one id added, in the order of ``numbers``."""
    if ids == numbers:
        return probabilities
    result = np.zeros((len(numbers), *probabilities.shape[1:]), probabilities.dtype)
    for values, number in zip(probabilities, ids, strict=True):
        result[numbers.index(number)] += values
    return result


def spacing_doubt(spacing: tuple[float, float, float], trained: tuple[float, float]) -> str | None:
    """Why a scan's spacing is far from what a network was trained on, in a sentence; None where it is not.

    >>> spacing_doubt((1, 1, 6), (0.8, 2.0))
    'A spacing of 1 × 1 × 6 mm is far from what the network was trained on (0.8 to 2 mm).'
    """
    finest, coarsest = trained
    # Half as fine or half as coarse again is no other kind of picture.
    if min(spacing) * 2 >= finest and max(spacing) <= 1.5 * coarsest:
        return None
    sizes = " × ".join(f"{v:.3g}" for v in spacing)
    return f"A spacing of {sizes} mm is far from what the network was trained on ({finest:g} to {coarsest:g} mm)."
