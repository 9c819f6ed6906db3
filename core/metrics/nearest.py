"""Distance from the places of one set to the nearest of another, on a grid with a spacing."""

from __future__ import annotations

import cv2
import numpy as np

_EXACT = 1000  # px: up to here OpenCV's float32 distances, squared, round to the right integer
_OFFSETS = 1300  # of the search in a plane: a disc of 20 px where both spacings are one
_FAR = 255  # steps along the axis: so many or more
_BLOCK = 1 << 15  # places at a time: what is between the steps stays in the cache


def nearest(where: np.ndarray, targets: np.ndarray, spacing: np.ndarray) -> np.ndarray:
    """mm from places to the nearest set place of ``targets``.

    Args:
        where: flat indices of places into ``targets``, int64 (N,).
        targets: bool (X, Y, Z), C-contiguous.
        spacing: mm a step, float64 (3,).

    Returns:
        float64 (N,); inf where there is no target.

    >>> line = np.zeros((1, 1, 4), bool); line[0, 0, 0] = True
    >>> nearest(np.array([1, 2, 3]), line, np.array([1.0, 1.0, 2.5])).tolist()
    [2.5, 5.0, 7.5]
    """
    if not targets.any():
        return np.full(len(where), np.inf)
    distances = np.zeros(len(where))
    apart = np.flatnonzero(~targets.ravel()[where])  # of a good prediction, most are on the truth's surface
    if not len(apart):
        return distances
    # The shorter the steps along the axis that costs nothing, the fewer places there are to search in the plane.
    axis = int(np.argmin(spacing))
    order = [axis, *(i for i in range(3) if i != axis)]
    places = np.stack(np.unravel_index(where[apart], targets.shape))[order]
    turned = np.ascontiguousarray(targets.transpose(order))
    found, open_ = _by_disc(places, turned, spacing[order])
    if len(open_):
        rest, odd = places[:, open_], _odd_axis(spacing[order], turned.shape)
        if odd is None:
            found[open_] = _by_tree(rest, turned, spacing[order])
        else:
            again = [odd, *(i for i in range(3) if i != odd)]
            found[open_] = _by_slices(rest[again], turned.transpose(again), spacing[order][again])
    distances[apart] = found
    return distances


def _by_disc(places: np.ndarray, targets: np.ndarray, spacing: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Steps along the first axis for all places at once, then a search outwards in the plane of the others.

    Returns:
        Distances, float64 (N,), and the indices of those that are not yet known: too far away.
    """
    _, height, width = targets.shape
    steps, rings, pads = _rings(spacing, height, width)
    area = (height + pads[0]) * (width + pads[1])
    # Rows and columns of "far" behind every row and plane: places beyond the border, on either side.
    front = pads[0] * (width + pads[1]) + pads[1]
    flat = np.full(front + len(targets) * area + front, _FAR, np.uint8)
    inner = flat[front : front + len(targets) * area].reshape(len(targets), height + pads[0], -1)
    _along_first(targets, inner[:, :height, :width])
    squares = np.append((np.arange(_FAR) * spacing[0]) ** 2, np.inf)
    index = front + places[0] * area + places[1] * (width + pads[1]) + places[2]
    # After so many looks a distance transform of the whole box would have been cheaper (measured).
    budget = max(targets.size, 128 * len(index))
    best, unknown = np.empty(len(index)), []
    for start in range(0, len(index), _BLOCK):
        part = slice(start, start + _BLOCK)
        share = budget * len(index[part]) // len(index)
        best[part], more = _search(index[part], flat, squares, width + pads[1], steps, rings, share)
        unknown.append(more + start)
    return np.sqrt(best), np.concatenate(unknown)


def _search(
    index: np.ndarray,
    flat: np.ndarray,
    squares: np.ndarray,
    stride: int,
    steps: np.ndarray,
    rings: list[tuple[float, int, int]],
    budget: int,
) -> tuple[np.ndarray, np.ndarray]:
    best = squares[flat[index]]
    active = np.arange(len(index))
    mine, closest = index, best.copy()
    jumps = steps[:, 0] * stride + steps[:, 1]
    for beyond, first, last in rings:
        going = closest > beyond
        if np.count_nonzero(going) < 0.9 * len(active):
            best[active] = closest
            active, mine, closest = active[going], mine[going], closest[going]
        budget -= len(active) * (last - first)
        if not len(active) or budget < 0:
            break
        least = flat.take(mine + jumps[first], mode="clip")
        for jump in jumps[first + 1 : last]:
            np.minimum(least, flat.take(mine + jump, mode="clip"), out=least)
        np.minimum(closest, squares[least] + beyond, out=closest)
    else:
        beyond = rings[-1][0] if rings else 0.0
    best[active] = closest
    return best, active[closest > beyond]


def _rings(
    spacing: np.ndarray, height: int, width: int
) -> tuple[np.ndarray, list[tuple[float, int, int]], tuple[int, int]]:
    """Steps in the plane by ascending distance, int64 (N, 2); rings of one distance: its square in mm², first, last;
    and the longest step along either axis."""
    along, row, column = spacing.tolist()
    radius = min(np.sqrt(_OFFSETS * row * column / np.pi), (_FAR - 1) * along)
    pads = min(int(radius / row), height - 1), min(int(radius / column), width - 1)
    y, x = np.mgrid[-pads[0] : pads[0] + 1, -pads[1] : pads[1] + 1].reshape(2, -1)
    square = (y * row) ** 2 + (x * column) ** 2
    kept = np.flatnonzero((square <= radius**2) & (square > 0))
    kept = kept[np.argsort(square[kept], kind="stable")]
    values, firsts = np.unique(square[kept], return_index=True)
    lasts = np.append(firsts[1:], len(kept))
    rings = list(zip(values.tolist(), firsts.tolist(), lasts.tolist(), strict=True))
    return np.stack([y[kept], x[kept]], axis=1), rings, pads


def _along_first(targets: np.ndarray, steps: np.ndarray) -> None:
    """Into ``steps``, uint8 (X, Y, Z): steps along the first axis to the next target, _FAR and more as _FAR."""
    free = (~targets).view(np.uint8) * np.uint8(_FAR)
    before = np.full(targets.shape[1:], _FAR, np.uint8)
    for plane, kept in zip(steps, free, strict=True):
        np.minimum(before, _FAR - 1, out=plane)
        plane += 1
        plane &= kept
        before = plane
    for x in range(len(steps) - 2, -1, -1):
        np.minimum(steps[x], np.minimum(steps[x + 1], _FAR - 1) + np.uint8(1), out=steps[x])


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
