"""Distance from the places of one set to the nearest of another, on a grid with a spacing."""

from __future__ import annotations

import cv2
import numpy as np

_EXACT = 1000  # px: up to here OpenCV's float32 distances, squared, round to the right integer


def nearest(points: np.ndarray, targets: np.ndarray, spacing: np.ndarray) -> np.ndarray:
    """mm from every set place of ``points`` to the nearest set place of ``targets``.

    Args:
        points, targets: bool (X, Y, Z).
        spacing: mm a step, float64 (3,).

    Returns:
        float64 (N,) in memory's order of ``points``; inf where there is no target.

    >>> line = np.zeros((1, 1, 4), bool); line[0, 0, 0] = True
    >>> nearest(~line, line, np.array([1.0, 1.0, 2.5])).tolist()
    [2.5, 5.0, 7.5]
    """
    where = np.flatnonzero(points)
    if not targets.any():
        return np.full(len(where), np.inf)
    distances = np.zeros(len(where))
    apart = np.flatnonzero(~targets.ravel()[where])  # of a good prediction, most are on the truth's surface
    if not len(apart):
        return distances
    places = np.stack(np.unravel_index(where[apart], points.shape))
    axis = _odd_axis(spacing, targets.shape)
    if axis is None:
        distances[apart] = _by_tree(places, targets, spacing)
    else:
        order = [axis, *(i for i in range(3) if i != axis)]
        distances[apart] = _by_slices(places[order], targets.transpose(order), spacing[order])
    return distances


def _odd_axis(spacing: np.ndarray, shape: tuple[int, ...]) -> int | None:
    """An axis whose two others have one spacing, the shortest of such; None where there is none."""
    axes = []
    for axis in range(3):
        a, b = (i for i in range(3) if i != axis)
        if abs(spacing[a] - spacing[b]) <= 1e-9 * spacing[a] and max(shape[a], shape[b]) <= _EXACT:
            axes.append(axis)
    return min(axes, key=lambda i: shape[i], default=None)


def _by_slices(places: np.ndarray, targets: np.ndarray, spacing: np.ndarray) -> np.ndarray:
    """Exact distances within slices first, then slices ever farther away while they can still be nearer."""
    depth, height, width = targets.shape
    used = targets.any(axis=(1, 2))
    squares = np.full((depth, height, width), np.inf, np.float32)
    for z in np.flatnonzero(used):
        free = np.ascontiguousarray(~targets[z]).view(np.uint8)
        flat = cv2.distanceTransform(free, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        np.rint(np.multiply(flat, flat, out=flat), out=squares[z])
    by_index = squares.ravel()
    level, area = places[0], height * width
    index = level * area + places[1] * width + places[2]
    step, plane = spacing[0] ** 2, spacing[1] ** 2
    best = by_index[index] * plane
    active = np.arange(len(index))
    for away in range(1, depth):
        beyond = away * away * step
        active = active[best[active] > beyond]
        if not len(active):
            break
        for sign in (-away, away):
            other = level[active] + sign
            inside = (other >= 0) & (other < depth)
            some = active[inside]
            found = by_index[index[some] + sign * area] * plane + beyond
            best[some] = np.minimum(best[some], found)
    return np.sqrt(best)


def _by_tree(places: np.ndarray, targets: np.ndarray, spacing: np.ndarray) -> np.ndarray:
    """For three different spacings."""
    from scipy.spatial import cKDTree

    here, there = places.T, np.argwhere(targets)
    tree = cKDTree(there * spacing, balanced_tree=False, compact_nodes=False)
    _, index = tree.query(here * spacing, workers=-1)
    away = (here - there[index]) * spacing
    return np.sqrt((away * away).sum(axis=1))
