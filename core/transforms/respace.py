"""A volume to a network's voxel size, and what the network says back to the volume's own grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.errors import InputError

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Respace:
    """Resampling along a volume's own axes; both grids have the same centre, so mirroring commutes with it.

    Shrinking averages, enlarging is linear; beyond the edge the edge's value goes on. One slice at a time: memory is the result and little more.

    Attributes:
        shape: voxels of the volume, (X, Y, Z).
        spacing: mm between them.
        working: mm between the network's voxels.

    Raises:
        InputError: a spacing that is not positive.

    >>> import numpy as np
    >>> way = Respace((10, 12, 7), (1, 1, 2), (2, 2, 2))
    >>> way.forward(np.ones((10, 12, 7), np.int16)).shape
    (5, 6, 7)
    """

    shape: tuple[int, int, int]
    spacing: Triple
    working: Triple

    def __post_init__(self) -> None:
        numbers = np.array([*self.spacing, *self.working], float)
        if not np.isfinite(numbers).all() or numbers.min() <= 0:
            raise InputError(f"spacing {self.spacing} to {self.working} mm", "positive numbers")

    @cached_property
    def working_shape(self) -> tuple[int, int, int]:
        """Voxels of the network's grid: as many as cover the volume."""
        x, y, z = (
            max(1, int(np.ceil(n * s / w - 1e-3)))
            for n, s, w in zip(self.shape, self.spacing, self.working, strict=True)
        )
        return x, y, z

    def affine(self, affine: np.ndarray) -> np.ndarray:
        """float64 (4, 4) of the network's grid, from the volume's."""
        scale = np.divide(self.working, self.spacing)
        shift = (np.array(self.shape) - 1) / 2 - scale * (np.array(self.working_shape) - 1) / 2
        step = np.diag([*scale, 1.0])
        step[:3, 3] = shift
        return np.asarray(affine, float) @ step

    def forward(self, values: np.ndarray) -> np.ndarray:
        """Numbers (X, Y, Z) of any real dtype → float32 of ``working_shape``."""
        return _resample(values, self._matrices(forward=True))

    def map_back(self, values: np.ndarray) -> np.ndarray:
        """A map (an uncertainty, say) of ``working_shape`` → float32 of ``shape``, linear."""
        return _resample(values, self._matrices(forward=False))

    def labels_back(self, probabilities: np.ndarray, ids: Sequence[int]) -> np.ndarray:
        """The likeliest class of every voxel of the volume.

        The first class is background: it is the answer where it is likelier than all others together, so that
        classes which share a structure between them cannot lose it by disagreeing.

        Args:
            probabilities: float (C, *working_shape), summing to 1 over C: interpolated linearly before the choice.
            ids: of the C classes, 0 to 255.

        Returns:
            uint8 of ``shape``. A tie goes to the class that comes first.
        """
        count = len(probabilities)
        if probabilities.shape[1:] != self.working_shape or count != len(ids):
            raise ValueError(f"{probabilities.shape} for {len(ids)} classes on {self.working_shape}")
        mx, my, mz = self._matrices(forward=False)
        out = np.empty(self.shape, np.uint8)
        table = np.asarray(ids, np.uint8)
        for k, row in enumerate(mz):
            taps = np.flatnonzero(row)
            planes = np.tensordot(probabilities[..., taps].astype(np.float32), row[taps], axes=1)
            # The likeliest of C − 1 classes that together have a half; interpolation makes no new peaks.
            highest = planes[1:].reshape(count - 1, -1).max(axis=1, initial=0)
            likely = 1 + np.flatnonzero(highest >= (0.5 - 1e-3) / max(count - 1, 1))
            best = np.full(self.shape[:2], -1, np.float32)
            chosen = np.zeros(self.shape[:2], np.uint8)
            for c in likely:
                plane = mx @ planes[c] @ my.T
                better = plane > best
                best[better], chosen[better] = plane[better], c
            if len(likely):
                chosen[mx @ planes[0] @ my.T >= 0.5] = 0
            out[:, :, k] = table[chosen]
        return out

    def _matrices(self, forward: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        here, there = (self.shape, self.spacing), (self.working_shape, self.working)
        if not forward:
            here, there = there, here
        x, y, z = (_axis(*numbers) for numbers in zip(*here, *there, strict=True))
        return x, y, z


def _axis(count: int, step: float, new_count: int, new_step: float) -> np.ndarray:
    """float32 (new_count, count): weights of the old voxels along one axis; rows sum to 1."""
    scale = new_step / step
    centres = (np.arange(new_count) - (new_count - 1) / 2) * scale + (count - 1) / 2
    centres = np.clip(centres, 0, count - 1)
    offset = centres[:, None] - np.arange(count)
    # Linear interpolation averaged over a stretch: straight lines stay exactly straight, two voxels that become one
    # count a half each, and at the same spacing nothing is blurred.
    stretch = scale - 1
    if stretch > 0:
        weights = (_below_hat(offset + stretch / 2) - _below_hat(offset - stretch / 2)) / stretch
    else:
        weights = np.maximum(1 - np.abs(offset), 0)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def _below_hat(x: np.ndarray) -> np.ndarray:
    """The integral of max(0, 1 − |t|) up to x."""
    x = np.clip(x, -1, 1)
    return np.where(x < 0, (x + 1) ** 2 / 2, 1 - (1 - x) ** 2 / 2)


def _resample(values: np.ndarray, matrices: tuple[np.ndarray, np.ndarray, np.ndarray]) -> np.ndarray:
    mx, my, mz = matrices
    if values.shape != (mx.shape[1], my.shape[1], mz.shape[1]):
        raise ValueError(f"shape {values.shape}, expected {(mx.shape[1], my.shape[1], mz.shape[1])}")
    # Z first in memory: every slice that is added to lies in one piece.
    out = np.zeros((len(mz), len(mx), len(my)), np.float32)
    for k in range(values.shape[2]):
        targets = np.flatnonzero(mz[:, k])
        if len(targets):
            plane = mx @ values[:, :, k].astype(np.float32) @ my.T
            for target in targets:
                out[target] += mz[target, k] * plane
    return out.transpose(1, 2, 0)
