"""Traffic signs and lights, each on its pole."""

from __future__ import annotations

import numpy as np

from core.driving.street.canvas import Canvas
from core.driving.street.item import Item, Place, box_points
from core.driving.street.light import Color

_STEEL = (112, 116, 118)


class Sign(Item):
    """A plate on a pole that faces the camera."""

    labels = ("pole", "traffic sign")
    KINDS = ("speed", "no entry", "warning", "give way", "parking", "crossing", "priority", "stop")

    def __init__(self, place: Place, rng: np.random.Generator) -> None:
        super().__init__(place)
        self.kind, self.size = str(rng.choice(self.KINDS)), float(rng.uniform(0.3, 0.42))
        self.height = float(rng.uniform(2.2, 2.7))

    def paint(self, canvas: Canvas, time_s: float) -> None:
        pose, (pole, plate) = self.place.pose(time_s), self.owners
        color = canvas.light.shade(_STEEL, (0, 0.4, -0.9))
        canvas.capsule(pose.point(0, 0, 0), pose.point(0, self.height + 0.2, 0), (0.04, 0.04), color, pole)
        lit = canvas.light.shade((1, 1, 1), (0, 0.45, -0.9))
        for outline, shown in _sign(self.kind):
            flat = [(r * self.size, self.height + u * self.size, -0.06 - 0.01) for r, u in outline]
            canvas.polygon(pose.points(np.array(flat)), np.asarray(shown) * lit, plate)

    def shadows(self, time_s: float) -> list[np.ndarray]:
        return [box_points(self.place.pose(time_s), 0.07, self.height, 0.07)]


def _disc(radius: float, corners: int = 20, turn: float = 0.0) -> list[tuple[float, float]]:
    return [
        (radius * np.cos(t), radius * np.sin(t))
        for t in np.linspace(0, 2 * np.pi, corners, endpoint=False) + turn
    ]


def _bar(w: float, h: float, y: float = 0.0, x: float = 0.0) -> list[tuple[float, float]]:
    return [(x - w, y - h), (x - w, y + h), (x + w, y + h), (x + w, y - h)]


def _sign(kind: str) -> list[tuple[list[tuple[float, float]], Color]]:
    """Polygons in units of the plate's radius, from back to front."""
    red, white, black, blue, yellow = (
        (196, 28, 36),
        (238, 238, 234),
        (24, 24, 26),
        (28, 84, 168),
        (244, 200, 40),
    )
    up, down = np.pi / 2, -np.pi / 2
    match kind:
        case "speed":
            digit = [_bar(0.06, 0.28, x=-0.3), _bar(0.13, 0.28, x=0.05), _bar(0.13, 0.28, x=0.42)]
            return [
                (_disc(1), red),
                (_disc(0.78), white),
                *((d, black) for d in digit),
                (_bar(0.05, 0.18, x=0.42), white),
            ]
        case "no entry":
            return [(_disc(1), red), (_bar(0.7, 0.16), white)]
        case "warning":
            return [
                (_disc(1.15, 3, up), red),
                (_disc(0.78, 3, up), white),
                (_bar(0.07, 0.2, 0.05), black),
                (_bar(0.07, 0.06, -0.27), black),
            ]
        case "give way":
            return [(_disc(1.15, 3, down), red), (_disc(0.72, 3, down), white)]
        case "parking":
            return [(_bar(0.85, 0.85), blue), (_bar(0.1, 0.5, x=-0.2), white), (_bar(0.25, 0.09, 0.41, 0.1), white),
                    (_bar(0.25, 0.09, 0.02, 0.1), white), (_bar(0.09, 0.28, 0.21, 0.32), white)]  # fmt: skip
        case "crossing":
            return [
                (_bar(0.85, 0.85), blue),
                (_disc(0.8, 3, up), white),
                (_bar(0.08, 0.22, 0.0), black),
                (_disc(0.1, 8), black),
            ]
        case "priority":
            return [(_disc(1.05, 4), white), (_disc(0.8, 4), yellow)]
        case _:
            return [(_disc(1, 8, np.pi / 8), red), (_bar(0.6, 0.16), white)]


class TrafficLight(Item):
    """Three lamps on a pole, or on an arm over the road."""

    labels = ("pole", "traffic light")
    reach = 5.0

    def __init__(self, place: Place, rng: np.random.Generator, arm: bool = False, shows: int = 0) -> None:
        super().__init__(place)
        self.arm, self.shows = arm, shows
        self.height = 5.6 if arm else float(rng.uniform(2.6, 3.0))

    def paint(self, canvas: Canvas, time_s: float) -> None:
        pose, (pole, box) = self.place.pose(time_s), self.owners
        color = canvas.light.shade((92, 96, 98), (0, 0.4, -0.9))
        canvas.capsule(pose.point(0, 0, 0), pose.point(0, self.height + 0.3, 0), (0.08, 0.06), color, pole)
        heads = [(0.0, 2.7 if self.arm else self.height)]
        if self.arm:
            reach = -float(np.sign(self.place.offset)) * 3.6
            canvas.capsule(
                pose.point(0, self.height, 0),
                pose.point(reach, self.height + 0.2, 0),
                (0.06, 0.05),
                color,
                pole,
            )
            heads.append((reach, self.height))
        for x, y in heads:
            case = canvas.light.shade((30, 32, 32), (0, 0.4, -0.9))
            flat = [(x + r * 0.17, y + u * 0.48, -0.1) for r, u in ((-1, -1), (-1, 1), (1, 1), (1, -1))]
            canvas.polygon(pose.points(np.array(flat)), case, box)
            for i, (bright, dim) in enumerate(
                (
                    ((255, 60, 44), (70, 22, 20)),
                    ((255, 186, 60), (74, 54, 20)),
                    ((90, 240, 170), (20, 62, 46)),
                )
            ):
                ring = [
                    (x + 0.11 * np.cos(t), y + 0.3 - 0.3 * i + 0.11 * np.sin(t), -0.12)
                    for t in np.linspace(0, 2 * np.pi, 14, endpoint=False)
                ]
                canvas.polygon(pose.points(np.array(ring)), bright if i == self.shows else dim, box)

    def shadows(self, time_s: float) -> list[np.ndarray]:
        return [box_points(self.place.pose(time_s), 0.16, self.height, 0.16)]
