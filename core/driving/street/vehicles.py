"""Cars, trucks, buses and trams: side profiles that are extruded, with wheels, glass and lamps."""

from __future__ import annotations

import numpy as np

from core.driving.street.bodywork import Bodywork, Shape
from core.driving.street.canvas import Canvas
from core.driving.street.item import Item, Place, box_points
from core.driving.street.light import Color, times, vary

_PLATE = (232, 232, 224)
_RED, _LENS, _AMBER = (168, 24, 26), (206, 214, 222), (232, 140, 40)


SHAPES = {
    "hatchback": Shape("car", 1.76, ((-2.0, .3), (-2.05, .62), (-2.0, .93), (1.0, .95), (1.95, .76), (2.05, .5), (2.0, .3)),
                       ((-1.98, .92), (-1.55, 1.43), (.3, 1.46), (1.15, .93)), (-1.3, 1.3)),
    "saloon": Shape("car", 1.82, ((-2.3, .3), (-2.36, .6), (-2.3, .97), (-1.5, 1.0), (1.1, .96), (2.2, .78), (2.34, .5), (2.3, .3)),
                    ((-1.72, .98), (-1.0, 1.42), (.25, 1.44), (1.2, .94)), (-1.4, 1.42)),
    "estate": Shape("car", 1.82, ((-2.3, .3), (-2.36, .6), (-2.3, .96), (1.1, .96), (2.2, .78), (2.34, .5), (2.3, .3)),
                    ((-2.28, .95), (-1.95, 1.45), (.25, 1.47), (1.2, .94)), (-1.4, 1.42)),
    "suv": Shape("car", 1.92, ((-2.2, .38), (-2.28, .7), (-2.22, 1.08), (1.0, 1.08), (2.1, .98), (2.24, .6), (2.2, .38)),
                 ((-2.16, 1.07), (-1.8, 1.66), (.25, 1.68), (1.1, 1.06)), (-1.38, 1.38), 0.37),
    "van": Shape("car", 2.0, ((-2.5, .34), (-2.54, .7), (-2.5, 1.2), (1.5, 1.2), (2.3, 1.0), (2.5, .6), (2.46, .34)),
                 ((-2.48, 1.18), (-2.36, 2.05), (.95, 2.1), (1.7, 1.18)), (-1.55, 1.6), 0.35, 0.12),
    "truck": Shape("truck", 2.5, ((-4.0, .6), (-4.0, 1.05), (3.9, 1.05), (3.9, .45)),
                   ((-4.0, 1.04), (-4.0, 3.5), (1.9, 3.5), (1.9, 1.04)), (-2.9, -1.8, 2.9), 0.5, 0.0, False),
    "bus": Shape("bus", 2.52, ((-5.9, .34), (-5.95, .7), (-5.95, 1.25), (5.9, 1.25), (5.95, .6), (5.9, .34)),
                 ((-5.94, 1.24), (-5.85, 2.95), (5.75, 2.95), (5.92, 1.24)), (-3.6, 3.5), 0.48, 0.06),
    "tram": Shape("train", 2.6, ((-13.0, .25), (-13.1, .7), (-13.1, 1.3), (13.1, 1.3), (13.1, .7), (13.0, .25)),
                  ((-13.05, 1.29), (-12.6, 3.3), (12.6, 3.3), (13.05, 1.29)), (-9.0, -7.2, 7.2, 9.0), 0.3, 0.1),
}  # fmt: skip
_PAINTS = (
    (208, 210, 212), (40, 42, 46), (120, 124, 130), (170, 174, 178), (236, 236, 234), (128, 28, 32), (36, 58, 104), (70, 96, 140),
    (62, 84, 70), (176, 150, 110), (186, 60, 44), (88, 92, 98), (28, 34, 44),
)  # fmt: skip
_COACH = ((206, 168, 40), (176, 40, 44), (224, 224, 220), (48, 92, 140), (60, 120, 84))


