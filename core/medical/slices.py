"""Slice-wise inference: a 2D network looks at a volume along one, two or three planes; their answers are averaged.

"2.5D": a slice comes with its neighbours as further channels. Every slice is asked once per plane, so nothing
overlaps and nothing is stitched. What the planes disagree about is kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import InputError

# The axis that each plane's slices are counted along, in a canonical (RAS) array. Rows and columns of a slice are
# the other two axes in their order: axial (X, Y), coronal (X, Z), sagittal (Y, Z).
AXES = {"axial": 2, "coronal": 1, "sagittal": 0}

# (float32 (N, 2·context+1, H, W), plane) → float32 (N, C, H, W), probabilities that sum to 1 over C
Predictor = Callable[[np.ndarray, str], np.ndarray]


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a network says about a volume.

    Attributes:
        probabilities: float32 (C, X, Y, Z), the planes' mean.
        disagreement: float32 (X, Y, Z), 0 (all planes say the same) to 1 (each is sure of another class): the
            variance of the planes' probabilities, summed over classes, over its largest possible value. 0 where
            only one plane was asked.
        planes: how many were asked.
    """

    probabilities: np.ndarray
    disagreement: np.ndarray
    planes: int


@dataclass(frozen=True)
class SliceOptions:
    """How a volume is shown to a network.

    Attributes:
        classes: C of the network's answer.
        planes: which of ``axial``, ``coronal``, ``sagittal``. Planes in which a volume is a line (a single
            axial slice seen from the side) are left out.
        context: neighbours on either side of a slice; the edge's slice stands for those beyond it.
        batch: slices at once, at most.
        multiple: H and W are padded to multiples of it, right and below, with ``pad_value``.
        mirror: also ask about the volume mirrored left to right. The channel that each class becomes in the
            mirror: a left structure is a right one there. None: do not.
        max_bytes: of the answer; larger volumes are refused before any work.
    """

    classes: int
    planes: tuple[str, ...] = ("axial", "coronal", "sagittal")
    context: int = 1
    batch: int = 8
    multiple: int = 16
    pad_value: float = 0.0
    mirror: tuple[int, ...] | None = None
    max_bytes: int = 2_000_000_000

    def __post_init__(self) -> None:
        if not self.planes or set(self.planes) - set(AXES):
            raise InputError(f"planes {self.planes}", f"some of {', '.join(AXES)}")
        if self.mirror is not None and sorted(self.mirror) != list(range(self.classes)):
            raise ValueError(f"mirror {self.mirror} is no order of {self.classes} classes")


def slice_stack(
    values: np.ndarray, plane: str, indices: Sequence[int] | np.ndarray, context: int
) -> np.ndarray:
    """Slices with their neighbours.

    Args:
        values: (X, Y, Z), RAS.
        plane: ``axial``, ``coronal`` or ``sagittal``.
        indices: of the N slices.
        context: neighbours on either side.

    Returns:
        float32 (N, 2·context+1, H, W).
    """
    along = np.moveaxis(values, AXES[plane], 0)
    wanted = np.asarray(indices)[:, None] + np.arange(-context, context + 1)
    return along[np.clip(wanted, 0, len(along) - 1)].astype(np.float32)


def check_size(shape: Sequence[int], options: SliceOptions) -> None:
    """Refuse a volume of so many voxels (X, Y, Z at the network's spacing) before any memory is taken for it.

    Raises:
        InputError: the answer would be larger than ``options.max_bytes``.
    """
    needed = 4 * options.classes * math.prod(shape)
    if needed > options.max_bytes:
        raise InputError(
            f"{'×'.join(map(str, shape))} voxels need {needed / 1e9:.1f} GB for {options.classes} classes",
            f"at most {options.max_bytes / 1e9:.1f} GB",
            "crop the volume, or correct its header's spacing",
        )


def predict_volume(
    values: np.ndarray,
    predict: Predictor,
    options: SliceOptions,
    progress: Callable[[float], None] | None = None,
) -> Prediction:
    """Ask a network about all slices of all planes.

    Args:
        values: float32 (X, Y, Z), RAS, already at the network's spacing and normalised.
        predict: the network.
        progress: told the share done, 0 to 1, after every batch; raising in it cancels.

    Raises:
        InputError: too large, or without extent in every plane.
        ValueError: the network's answer has another shape than asked for.
    """
    planes = [p for p in options.planes if min(np.delete(values.shape, AXES[p])) > 1]
    if not planes:
        raise InputError(
            f"a volume of {'×'.join(map(str, values.shape))} voxels", "at least one slice with an area"
        )
    check_size(values.shape, options)
    mean = np.zeros((options.classes, *values.shape), np.float32)
    squares = np.zeros(values.shape, np.float32)
    total, done = sum(values.shape[AXES[p]] for p in planes), 0
    for plane in planes:
        axis = AXES[plane]
        into, squares_into = np.moveaxis(mean, axis + 1, 0), np.moveaxis(squares, axis, 0)
        for indices, answer in _ask(values, plane, predict, options):
            into[indices] += answer / len(planes)
            squares_into[indices] += (answer**2).sum(axis=1) / len(planes)
            done += len(indices)
            if progress:
                progress(done / total)
    if len(planes) > 1:
        for c in range(options.classes):
            squares -= mean[c] ** 2
        squares /= 1 - 1 / len(planes)
        np.clip(squares, 0, 1, out=squares)  # rounding leaves −1e-8
    else:
        squares[...] = 0
    return Prediction(mean, squares, len(planes))


def _ask(
    values: np.ndarray, plane: str, predict: Predictor, options: SliceOptions
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(indices (n,), float32 (n, C, H, W)) batch by batch, the mirror's answer averaged in."""
    for start in range(0, values.shape[AXES[plane]], options.batch):
        indices = np.arange(start, min(start + options.batch, values.shape[AXES[plane]]))
        stack = slice_stack(values, plane, indices, options.context)
        answer = _call(stack, plane, predict, options)
        if options.mirror is not None:
            # Left and right are rows of axial and coronal slices, and the order of sagittal neighbours.
            flip = (
                (slice(None), slice(None, None, -1))
                if plane == "sagittal"
                else (slice(None),) * 2 + (slice(None, None, -1),)
            )
            mirrored = _call(np.ascontiguousarray(stack[flip]), plane, predict, options)
            if plane != "sagittal":
                mirrored = mirrored[flip]
            answer = (answer + mirrored[:, list(options.mirror)]) / 2
        yield indices, answer


def _call(stack: np.ndarray, plane: str, predict: Predictor, options: SliceOptions) -> np.ndarray:
    """Pad, ask, and cut back."""
    count, channels, height, width = stack.shape
    below, right = -height % options.multiple, -width % options.multiple
    filled = np.full((count, channels, height + below, width + right), options.pad_value, np.float32)
    filled[:, :, :height, :width] = stack
    answer = np.asarray(predict(filled, plane), np.float32)
    wanted = (count, options.classes, *filled.shape[2:])
    if answer.shape != wanted:
        raise ValueError(f"the network answered {answer.shape}, expected {wanted}")
    return answer[:, :, :height, :width]
