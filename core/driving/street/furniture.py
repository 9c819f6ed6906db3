"""What stands beside the road: trees, lamps, fences, walls, hedges, bins."""

from __future__ import annotations

import cv2
import numpy as np

from core.driving.street.canvas import Canvas
from core.driving.street.item import Item, Place, box_points
from core.driving.street.light import vary
from core.driving.street.texture import bricks, foliage, grain

_LEAVES = ((96, 124, 58), (84, 112, 62), (120, 138, 66), (72, 100, 60), (134, 128, 58))
_BARK, _STEEL = (88, 72, 58), (112, 116, 118)


class Tree(Item):
    """A trunk and a crown; both are vegetation, as Cityscapes has it."""

    labels = ("vegetation",)
    reach = 6.0

    def __init__(
        self, place: Place, rng: np.random.Generator, crowns: list[np.ndarray], bush: bool = False
    ) -> None:
        super().__init__(place)
        self.height = float(rng.uniform(5, 10.5)) if not bush else float(rng.uniform(1.0, 2.2))
        self.width = (
            self.height * float(rng.uniform(0.55, 0.8))
            if not bush
            else self.height * float(rng.uniform(1.1, 1.7))
        )
        self.trunk = 0.0 if bush else self.height * float(rng.uniform(0.22, 0.3))
        self.crown = crowns[rng.integers(len(crowns))]
        if rng.random() < 0.5:
            self.crown = np.ascontiguousarray(self.crown[:, ::-1])

    def paint(self, canvas: Canvas, time_s: float) -> None:
        pose, owner = self.place.pose(time_s), self.owners[0]
        if canvas.camera.depth(pose.origin) < 2:
            return
        if self.trunk:
            color = canvas.light.shade(_BARK, (0, 0.4, -0.8))
            thick = 0.022 * self.height
            canvas.capsule(
                pose.point(0, 0, 0), pose.point(0, 0.55 * self.height, 0), (thick, 0.6 * thick), color, owner
            )
        tall = self.height - 0.85 * self.trunk
        shade = canvas.light.shade((1, 1, 1), (0, 0.75, -0.55))
        centre = pose.point(0, self.height - tall / 2, 0)
        canvas.sprite(centre, (self.width, tall * 1.05), self.crown, owner, shade)

    def shadows(self, time_s: float) -> list[np.ndarray]:
        pose = self.place.pose(time_s)
        turns = np.linspace(0, 2 * np.pi, 9, endpoint=False)
        middle, tall = (self.height + self.trunk) / 2, (self.height - self.trunk) / 2
        ring = [
            (0.42 * self.width * np.cos(t) * flat, middle + up * tall, 0.42 * self.width * np.sin(t) * flat)
            for t in turns
            for up, flat in ((-0.8, 0.6), (0, 1), (0.8, 0.6))
        ]
        stem = box_points(pose, 0.25, middle, 0.25)
        return [pose.points(np.array(ring))] + ([stem] if self.trunk else [])


class Lamp(Item):
    """A street lamp whose arm reaches over the road."""

    labels = ("pole",)

    def __init__(self, place: Place, rng: np.random.Generator) -> None:
        super().__init__(place)
        self.height, self.reach = (
            float(rng.uniform(5.5, 8)),
            -float(np.sign(place.offset)) * float(rng.uniform(0.8, 1.8)),
        )
        self.color = vary(rng, _STEEL, 12)

    def paint(self, canvas: Canvas, time_s: float) -> None:
        pose, owner, up = self.place.pose(time_s), self.owners[0], self.height
        color = canvas.light.shade(self.color, (0, 0.4, -0.9))
        canvas.capsule(pose.point(0, 0, 0), pose.point(0, up, 0), (0.09, 0.05), color, owner)
        canvas.capsule(
            pose.point(0, up, 0), pose.point(self.reach, up + 0.25, 0), (0.04, 0.035), color, owner
        )
        end = pose.point(self.reach, up + 0.22, 0), pose.point(self.reach * 1.35, up + 0.24, 0)
        canvas.capsule(*end, (0.1, 0.09), color * 0.9, owner)

    def shadows(self, time_s: float) -> list[np.ndarray]:
        return [box_points(self.place.pose(time_s), 0.14, self.height, 0.14)]