class Vehicle(Item):
    """One of ``SHAPES`` in a colour of its own."""

    def __init__(self, place: Place, kind: str, rng: np.random.Generator, braking: bool = False) -> None:
        super().__init__(place)
        self.kind, self.shape, self.braking = kind, SHAPES[kind], braking
        self.labels = (self.shape.label,)
        self.reach = self.shape.body[-1][0] + 2
        choice = _COACH if kind in ("bus", "tram", "truck") else _PAINTS
        self.paint_color = vary(rng, choice[rng.integers(len(choice))], 6)
        self.second = vary(rng, (224, 222, 216), 8) if rng.random() < 0.6 else vary(rng, (90, 110, 130), 30)
        self.scale = float(rng.uniform(0.95, 1.05))

    def far_end(self, time_s: float) -> np.ndarray:
        return self.place.pose(time_s).origin

    def shadows(self, time_s: float) -> list[np.ndarray]:
        pose, shape = self.place.pose(time_s), self.shape
        length = shape.body[-1][0] - shape.body[0][0]
        tall = max(up for _, up in shape.cabin)
        # Beneath it no sky is seen either: a flat body casts that darkness in any light.
        under = box_points(pose, shape.width * 1.04, 0.12, length * 1.02, 0.0)
        return [
            under,
            box_points(pose, shape.width, 0.7 * tall, length),
            box_points(pose, shape.width * 0.85, tall, length * 0.6),
        ]

    def paint(self, canvas: Canvas, time_s: float) -> None:
        pose, shape, owner = self.place.pose(time_s), self.shape, self.owners[0]
        view = np.asarray(canvas.camera.position) - pose.origin
        side = 1.0 if view @ pose.right > 0 else -1.0
        painter = Bodywork(canvas, pose, shape, owner, self.scale)
        if not painter.far:  # what is seen of the wheels beneath the body
            for at in shape.wheels:
                for way in (-1, 1):
                    painter.tread(at, way * shape.width / 2, shape.wheel)
        metal = self.paint_color
        painter.extrude(shape.body, (shape.width, shape.width), metal)
        painter.side(shape.body, side, (shape.width, shape.width), metal, skirt=self.kind != "tram")
        if shape.glass:
            self._cabin(painter, side, metal)
        else:
            self._load(painter, side, metal)
        if abs(painter.eye[0]) > shape.width / 2:  # else they hide behind the body
            self._wheels(painter, side)
        if not painter.far:
            self._ends(painter)

    def _cabin(self, painter: Bodywork, side: float, metal: Color) -> None:
        shape = self.shape
        rear, rear_top, front_top, front = shape.cabin
        widths = (shape.width * 0.97, shape.width * 0.97 - 2 * shape.taper)
        painter.extrude(shape.cabin, widths, metal, glass_ends=True)
        painter.side(shape.cabin, side, widths, metal)
        rise = rear_top[1] - rear[1]
        windows = {"van": ((0.62, 0.97),), "bus": tuple((i / 7 + 0.015, (i + 1) / 7 - 0.01) for i in range(7)),
                   "tram": tuple((i / 12 + 0.012, (i + 1) / 12 - 0.008) for i in range(12))}.get(
                       self.kind, ((0.07, 0.34), (0.37, 0.65), (0.68, 0.95)))  # fmt: skip
        low, high = (0.12, 0.8) if self.kind in ("bus", "tram") else (0.1, 0.86)
        for start, end in windows:
            corners = []
            for share, level in ((start, low), (start, high), (end, high), (end, low)):
                back = rear[0] + (rear_top[0] - rear[0]) * level
                ahead = front[0] + (front_top[0] - front[0]) * level
                half = (widths[0] + (widths[1] - widths[0]) * level) / 2 + 0.01
                corners.append((side * half, rear[1] + rise * level, back + (ahead - back) * share))
            painter.flat(corners, (side, 0.25, 0), None)

    def _load(self, painter: Bodywork, side: float, metal: Color) -> None:
        """A truck's box, and its driver's cab before it."""
        shape = self.shape
        cab = ((2.05, 0.5), (2.05, 2.75), (3.55, 2.8), (3.92, 1.6), (3.92, 0.5))
        widths = (shape.width * 0.96, shape.width * 0.96)
        away = painter.behind
        parts = [lambda: self._box(painter, side), lambda: self._driver(painter, cab, side, widths, metal)]
        for part in parts if not away else reversed(parts):
            part()

    def _box(self, painter: Bodywork, side: float) -> None:
        shape = self.shape
        painter.extrude(shape.cabin, (shape.width, shape.width), self.second)
        painter.side(shape.cabin, side, (shape.width, shape.width), self.second)
        x = shape.cabin[0][0] - 0.01
        for at in (-0.6, 0.6):  # the doors' bolts
            bar = [(at - 0.03, 1.1, x), (at - 0.03, 3.4, x), (at + 0.03, 3.4, x), (at + 0.03, 1.1, x)]
            painter.flat(bar, (0, 0, -1), (120, 120, 120))

    def _driver(self, painter: Bodywork, cab, side: float, widths, metal: Color) -> None:
        painter.extrude(cab, widths, metal)
        painter.side(cab, side, widths, metal)
        half = widths[0] / 2
        painter.flat([(-half + .12, 1.7, 3.93), (-half + .12, 2.55, 3.68), (half - .12, 2.55, 3.68), (half - .12, 1.7, 3.93)],
                     (0, 0.3, 0.9), None)  # fmt: skip
        x = side * (half + 0.01)
        painter.flat([(x, 1.7, 2.7), (x, 2.5, 2.7), (x, 2.5, 3.45), (x, 1.7, 3.65)], (side, 0, 0), None)

    def _wheels(self, painter: Bodywork, side: float) -> None:
        for at in self.shape.wheels:
            painter.wheel(at, side * self.shape.width / 2, self.shape.wheel)

    def _ends(self, painter: Bodywork) -> None:
        """Lamps, plate and bumper of the end that is seen."""
        shape = self.shape
        half, big = shape.width / 2, self.kind in ("bus", "truck", "tram")
        rear, front = min(p[0] for p in shape.body) - 0.02, max(p[0] for p in shape.body) + 0.02
        if painter.behind:
            level = 0.75 if not big else 0.8
            color = (238, 40, 34) if self.braking else _RED
            for s in (-1, 1):
                painter.rect((s * (half - 0.17), level), (0.26, 0.2), rear, -1, color)
                painter.rect((s * (half - 0.13), level - 0.13), (0.18, 0.06), rear, -1, _AMBER)
            painter.rect((0, 0.4), (shape.width * 0.92, 0.18), rear, -1, times(self.paint_color, 0.45))
            painter.rect((0, 0.62 if not big else 0.5), (0.5, 0.12), rear - 0.01, -1, _PLATE)
        else:
            for s in (-1, 1):
                painter.rect((s * (half - 0.24), 0.66 if not big else 0.75), (0.36, 0.16), front, 1, _LENS)
            painter.rect((0, 0.58), (shape.width * 0.5, 0.2), front, 1, (34, 34, 38))
            painter.rect((0, 0.4), (0.5, 0.11), front + 0.01, 1, _PLATE)
            if self.kind in ("bus", "tram"):
                painter.rect((0, 2.72), (1.5, 0.24), front - 0.1, 1, (230, 150, 50))
