"""A pinhole camera in a world of metres: x to the right, y up, z along the street."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

NEAR_M = 0.5
"""What is nearer to the camera is cut off."""


@dataclass(frozen=True)
class Camera:
    """Where the picture is taken from.

    Attributes:
        width, height: of the picture, px.
        focal: px.
        horizon: the row of the principal point, px (the horizon itself where ``pitch`` is 0).
        position: (x, y, z), metres; y is the height over the road.
        yaw: radians, to the right; ``pitch``: radians, downwards.
    """

    width: int
    height: int
    focal: float
    horizon: float
    position: tuple[float, float, float]
    yaw: float = 0.0
    pitch: float = 0.0

    @cached_property
    def rotation(self) -> np.ndarray:
        """float64 (3, 3): rows are the camera's right, up and forward in the world."""
        cy, sy, cp, sp = np.cos(self.yaw), np.sin(self.yaw), np.cos(self.pitch), np.sin(self.pitch)
        forward = np.array([sy * cp, -sp, cy * cp])
        right = np.array([cy, 0.0, -sy])
        return np.stack([right, np.cross(forward, right), forward])

    def to_camera(self, points: np.ndarray) -> np.ndarray:
        """World points (N, 3) → right, up, depth (N, 3), metres."""
        return (np.asarray(points, np.float64) - self.position) @ self.rotation.T

    def project(self, points: np.ndarray) -> np.ndarray:
        """Camera points (N, 3) of positive depth → px (N, 2); whole numbers are pixel centres."""
        scale = self.focal / points[:, 2:]
        return points[:, :2] * scale * (1, -1) + ((self.width - 1) / 2, self.horizon)

    def clipped(self, points: np.ndarray) -> np.ndarray:
        """A polygon's world points (N, 3) → its part before the camera in px (M, 2); M is 0 if there is none."""
        at = self.to_camera(points)
        inside = at[:, 2] >= NEAR_M
        if inside.all():
            return self.project(at)
        if not inside.any():
            return np.zeros((0, 2))
        kept = []
        for i in range(len(at)):
            a, b = at[i], at[(i + 1) % len(at)]
            if inside[i]:
                kept.append(a)
            if inside[i] != inside[(i + 1) % len(at)]:
                kept.append(a + (b - a) * ((NEAR_M - a[2]) / (b[2] - a[2])))
        return self.project(np.array(kept))

    def depth(self, point: np.ndarray) -> float:
        """Metres before the camera of one world point."""
        return float((np.asarray(point) - self.position) @ self.rotation[2])

    def may_see(self, point: np.ndarray, reach: float) -> bool:
        """Whether something within ``reach`` metres of a point can be in the picture, by its bearing alone."""
        right, _, depth = self.to_camera(np.asarray(point)[None])[0]
        return bool(
            depth > -reach and abs(right) - reach < max(depth + reach, NEAR_M) * self.width / 2 / self.focal
        )

    def plane(self, origin: np.ndarray, along: np.ndarray, up: np.ndarray) -> np.ndarray:
        """The homography (3, 3) from (u, v, 1) of the plane origin + u·along + v·up to px."""
        k = np.array([[self.focal, 0, (self.width - 1) / 2], [0, -self.focal, self.horizon], [0, 0, 1.0]])
        columns = np.stack([along, up, np.asarray(origin) - self.position], axis=1)
        return k @ self.rotation @ columns

    def ground(self) -> tuple[int, np.ndarray, np.ndarray]:
        """Where the pixels' rays meet the road's plane.

        Returns:
            The first row that sees ground, and world x and z, float32 (height − row, width), at most 2 km off.
        """
        rows = np.arange(self.height, dtype=np.float64)
        up = -(rows - self.horizon) / self.focal
        # The camera never rolls: a ray's fall depends on its row alone.
        fall = -(up * self.rotation[1, 1] + self.rotation[2, 1])
        below = np.flatnonzero(fall > self.position[1] / 2000)
        first = int(below[0]) if len(below) else self.height
        reach = self.position[1] / fall[first:]
        right = (np.arange(self.width) - (self.width - 1) / 2) / self.focal
        base = up[first:, None] * self.rotation[1] + self.rotation[2]
        x = (base[:, :1] + right * self.rotation[0, 0]) * reach[:, None] + self.position[0]
        z = (base[:, 2:] + right * self.rotation[0, 2]) * reach[:, None] + self.position[2]
        return first, x.astype(np.float32), z.astype(np.float32)
