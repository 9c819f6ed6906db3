"""Views of a volume: slices with their neighbours, turned, scaled, bent, mirrored; image and labels alike.

A view is made from coordinates in the volume, so that turning a slice out of its plane costs no more than turning it
within: only the voxels that a network sees are ever interpolated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from core.medical.slices import AXES


@dataclass(frozen=True)
class Bend:
    """How far views stray from a volume's own slices.

    Attributes:
        turn, tilt: standard deviation in degrees, within the slice and out of it.
        scale: standard deviation of the logarithm.
        stretch: likewise, for each axis alone.
        elastic: largest displacement of a smooth field, in voxels.
        field: voxels between that field's knots.
        shift: largest displacement of the view's middle within the slice, in voxels.
        mirror: chance to swap left and right.
        flat: elastic displacement stays within the slice.
    """

    turn: float = 8.0
    tilt: float = 5.0
    scale: float = 0.1
    stretch: float = 0.05
    elastic: float = 1.5
    field: int = 16
    shift: float = 6.0
    mirror: float = 0.0
    flat: bool = False

    def times(self, strength: float) -> Bend:
        """All deviations multiplied; mirroring, which makes no other anatomy, stays."""
        return replace(
            self, turn=self.turn * strength, tilt=self.tilt * strength, scale=self.scale * strength,
            stretch=self.stretch * strength, elastic=self.elastic * strength, shift=self.shift * strength,
        )  # fmt: skip


def view(
    rng: np.random.Generator,
    shape: tuple[int, ...],
    plane: str,
    index: int,
    size: tuple[int, int],
    context: int,
    bend: Bend,
    spacing: tuple[float, float, float] = (1.0, 1.0, 1.0),
    middle: tuple[float, float] | None = None,
) -> tuple[np.ndarray, bool]:
    """Coordinates of a view.

    Args:
        shape: of the volume (X, Y, Z), RAS.
        index: of the slice along the plane's axis.
        size: (H, W) of the view.
        spacing: of the volume, in any unit: turning keeps true angles.
        middle: of the view within the slice (row, column), before it is shifted; None: the slice's own.

    Returns:
        float32 (3, 2·context+1, H, W), voxel indices; whether left and right are swapped. Along the plane's axis
        they never leave the volume, as the edge's slice stands for those beyond it.
    """
    axis = AXES[plane]
    rows, columns = (a for a in range(3) if a != axis)
    step = np.asarray(spacing, np.float32)
    # Columns: what one step of slice, row and column is along X, Y, Z, in voxels of the volume.
    matrix = np.zeros((3, 3), np.float32)
    for column, own in enumerate((axis, rows, columns)):
        matrix[own, column] = step[own]
    turn = _rotation(axis, np.deg2rad(rng.normal(0, bend.turn)))
    for own in (rows, columns):
        turn = turn @ _rotation(own, np.deg2rad(rng.normal(0, bend.tilt)))
    size_factor = np.exp(rng.normal(0, bend.scale))
    factors = size_factor * np.exp(rng.normal(0, bend.stretch, 3))
    matrix = (turn @ matrix * factors) / step[:, None]
    mirrored = bool(rng.random() < bend.mirror)
    if mirrored:
        matrix[0] *= -1
    origin = (np.asarray(shape, np.float32) - 1) / 2
    origin[axis] = index
    if middle is not None:
        origin[[rows, columns]] = middle
    origin[[rows, columns]] += rng.uniform(-bend.shift, bend.shift, 2)
    k = np.arange(-context, context + 1, dtype=np.float32)[:, None, None]
    h = (np.arange(size[0], dtype=np.float32) - (size[0] - 1) / 2)[:, None]
    w = np.arange(size[1], dtype=np.float32) - (size[1] - 1) / 2
    points = np.empty((3, 2 * context + 1, *size), np.float32)
    for a in range(3):
        points[a] = matrix[a, 0] * k + matrix[a, 1] * h + matrix[a, 2] * w + origin[a]
    if bend.elastic:
        field = _field(rng, size, bend)
        if bend.flat:
            field[axis] = 0
        points += field[:, None]
    np.clip(points[axis], 0, shape[axis] - 1, out=points[axis])
    return points, mirrored


def _rotation(axis: int, angle: float) -> np.ndarray:
    """float32 (3, 3): a turn around an axis."""
    a, b = (i for i in range(3) if i != axis)
    matrix = np.eye(3, dtype=np.float32)
    matrix[a, a] = matrix[b, b] = np.cos(angle)
    matrix[a, b], matrix[b, a] = -np.sin(angle), np.sin(angle)
    return matrix


def _field(rng: np.random.Generator, size: tuple[int, int], bend: Bend) -> np.ndarray:
    """float32 (3, H, W): a smooth displacement, the same for a slice and its neighbours."""
    knots = (size[0] // bend.field + 2, size[1] // bend.field + 2)
    strength = rng.uniform(0, bend.elastic)
    coarse = rng.uniform(-strength, strength, (*knots, 3)).astype(np.float32)
    return cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_CUBIC).transpose(2, 0, 1)


def look(values: np.ndarray, points: np.ndarray, outside: float) -> np.ndarray:
    """Values of a volume at points, linear.

    Args:
        values: (X, Y, Z) of any real dtype, contiguous.
        points: float32 (3, ...).
        outside: beyond the volume.

    Returns:
        float32 (...).
    """
    low = np.floor(points).astype(np.int32)
    share = points - low
    flat = values.reshape(-1)
    index, weight = [], []
    for a, n in enumerate(values.shape):
        stride = int(np.prod(values.shape[a + 1 :]))
        index.append([np.clip(low[a] + d, 0, n - 1) * np.int32(stride) for d in (0, 1)])
        weight.append([1 - share[a], share[a]])
    result = np.zeros(points.shape[1:], np.float32)
    for i in (0, 1):
        for j in (0, 1):
            base, w = index[0][i] + index[1][j], weight[0][i] * weight[1][j]
            for k in (0, 1):
                result += w * weight[2][k] * flat[base + index[2][k]]
    result[beyond(points, values.shape)] = outside
    return result


def look_up(ids: np.ndarray, points: np.ndarray, outside: int = 0) -> np.ndarray:
    """Labels at points: of the nearest voxel; beyond the volume ``outside``. Same dtype as ``ids``."""
    near = [
        np.clip(np.rint(points[a]), 0, n - 1).astype(np.int32) * np.int32(np.prod(ids.shape[a + 1 :]))
        for a, n in enumerate(ids.shape)
    ]
    result = ids.reshape(-1)[near[0] + near[1] + near[2]]
    result[beyond(points, ids.shape)] = outside
    return result


def beyond(points: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """bool (...): points further than half a voxel from every voxel of the volume."""
    outside = np.zeros(points.shape[1:], bool)
    for a, n in enumerate(shape):
        outside |= (points[a] < -0.5) | (points[a] > n - 0.5)
    return outside
