"""Distances between two surfaces in mm, every surface element weighing its area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np

from core.errors import InputError
from core.metrics.nearest import nearest

_CORNERS = tuple(product((0, 1), repeat=3))
# A surfel's normals by the shape of the corners it cuts off: along the shape's own axes, in squares of half a voxel's
# edge times 2 (a normal's length is its triangle's area at a spacing of 1 mm).
_CORNER, _CUT, _WIDE = (1 / 8,) * 3, (1 / 4,) * 3, (3 / 8,) * 3


@dataclass(frozen=True)
class SurfaceDistances:
    """Of each surface's elements: distance to the other surface in mm, ascending, and area in mm².

    ``truth`` and ``prediction``: float64 (N, 2) each, distance and area. Where the other surface is empty, distances
    are inf; an empty surface has no elements.
    """

    truth: np.ndarray
    prediction: np.ndarray

    def hausdorff(self, percent: float = 100.0) -> float:
        """Hausdorff distance, or its ``percent``-th percentile by area, in mm: the larger of the two directions.

        One surface empty: inf; both: 0 (the reference says inf).
        """
        if not len(self.truth) and not len(self.prediction):
            return 0.0
        worst = 0.0
        for side in (self.truth, self.prediction):
            if not len(side):
                return float("inf")
            share = np.cumsum(side[:, 1]) / np.sum(side[:, 1])
            place = min(int(np.searchsorted(share, percent / 100)), len(side) - 1)
            worst = max(worst, float(side[place, 0]))
        return worst

    def mean_distances(self) -> tuple[float, float]:
        """Area-weighted mean distance from truth to prediction and back, mm; one empty: inf, both: 0."""
        sides = (self.truth, self.prediction)
        if not all(len(side) for side in sides):
            worst = float("inf") if any(len(side) for side in sides) else 0.0
            return worst, worst
        ways = [float((side[:, 0] * side[:, 1]).sum() / side[:, 1].sum()) for side in sides]
        return ways[0], ways[1]

    def average(self) -> float:
        """ASSD: mean distance over both surfaces' area together, mm; one empty: inf, both: 0.

        (Σ dᵢ aᵢ over both) / (Σ aᵢ over both): Heimann et al. 2009, surfels weighted by area.
        """
        both = np.concatenate([self.truth, self.prediction])
        return float((both[:, 0] * both[:, 1]).sum() / both[:, 1].sum()) if len(both) else 0.0

    def dice(self, tolerance_mm: float) -> float:
        """Share of both surfaces' area within ``tolerance_mm`` (≤) of the other; one empty: 0, both: 1.

        Nikolov et al., "Deep learning to achieve clinically applicable segmentation …", 2018.
        """
        both = np.concatenate([self.truth, self.prediction])
        if not len(both):
            return 1.0
        near = [side[:, 1][side[:, 0] <= tolerance_mm].sum() for side in (self.truth, self.prediction)]
        return float(sum(near) / (self.truth[:, 1].sum() + self.prediction[:, 1].sum()))


def surface_distances(
    prediction: np.ndarray, truth: np.ndarray, spacing: Sequence[float]
) -> SurfaceDistances:
    """Distances of DeepMind's ``surface-distance``: surface elements sit where eight voxels meet and are not alike.

    Args:
        prediction, truth: bool (X, Y, Z).
        spacing: mm between voxels, one an axis.

    Raises:
        InputError: shapes differ, not three-dimensional, or a spacing that is not positive.

    >>> a, b = np.zeros((5, 5, 9), bool), np.zeros((5, 5, 9), bool)
    >>> a[1:4, 1:4, 1:4] = b[1:4, 1:4, 3:6] = True
    >>> surface_distances(a, b, (1, 1, 2.5)).hausdorff()
    5.0
    """
    steps = check_volumes(prediction, truth, spacing)
    masks, steps = crop(prediction, truth, steps)
    return distances_between(*masks, steps)


def check_volumes(prediction: np.ndarray, truth: np.ndarray, spacing: Sequence[float]) -> np.ndarray:
    """The spacing as float64 (3,), if all is well.

    Raises:
        InputError: shapes differ, not three-dimensional or bool, or a spacing that is not positive.
    """
    if prediction.shape != truth.shape or truth.ndim != 3:
        raise InputError(
            f"prediction {prediction.shape}, truth {truth.shape}", "two masks (X, Y, Z) of one size"
        )
    if prediction.dtype != bool or truth.dtype != bool:
        raise InputError(f"masks of {prediction.dtype} and {truth.dtype}", "bool")
    steps = np.asarray(spacing, np.float64)
    if steps.shape != (3,) or not (np.isfinite(steps) & (steps > 0)).all():
        raise InputError(f"spacing {spacing}", "three lengths over 0 mm")
    return steps


def crop(
    prediction: np.ndarray, truth: np.ndarray, spacing: np.ndarray
) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """Both masks where there is anything, with a margin of 1, C-contiguous; and the spacing of their axes.

    Axes come out in the order and direction in which the truth lies in memory: surfaces do not mind, and turning whole
    volumes would take longer than all the rest.
    """
    order = np.argsort([-abs(step) for step in truth.strides], kind="stable")
    way = tuple(slice(None, None, -1 if truth.strides[axis] < 0 else 1) for axis in order)
    prediction, truth, spacing = prediction.transpose(order)[way], truth.transpose(order)[way], spacing[order]
    boxes = [b for mask in (prediction, truth) if (b := _bounds(np.ascontiguousarray(mask)))]
    if not boxes:
        return (np.zeros((2, 2, 2), bool),) * 2, spacing
    low, high = np.min([b[0] for b in boxes], axis=0), np.max([b[1] for b in boxes], axis=0)
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    padded = np.zeros((2, *(high - low + 2)), bool)
    for mask, into in zip((prediction, truth), padded, strict=True):
        into[1:-1, 1:-1, 1:-1] = mask[box]
    return (padded[0], padded[1]), spacing


def _bounds(mask: np.ndarray) -> tuple[list[int], list[int]] | None:
    """First and last + 1 of a mask along its axes; None where it is empty."""
    used = [x for x, plane in enumerate(mask) if np.count_nonzero(plane)]
    if not used:
        return None
    plane = np.bitwise_or.reduce(mask[used[0] : used[-1] + 1].view(np.uint8), axis=0)
    rows, columns = np.flatnonzero(plane.any(axis=1)), np.flatnonzero(plane.any(axis=0))
    return [used[0], rows[0], columns[0]], [used[-1] + 1, rows[-1] + 1, columns[-1] + 1]


def distances_between(prediction: np.ndarray, truth: np.ndarray, spacing: np.ndarray) -> SurfaceDistances:
    """:func:`surface_distances` of masks as :func:`crop` gives them."""
    areas = surfel_areas(tuple(spacing.tolist()))
    sizes, rank = np.unique(areas, return_inverse=True)
    sides = []
    found = [_surface(mask) for mask in (truth, prediction)]
    for (_, where, codes), (other, _, _) in zip(found, found[::-1], strict=True):
        distances = nearest(where, other, spacing)
        # Ascending by distance, then by area. Sorting the values is several times as fast as sorting their order: the
        # rank of the area takes the place of the distance's last 8 of 52 bits.
        keys = distances.view(np.int64) & ~255 | rank[codes]
        keys.sort()
        distances.sort()
        sides.append(np.column_stack([distances, sizes[keys & 255]]))
    return SurfaceDistances(*sides)


def _surface(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where eight voxels are not alike: bool (X, Y, Z); the same as flat indices, and the codes there."""
    shape = tuple(n - 1 for n in mask.shape)
    codes, edge = np.empty(shape, np.uint8), np.empty(shape, bool)
    slab = max(1, (1 << 17) // (shape[1] * shape[2]))  # what is between the steps stays in the cache
    for x in range(0, shape[0], slab):
        part = slice(x, x + slab)
        codes[part] = neighbour_codes(mask[x : x + slab + 1])
        np.greater(codes[part] + np.uint8(1), 1, out=edge[part])  # neither 0 nor 255
    where = np.flatnonzero(edge)
    return edge, where, codes.ravel()[where]


def neighbour_codes(mask: np.ndarray) -> np.ndarray:
    """uint8, one shorter in every axis: which of the 8 voxels around each corner are set, (0, 0, 0) the highest bit.

    >>> int(neighbour_codes(np.ones((2, 2, 2), bool))[0, 0, 0])
    255
    """
    code: np.ndarray = mask.view(np.uint8)
    code = code[:, :, :-1] << 1 | code[:, :, 1:]
    code = code[:, :-1] << 2 | code[:, 1:]
    return code[:-1] << 4 | code[1:]


@lru_cache(maxsize=64)
def surfel_areas(spacing: tuple[float, float, float]) -> np.ndarray:
    """Area in mm² of the surface through each of the 256 neighbourhoods of :func:`neighbour_codes`, float64 (256,).

    Marching cubes (Lorensen & Cline 1987) with vertices half-way: the corners of the rarer kind (set or not) fall into
    pieces joined along the cube's edges, and each piece is cut off by triangles of its own.

    >>> float(surfel_areas((1.0, 1.0, 2.5))[0b11110000])  # a flat face across the first axis
    2.5
    """
    faces = np.array([spacing[1] * spacing[2], spacing[0] * spacing[2], spacing[0] * spacing[1]])
    table = np.zeros(256)
    for code in range(256):
        corners = {c for bit, c in enumerate(_CORNERS) if code >> (7 - bit) & 1}
        if len(corners) > 4:
            corners = set(_CORNERS) - corners
        while corners:
            piece = [corners.pop()]
            for corner in piece:  # grows while it is walked
                joined = [c for c in corners if sum(map(abs, np.subtract(c, corner))) == 1]
                piece += joined
                corners -= set(joined)
            normals = np.array(_piece_normals(piece)) * faces
            table[code] += np.sqrt((normals * normals).sum(axis=1)).sum()
    table.flags.writeable = False
    return table


def _piece_normals(piece: list[tuple[int, ...]]) -> list[tuple[float, ...]]:
    """Normals (without signs) of the triangles that cut a piece of 1 to 4 corners off the cube."""

    def along(axes: set[int], length: float) -> tuple[float, ...]:
        return tuple(length if axis in axes else 0.0 for axis in range(3))

    spans = {axis for axis in range(3) if len({c[axis] for c in piece}) == 2}
    flat = {0, 1, 2} - spans
    degrees = {c: sum(sum(map(abs, np.subtract(c, d))) == 1 for d in piece) for c in piece}
    if len(piece) == 1:
        return [_CORNER]
    if len(piece) == 2:  # a quad over an edge
        return [along(flat, 1 / 4)] * 2
    if len(piece) == 3:  # a pentagon over a bend
        return [along(flat, 1 / 2), _CUT, _CORNER]
    if len(spans) == 2:  # a whole face
        return [along(flat, 1 / 2)] * 2
    if 3 in degrees.values():  # a hexagon over a corner and its three neighbours
        return [_CORNER, _CORNER, _CUT, _CUT]
    inner = [c for c in piece if degrees[c] == 2]  # of a chain along three axes: a bent hexagon
    middle = {axis for axis in range(3) if inner[0][axis] != inner[1][axis]}
    return [*(along(middle | {axis}, 1 / 4) for axis in {0, 1, 2} - middle), _CORNER, _WIDE]
