"""People on foot and on two wheels: joints in space, limbs between them, right from every side."""

from __future__ import annotations

import numpy as np

from core.driving.street.canvas import Canvas
from core.driving.street.item import Item, Place, Pose
from core.driving.street.light import Color, vary

Vec = tuple[float, float, float]
_SKIN = ((228, 190, 164), (206, 160, 130), (168, 118, 88), (120, 80, 58), (236, 202, 178))
_HAIR = ((44, 34, 28), (90, 64, 42), (150, 118, 70), (120, 118, 116), (26, 24, 26))
_TOPS = (
    (48, 62, 96), (150, 44, 44), (206, 204, 198), (60, 60, 64), (86, 110, 82), (196, 150, 60), (110, 84, 120), (40, 110, 130),
    (214, 130, 110), (232, 226, 90),
)  # fmt: skip
_LEGS = ((44, 50, 72), (36, 36, 40), (96, 88, 76), (70, 84, 116), (150, 140, 122))
_RUBBER, _STEEL = (28, 28, 30), (96, 98, 104)


class Looks:
    """Clothes and size of one person."""

    def __init__(self, rng: np.random.Generator) -> None:
        def pick(table: tuple[Color, ...], amount: float = 8) -> Color:
            return vary(rng, table[rng.integers(len(table))], amount)

        self.skin, self.hair, self.top, self.legs = pick(_SKIN, 4), pick(_HAIR, 4), pick(_TOPS), pick(_LEGS)
        self.shoes, self.bag = vary(rng, (40, 36, 34), 10), pick(_TOPS)
        self.size = float(rng.uniform(0.9, 1.06)) if rng.random() < 0.9 else float(rng.uniform(0.6, 0.75))
        self.coat = rng.random() < 0.3
        self.carries = rng.random() < 0.35
        self.long_hair = rng.random() < 0.4


class _Figure:
    """Limbs in local metres, painted from the farthest to the nearest."""

    def __init__(self, canvas: Canvas, pose: Pose, size: float) -> None:
        self.canvas, self.pose, self.size = canvas, pose, size
        self.limbs: list[tuple[float, np.ndarray, np.ndarray, tuple[float, float], np.ndarray, int]] = []

    def limb(
        self, a: Vec, b: Vec, radii: tuple[float, float], color: Color, owner: int, raise_by: float = 0
    ) -> None:
        """``raise_by`` metres nearer than it is, for order only."""
        ends = self.pose.points(np.array([a, b], np.float64) * self.size)
        depth = self.canvas.camera.depth(ends.mean(0)) - raise_by
        shown = self.canvas.light.shade(color, self._facing())
        self.limbs.append(
            (depth, ends[0], ends[1], (radii[0] * self.size, radii[1] * self.size), shown, owner)
        )

    def _facing(self) -> np.ndarray:
        toward = np.asarray(self.canvas.camera.position) - self.pose.origin
        toward = toward * (1, 0, 1) / (np.linalg.norm(toward * (1, 0, 1)) + 1e-6)
        return toward * 0.8 + np.array([0, 0.6, 0])

    def paint(self) -> None:
        for _, a, b, radii, color, owner in sorted(self.limbs, key=lambda limb: -limb[0]):
            self.canvas.capsule(a, b, radii, color, owner)

    def head(self, look: Looks, base: Vec, owner: int, helmet: Color | None = None) -> None:
        """Neck, face and hair above ``base``, the middle of the shoulders."""
        x, y, z = base
        self.limb((x, y, z), (x, y + 0.12, z + 0.02), (0.055, 0.05), look.skin, owner)
        self.limb((x, y + 0.19, z + 0.03), (x, y + 0.25, z + 0.03), (0.09, 0.095), look.skin, owner)
        if helmet is not None:
            self.limb((x, y + 0.27, z + 0.0), (x, y + 0.29, z + 0.02), (0.115, 0.11), helmet, owner, 0.02)
            return
        self.limb((x, y + 0.29, z + 0.0), (x, y + 0.27, z - 0.03), (0.095, 0.1), look.hair, owner)
        if look.long_hair:
            self.limb((x, y + 0.25, z - 0.06), (x, y + 0.02, z - 0.08), (0.09, 0.075), look.hair, owner)


