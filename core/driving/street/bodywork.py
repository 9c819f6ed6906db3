"""A vehicle's sheet metal, glass and wheels: faces that look at the camera, lit."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from core.driving.street.canvas import Canvas
from core.driving.street.item import Pose
from core.driving.street.light import Color, times

_TYRE, _RIM = (24, 24, 26), (122, 124, 128)


@dataclass(frozen=True)
class Shape:
    """A vehicle's measures in metres; profiles are (forward, up) and run from the rear over the top to the front.

    Attributes:
        body: its lower part, as wide as the vehicle; ``cabin``: what stands on it, narrower by ``taper`` at the top.
        wheels: their places along the vehicle; ``wheel``: their radius.
        glass: the cabin's sides are windows, else sheet metal.
    """

    label: str
    width: float
    body: tuple[tuple[float, float], ...]
    cabin: tuple[tuple[float, float], ...]
    wheels: tuple[float, ...]
    wheel: float = 0.32
    taper: float = 0.16
    glass: bool = True


class Bodywork:
    """Faces of one vehicle that look at the camera, lit."""

    def __init__(self, canvas: Canvas, pose: Pose, shape: Shape, owner: int, scale: float) -> None:
        self.canvas, self.pose, self.shape, self.owner, self.scale = canvas, pose, shape, owner, scale
        eye = np.asarray(canvas.camera.position) - pose.origin
        self.eye = np.array([eye @ pose.right, eye[1], eye @ pose.forward]) / scale
        self.behind = self.eye[2] < 0
        self.far = bool(np.abs(self.eye).max() > 45)  # details would be smaller than a pixel

    def flat(self, corners, normal: tuple[float, float, float], color: Color | None) -> None:
        """A face if it looks at the camera; ``color`` None is glass, which mirrors the sky."""
        local = np.array(corners, np.float64)
        direction = np.asarray(normal) / np.linalg.norm(normal)
        if (self.eye - local.mean(0)) @ direction <= 0:
            return
        light = self.canvas.light
        if color is None:
            mirror = 0.18 + 0.25 * max(0.0, float(direction[1]))
            shown = np.array([34, 40, 46]) * (1 - mirror) + np.asarray(light.top) * mirror
        else:
            shown = light.shade(color, self.pose.normal(tuple(direction)))
            # Lacquer mirrors the sky where it looks upwards.
            mirror = 0.3 * max(0.0, float(direction[1]))
            shown = shown * (1 - mirror) + np.asarray(light.low) * mirror
        self.canvas.polygon(self.pose.points(local * self.scale), shown, self.owner)

    def extrude(self, profile, widths: tuple[float, float], color: Color, glass_ends: bool = False) -> None:
        """All strips across the vehicle between neighbouring points of a profile."""
        low, high = min(p[1] for p in profile), max(p[1] for p in profile)
        for i, ((f0, u0), (f1, u1)) in enumerate(itertools.pairwise(profile)):
            h0, h1 = ((widths[0] + (widths[1] - widths[0]) * (u - low) / (high - low)) / 2 for u in (u0, u1))
            normal = (0.0, f1 - f0, -(u1 - u0))
            strip = [(-h0, u0, f0), (-h1, u1, f1), (h1, u1, f1), (h0, u0, f0)]
            self.flat(strip, normal, color)
            if glass_ends and i in (0, len(profile) - 2):

                def inner(a, b):  # a pane within the strip
                    return tuple(np.asarray(a) * 0.88 + np.asarray(b) * 0.12)

                m = [(0.92 * r, u, f) for r, u, f in strip]
                pane = [inner(m[0], m[1]), inner(m[1], m[0]), inner(m[2], m[3]), inner(m[3], m[2])]
                self.flat(
                    [(r, u + 0.005, f + (0.01 if normal[2] > 0 else -0.01)) for r, u, f in pane], normal, None
                )

    def side(
        self, profile, side: float, widths: tuple[float, float], color: Color, skirt: bool = False
    ) -> None:
        """The profile itself, on the side towards the camera."""
        low, high = min(p[1] for p in profile), max(p[1] for p in profile)
        corners = [
            (side * (widths[0] + (widths[1] - widths[0]) * (u - low) / (high - low)) / 2, u, f)
            for f, u in profile
        ]
        self.flat(corners, (side, 0.12, 0), color)
        if skirt:
            ends = profile[0][0], profile[-1][0]
            x = side * widths[0] / 2 * 1.005
            strip = [(x, low, ends[0]), (x, low + 0.14, ends[0]), (x, low + 0.14, ends[1]), (x, low, ends[1])]
            self.flat(strip, (side, 0, 0), times(color, 0.4))

    def _circle(self, at: float, x: float, radius: float) -> np.ndarray:
        turns = np.linspace(0, 2 * np.pi, 18, endpoint=False)
        return np.stack(
            [np.full(18, x), radius + radius * np.sin(turns), at + radius * np.cos(turns)], axis=1
        )

    def tread(self, at: float, x: float, radius: float) -> None:
        """A tyre's rolling surface, 20 cm wide inwards from ``x``."""
        circle = self._circle(at, x, radius)
        inward = circle - (np.sign(x) * 0.2, 0, 0)
        dark = self.canvas.light.shade(_TYRE, (0, 0.3, 0)) * 0.8
        for i in range(0, 18, 2):
            quad = np.stack([circle[i], circle[(i + 2) % 18], inward[(i + 2) % 18], inward[i]])
            self.canvas.polygon(self.pose.points(quad * self.scale), dark, self.owner)

    def wheel(self, at: float, x: float, radius: float) -> None:
        """Tyre and rim as seen from the side at ``x``."""
        circle = self._circle(at, x, radius)
        light = self.canvas.light
        self.canvas.polygon(
            self.pose.points(circle * self.scale), light.shade(_TYRE, (0, 0.3, 0)), self.owner
        )
        centre = np.array([x * 1.003, radius, at])
        hub = centre + (circle - (x, radius, at)) * 0.6
        rim = light.shade(_RIM, (np.sign(x), 0.3, 0)) * 0.75
        self.canvas.polygon(self.pose.points(hub * self.scale), rim, self.owner)

    def rect(self, centre, size, forward: float, facing: int, color: Color) -> None:
        (r, u), (w, h) = centre, size
        corners = [(r - w / 2, u - h / 2, forward), (r - w / 2, u + h / 2, forward),
                   (r + w / 2, u + h / 2, forward), (r + w / 2, u - h / 2, forward)]  # fmt: skip
        self.flat(corners, (0, 0, facing), color)
