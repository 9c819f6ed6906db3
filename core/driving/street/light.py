"""The hour and the weather: how a surface's colour looks from the street."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Color = tuple[float, float, float]


@dataclass(frozen=True)
class Light:
    """One light for the whole scene; colours are RGB, 0 to 255.

    Attributes:
        sun: unit vector towards the sun.
        strength: of direct light; ``ambient``: of the sky's; together a little over 1 on a sunlit wall.
        tint: factors of the direct light's colour.
        top, low: the sky's colours overhead and at the horizon.
        clouds: share of the sky, 0 to 1.
        visibility: metres after which a surface has half vanished in the air.
        gain: of the camera.
    """

    sun: tuple[float, float, float]
    strength: float
    ambient: float
    tint: Color
    top: Color
    low: Color
    clouds: float
    visibility: float
    gain: float

    def shade(self, color: Color | np.ndarray, normal: tuple[float, float, float] | np.ndarray) -> np.ndarray:
        """float (3,): the colour of a matt surface with that unit normal."""
        direct = max(0.0, float(np.dot(normal, self.sun))) * self.strength
        return np.asarray(color) * (self.ambient + direct * np.asarray(self.tint))

    def through_air(self, color: Color | np.ndarray, depth: float) -> np.ndarray:
        """float (3,): a colour as it looks from ``depth`` metres away."""
        kept = self.kept(depth)
        return np.asarray(color) * kept + np.asarray(self.low) * (1 - kept)

    def kept(self, depth):
        """Share of a surface's light that the air lets through, 0 to 1; depth in metres, a number or an array."""
        return np.exp(np.maximum(depth, 0) * np.float32(-np.log(2) / self.visibility))


# name: sun's height in degrees, strength, ambient, tint, top, low, clouds, visibility, gain
_HOURS = {
    "noon": ((42, 68), 0.66, 0.66, (1.04, 1.0, 0.93), (82, 134, 202), (190, 212, 230), (0.1, 0.5), 900, 1.0),
    "hazy": ((35, 60), 0.48, 0.74, (1.04, 1.0, 0.94), (128, 164, 204), (214, 222, 226), (0.3, 0.7), 260, 1.02),
    "overcast": ((80, 89), 0.20, 0.92, (1.0, 1.0, 1.0), (172, 180, 190), (214, 218, 220), (0.9, 1.0), 420, 0.97),
    "evening": ((20, 30), 0.72, 0.56, (1.20, 0.97, 0.70), (92, 118, 172), (244, 206, 164), (0.2, 0.6), 500, 0.97),
    "dusk": ((12, 20), 0.12, 0.76, (1.1, 0.9, 0.8), (66, 84, 126), (206, 164, 146), (0.3, 0.7), 500, 0.98),
}  # fmt: skip
HOURS = tuple(_HOURS)


def make_light(rng: np.random.Generator, hour: str | None = None) -> Light:
    """A light of one of ``HOURS`` (None: any, bright ones more often)."""
    hour = hour or str(rng.choice(HOURS, p=[0.42, 0.16, 0.18, 0.16, 0.08]))
    heights, strength, ambient, tint, top, low, clouds, visibility, gain = _HOURS[hour]
    height = np.deg2rad(rng.uniform(*heights))
    # Never straight ahead: the street before the camera would lie in its own shadow.
    side = np.deg2rad(rng.uniform(25, 155)) * rng.choice([-1, 1])
    sun = (np.cos(height) * np.sin(side), np.sin(height), np.cos(height) * np.cos(side))
    return Light(
        (float(sun[0]), float(sun[1]), float(sun[2])), strength, ambient, tint, top, low,
        float(rng.uniform(*clouds)), visibility * rng.uniform(0.7, 1.3), gain,
    )  # fmt: skip


def vary(rng: np.random.Generator, color: Color, amount: float = 10) -> Color:
    """A colour near ``color``: lightness by ``amount`` (standard deviation), hue by a third of it."""
    values = np.clip(np.asarray(color) + rng.normal(0, amount) + rng.normal(0, amount / 3, 3), 4, 250)
    return float(values[0]), float(values[1]), float(values[2])


def times(color: Color, factor: float) -> Color:
    """A lighter or darker colour, at most white."""
    r, g, b = (min(255.0, c * factor) for c in color)
    return r, g, b