def _walker(figure: _Figure, look: Looks, swing: float, owner: int) -> None:
    hip, knee, shoulder = 0.92, 0.5, 1.42
    for side, way in ((-1, 1), (1, -1)):
        s = 0.42 * swing * way
        x = 0.1 * side
        bend = 0.10 * max(0.0, -s) + 0.03
        foot = (x, 0.09 + 0.25 * max(0.0, -s) * 0.4, 0.78 * s)
        joint = (x, knee, 0.42 * s + bend)
        figure.limb((x, hip, 0), joint, (0.095, 0.07), look.legs, owner)
        figure.limb(joint, foot, (0.068, 0.05), look.legs, owner)
        figure.limb(
            (foot[0], 0.06, foot[2] - 0.02),
            (foot[0] * 1.2, 0.05, foot[2] + 0.15),
            (0.05, 0.045),
            look.shoes,
            owner,
        )
        elbow = (0.25 * side, 1.12, -0.35 * s)
        hand = (0.25 * side, 0.9, -0.6 * s + 0.08)
        figure.limb((0.19 * side, shoulder - 0.03, 0), elbow, (0.065, 0.055), look.top, owner)
        figure.limb(elbow, hand, (0.052, 0.04), look.top, owner)
        figure.limb(hand, (hand[0], hand[1] - 0.07, hand[2] + 0.01), (0.042, 0.035), look.skin, owner)
    for side in (-1, 1):
        figure.limb(
            (0.07 * side, hip + 0.02, 0), (0.1 * side, shoulder - 0.08, 0), (0.12, 0.12), look.top, owner
        )
    if look.coat:
        for side in (-1, 1):
            figure.limb((0.06 * side, hip, 0), (0.08 * side, 0.62, 0), (0.13, 0.14), look.top, owner)
    if look.carries:
        figure.limb((0, 1.3, -0.16), (0, 1.05, -0.17), (0.12, 0.13), look.bag, owner)
    figure.head(look, (0, shoulder, 0), owner)


class Walker(Item):
    """Somebody on foot; ``standing`` still or walking with the place's speed."""

    labels = ("person",)

    def __init__(self, place: Place, rng: np.random.Generator, standing: bool = False) -> None:
        super().__init__(place)
        self.look, self.phase = Looks(rng), float(rng.uniform(0, 2 * np.pi))
        self.stride = 0.0 if standing else 1.0

    def paint(self, canvas: Canvas, time_s: float) -> None:
        pose = self.place.pose(time_s)
        if canvas.camera.depth(pose.origin) < 1.5:
            return
        figure = _Figure(canvas, pose, self.look.size)
        swing = np.sin(self.phase + 5.5 * time_s) * self.stride + 0.12 * (1 - self.stride)
        _walker(figure, self.look, swing, self.owners[0])
        figure.paint()

    def shadows(self, time_s: float) -> list[np.ndarray]:
        return [_ball(self.place.pose(time_s), 0.24, 0.05, 1.72 * self.look.size)]


