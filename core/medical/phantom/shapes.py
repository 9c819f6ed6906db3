"""Solids as signed distances in mm: negative inside. Points are float32 (3, N)."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

Point = tuple[float, float, float]


def ellipsoid(points: np.ndarray, centre: Point, radii: Point) -> np.ndarray:
    """Nearly the distance to an ellipsoid: exact on its surface and for a ball, a few per cent off elsewhere."""
    r = np.array(radii, np.float32)[:, None]
    q = (points - np.array(centre, np.float32)[:, None]) / r
    length = np.sqrt((q * q).sum(axis=0))
    q /= r
    slope = np.sqrt((q * q).sum(axis=0))
    # In the very middle the formula is 0/0; minus the smallest radius is right there.
    return np.where(slope > 1e-6, length * (length - 1) / np.maximum(slope, 1e-6), -min(radii))


def tube(points: np.ndarray, path: Sequence[tuple[Point, float]]) -> np.ndarray:
    """Distance to a bent tube: (point, radius) along its middle, radii running evenly from one to the next."""
    best: np.ndarray | None = None
    for (start, r0), (end, r1) in itertools.pairwise(path):
        a = np.array(start, np.float32)[:, None]
        along = np.array(end, np.float32)[:, None] - a
        p = points - a
        share = np.clip((p * along).sum(axis=0) / float((along * along).sum()), 0, 1)
        p -= along * share
        distance = np.sqrt((p * p).sum(axis=0)) - (r0 + (r1 - r0) * share)
        best = distance if best is None else np.minimum(best, distance)
    if best is None:
        raise ValueError("a tube needs at least two points")
    return best


def blend(a: np.ndarray, b: np.ndarray, width: float) -> np.ndarray:
    """The union of two solids, its seam rounded over ``width`` mm."""
    h = np.maximum(width - np.abs(a - b), 0) / width
    return np.minimum(a, b) - h * h * (width / 4)


def cut(a: np.ndarray, b: np.ndarray, width: float) -> np.ndarray:
    """The part of ``a`` that is in ``b`` too, its edge rounded over ``width`` mm."""
    return -blend(-a, -b, width)


class Waves:
    """Smooth noise of one wavelength: a sum of plane waves in random directions, about −2 … 2.

    Its zero level is a set of wandering, evenly spaced sheets, as the furrows of a cortex are.

    Args:
        wavelength: mm.
        spread: of the wavelength, relative.
        count: of the waves.
    """

    def __init__(
        self, rng: np.random.Generator, wavelength: float, spread: float = 0.15, count: int = 24
    ) -> None:
        way = rng.normal(size=(count, 3))
        way /= np.linalg.norm(way, axis=1, keepdims=True)
        length = wavelength * np.exp(rng.normal(0, spread, (count, 1)))
        self.vectors = (way * 2 * np.pi / length).astype(np.float32)
        self.phases = rng.uniform(0, 2 * np.pi, count).astype(np.float32)
        self.scale = np.float32((2 / count) ** 0.5)

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """float32 (N,)."""
        return self.scale * np.cos(self.vectors @ points + self.phases[:, None]).sum(axis=0)

    def with_slope(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Values (N,) and their gradient (3, N) per mm."""
        angle = self.vectors @ points + self.phases[:, None]
        return self.scale * np.cos(angle).sum(axis=0), -self.scale * (self.vectors.T @ np.sin(angle))