class Bin(Item):
    """Something small that no evaluated class names: Cityscapes calls it static."""

    labels = ("static",)

    def __init__(self, place: Place, rng: np.random.Generator) -> None:
        super().__init__(place)
        self.color, self.tall = (
            vary(rng, ((60, 78, 66), (74, 76, 80), (150, 110, 40))[rng.integers(3)], 10),
            float(rng.uniform(0.8, 1.15)),
        )

    def paint(self, canvas: Canvas, time_s: float) -> None:
        pose = self.place.pose(time_s)
        color = canvas.light.shade(self.color, (0, 0.4, -0.9))
        canvas.capsule(
            pose.point(0, 0.25, 0), pose.point(0, self.tall - 0.2, 0), (0.2, 0.22), color, self.owners[0]
        )
        canvas.capsule(
            pose.point(0, self.tall - 0.1, 0),
            pose.point(0, self.tall - 0.06, 0),
            (0.23, 0.23),
            color * 0.7,
            self.owners[0],
        )

    def shadows(self, time_s: float) -> list[np.ndarray]:
        return [box_points(self.place.pose(time_s), 0.5, self.tall, 0.5)]


def barrier_texture(rng: np.random.Generator, kind: str, length: float, height: float) -> np.ndarray:
    """uint8 (h, w, 3 or 4) of a ``wall``, ``fence`` or ``hedge``; a fence's fourth channel leaves gaps."""
    s = 28
    w, h = int(length * s), int(height * s)
    if kind == "wall":
        if rng.random() < 0.6:
            image = bricks(rng, w, h, vary(rng, (150, 104, 84), 14))
        else:
            image = grain(rng, np.full((h, w, 3), vary(rng, (172, 168, 160), 12), np.uint8), 9)
        image[: max(2, int(0.08 * s))] = vary(rng, (150, 146, 140), 8)
        return image
    if kind == "hedge":
        crown = foliage(rng, 200, _LEAVES[rng.integers(len(_LEAVES))])[50:150, 50:150, :3]
        return grain(rng, cv2.resize(crown, (w, h), interpolation=cv2.INTER_LINEAR), 16)
    image = np.zeros((h, w, 4), np.uint8)
    wooden = rng.random() < 0.4
    color = (*vary(rng, (150, 120, 86), 14), 255.0) if wooden else (*vary(rng, (70, 78, 74), 14), 255.0)
    step, thick = (9, 6) if wooden else (5, 2)
    for x in range(0, w, step):
        cv2.rectangle(image, (x, 2), (x + thick - 1, h), color, -1)
    for y in (int(0.12 * h), int(0.82 * h)):
        cv2.rectangle(image, (0, y), (w, y + 2), color, -1)
    for x in range(0, w, 2 * s):
        cv2.rectangle(image, (x, 0), (x + 4, h), color, -1)
    return image


class Barrier(Item):
    """A stretch of wall, fence or hedge along the street; a fence owns what is seen through it."""

    def __init__(self, place: Place, kind: str, length: float, height: float, texture: np.ndarray) -> None:
        super().__init__(place)
        self.labels = ({"wall": "wall", "fence": "fence", "hedge": "vegetation"}[kind],)
        self.length, self.height, self.texture = length, height, texture
        self.reach = 2 * length

    def far_end(self, time_s: float) -> np.ndarray:
        return self.place.pose(time_s).point(0, 0, self.length)

    def paint(self, canvas: Canvas, time_s: float) -> None:
        pose = self.place.pose(time_s)
        away = Place(self.place.road, self.place.offset, self.place.z + self.length).pose(time_s)
        start, along, up = pose.origin, away.origin - pose.origin, np.array([0.0, self.height, 0.0])
        corners = np.stack([start, start + along, start + along + up, start + up])
        if self.texture.shape[2] == 4:
            canvas.claim(corners, self.owners[0])
        inward = pose.right * -np.sign(self.place.offset)
        shade = canvas.light.shade((1, 1, 1), inward)
        canvas.surface(start, along, up, self.texture, self.owners[0], shade)

    def shadows(self, time_s: float) -> list[np.ndarray]:
        pose = self.place.pose(time_s)
        local = [(0, u, f) for u in (0.0, self.height) for f in (0.0, self.length)]
        return [pose.points(np.array(local))]