class TwoWheeler(Item):
    """A bicycle or a motorcycle, with somebody on it or parked."""

    def __init__(
        self, place: Place, rng: np.random.Generator, *, motor: bool = False, rider: bool = True
    ) -> None:
        super().__init__(place)
        machine = "motorcycle" if motor else "bicycle"
        self.labels = (machine, "rider") if rider else (machine,)
        self.motor, self.look, self.phase = motor, Looks(rng), float(rng.uniform(0, 2 * np.pi))
        self.look.size = max(self.look.size, 0.92)
        self.frame = vary(rng, _TOPS[rng.integers(len(_TOPS))], 8)
        helmeted = motor or rng.random() < 0.6
        self.helmet = (
            vary(rng, ((220, 220, 216), (40, 40, 44), (190, 50, 46))[rng.integers(3)], 8)
            if helmeted
            else None
        )

    def paint(self, canvas: Canvas, time_s: float) -> None:
        pose = self.place.pose(time_s)
        if canvas.camera.depth(pose.origin) < 2:
            return
        machine = self.owners[0]
        radius, axle, width = (0.31, 0.68, 0.12) if self.motor else (0.34, 0.52, 0.04)
        for at in sorted((-axle, axle), key=lambda f: -canvas.camera.depth(pose.point(0, 0, f))):
            self._wheel(canvas, pose, at, radius, width)
        figure = _Figure(canvas, pose, 1.0)
        (self._motor if self.motor else self._bicycle)(figure, radius, machine)
        if len(self.owners) > 1:
            self._rider(figure, time_s, self.owners[1])
        figure.paint()

    def _wheel(self, canvas: Canvas, pose: Pose, at: float, radius: float, width: float) -> None:
        turns = np.linspace(0, 2 * np.pi, 21)
        ring = np.stack([np.zeros(21), radius + radius * np.sin(turns), at + radius * np.cos(turns)], axis=1)
        points = pose.points(ring)
        canvas.claim(points[:-1], self.owners[0])
        canvas.line(points, width, canvas.light.shade(_RUBBER, (0, 0.5, 0)), self.owners[0])
        hub = pose.point(0, radius, at)
        steel = canvas.light.shade(_STEEL, (0, 0.7, 0))
        for turn in (0, 5, 10, 15):
            canvas.line(np.stack([hub, points[turn]]), 0.008, steel, self.owners[0])

    def _bicycle(self, figure: _Figure, r: float, owner: int) -> None:
        thin = (0.022, 0.022)
        crank, seat, head = (0, 0.3, -0.02), (0, 0.84, -0.2), (0, 0.86, 0.38)
        for a, b in ((crank, seat), (crank, (0, 0.72, 0.4)), (seat, head), (seat, (0, r, -0.52)), (crank, (0, r, -0.52)),
                     (head, (0, r, 0.52)), (head, (0, 1.02, 0.34))):  # fmt: skip
            figure.limb(a, b, thin, self.frame, owner)
        figure.limb((-0.27, 1.02, 0.28), (0.27, 1.02, 0.28), thin, _STEEL, owner)
        figure.limb((0, 0.93, -0.3), (0, 0.93, -0.12), (0.06, 0.04), _RUBBER, owner)

    def _motor(self, figure: _Figure, r: float, owner: int) -> None:
        figure.limb((0, 0.62, -0.15), (0, 0.66, 0.3), (0.17, 0.15), self.frame, owner)
        figure.limb((0, 0.42, -0.1), (0, 0.42, 0.2), (0.17, 0.16), _STEEL, owner)
        figure.limb((0, 0.78, -0.75), (0, 0.74, -0.1), (0.1, 0.13), _RUBBER, owner)
        figure.limb((0, 0.84, 0.42), (0, r, 0.68), (0.05, 0.05), _STEEL, owner)
        figure.limb((-0.36, 1.0, 0.36), (0.36, 1.0, 0.36), (0.025, 0.025), _RUBBER, owner)
        figure.limb((0, 0.86, 0.5), (0, 0.86, 0.54), (0.12, 0.11), (236, 232, 214), owner)
        figure.limb((0, 0.7, -0.85), (0, 0.7, -0.87), (0.06, 0.06), (180, 26, 26), owner)

    def _rider(self, figure: _Figure, time_s: float, owner: int) -> None:
        look = self.look
        hip: Vec = (0, 0.96, -0.22) if not self.motor else (0, 0.86, -0.25)
        shoulder: Vec = (0, 1.42, 0.06) if not self.motor else (0, 1.36, -0.02)
        bar = 1.04 if not self.motor else 1.02
        for side in (-1, 1):
            turn = self.phase + 6 * time_s + (np.pi if side > 0 else 0)
            if self.motor:
                foot: Vec = (0.2 * side, 0.34, -0.05)
                knee: Vec = (0.22 * side, 0.72, 0.22)
            else:
                foot = (0.1 * side, 0.3 + 0.17 * float(np.sin(turn)), 0.17 * float(np.cos(turn)))
                knee = (0.11 * side, 0.72 + 0.09 * float(np.sin(turn)), 0.2)
            figure.limb((0.09 * side, hip[1], hip[2]), knee, (0.1, 0.075), look.legs, owner)
            figure.limb(knee, (foot[0], foot[1] + 0.06, foot[2] - 0.03), (0.07, 0.05), look.legs, owner)
            figure.limb((foot[0], foot[1] + 0.03, foot[2] - 0.06), (foot[0], foot[1] + 0.02, foot[2] + 0.13),
                        (0.048, 0.042), look.shoes, owner)  # fmt: skip
            elbow = (0.26 * side, 1.16, 0.14)
            figure.limb(
                (0.18 * side, shoulder[1] - 0.03, shoulder[2]), elbow, (0.065, 0.055), look.top, owner
            )
            figure.limb(elbow, (0.25 * side, bar, 0.28), (0.052, 0.04), look.top, owner)
            figure.limb((0.06 * side, hip[1] + 0.02, hip[2]), (0.1 * side, shoulder[1] - 0.07, shoulder[2]),
                        (0.125, 0.12), look.top, owner)  # fmt: skip
        if look.carries:
            figure.limb((0, 1.32, -0.2), (0, 1.12, -0.3), (0.13, 0.13), look.bag, owner)
        figure.head(look, shoulder, owner, self.helmet)

    def shadows(self, time_s: float) -> list[np.ndarray]:
        pose = self.place.pose(time_s)
        low = pose.points(
            np.array([(0.05, 0, -0.8), (-0.05, 0, -0.8), (0.05, 0, 0.8), (-0.05, 0.6, 0.8), (0, 0.7, -0.8)])
        )
        return [low, _ball(pose, 0.24, 0.8, 1.72)] if len(self.labels) > 1 else [low]


def _ball(pose: Pose, radius: float, low: float, high: float) -> np.ndarray:
    """A standing cylinder's outline (12, 3), good enough for a shadow."""
    turns = np.linspace(0, 2 * np.pi, 6, endpoint=False)
    ring = [(radius * np.cos(t), up, radius * np.sin(t)) for t in turns for up in (low, high)]
    return pose.points(np.array(ring))
