"""What stands or moves in the street: a place in the world, and something that can be painted there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from core.driving.street.canvas import Canvas
from core.driving.street.road import Road


@dataclass(frozen=True)
class Pose:
    """A place on the ground and a direction; local axes are right, up and forward, metres."""

    origin: np.ndarray
    right: np.ndarray
    forward: np.ndarray

    def point(self, right: float, up: float, forward: float) -> np.ndarray:
        """World point (3,)."""
        place = self.origin + right * self.right + forward * self.forward
        place[1] += up
        return place

    def points(self, local: np.ndarray) -> np.ndarray:
        """World points of (N, 3): right, up, forward."""
        world = self.origin + local[:, :1] * self.right + local[:, 2:] * self.forward
        world[:, 1] += local[:, 1]
        return world

    def normal(self, local: tuple[float, float, float]) -> np.ndarray:
        """A direction (3,) in the world."""
        return local[0] * self.right + np.array([0, local[1], 0]) + local[2] * self.forward


@dataclass(frozen=True)
class Place:
    """Where something is at any time.

    Attributes:
        offset: metres from the road's middle, to the right; ``z``: along the road at time 0.
        turn: radians to the right of the road's direction (π: towards the camera).
        speed: metres a second along z; ``drift``: across, to the right.
    """

    road: Road
    offset: float
    z: float
    turn: float = 0.0
    speed: float = 0.0
    drift: float = 0.0

    def pose(self, time_s: float) -> Pose:
        z = self.z + self.speed * time_s
        heading = self.road.heading(z)
        across = np.array([np.cos(heading), 0.0, -np.sin(heading)])
        origin = np.array([self.road.middle(z), 0.0, z]) + across * (self.offset + self.drift * time_s)
        angle = heading + self.turn
        right = np.array([np.cos(angle), 0.0, -np.sin(angle)])
        return Pose(origin, right, np.array([np.sin(angle), 0.0, np.cos(angle)]))


class Item(ABC):
    """Paints itself; the scene asks for the far ones first.

    Attributes:
        place: where it is.
        owners: the ids it paints with, in ``instanceIds`` form; the scene numbers them.
        labels: names of the Cityscapes labels that ``owners`` belong to, one each.
    """

    labels: tuple[str, ...] = ()
    place: Place
    reach = 3.0
    """Metres around its far end within which all of it lies, to the sides."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.owners: tuple[int, ...] = ()

    def far_end(self, time_s: float) -> np.ndarray:
        """The point (3,) whose depth decides the order."""
        return self.place.pose(time_s).origin

    @abstractmethod
    def paint(self, canvas: Canvas, time_s: float) -> None:
        """Paint it as it is at that time."""

    def shadows(self, time_s: float) -> list[np.ndarray]:
        """Convex bodies (N, 3) that keep the sun from the ground."""
        return []


def box_points(pose: Pose, width: float, height: float, length: float, low: float = 0.0) -> np.ndarray:
    """The eight corners (8, 3) of a box around the pose's origin."""
    local = [(r * width / 2, u, f * length / 2) for r in (-1, 1) for u in (low, height) for f in (-1, 1)]
    return pose.points(np.array(local))
