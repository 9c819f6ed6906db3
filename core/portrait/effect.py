"""What is to be done with the picture around the person: the settings of one portrait."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Literal, cast, get_args

import numpy as np

from core.errors import InputError

Output = Literal["blur", "matte", "cutout", "color", "image"]
Shape = Literal["disc", "hexagon"]

F_NUMBERS = (0.7, 64.0)
"""Smallest and largest accepted f-number."""

# A distant point seen through a lens of focal length f and f-number N, focused at s, spreads on the sensor
# to a disc of radius f² / (2 N (s − f)). With an 85 mm portrait lens focused at 2 m on a 36×24 mm sensor
# (diagonal 43.27 mm) that radius is 0.0436 / N of the diagonal.
_FOCAL_MM, _FOCUS_MM, _DIAGONAL_MM = 85.0, 2000.0, 43.27
_SPREAD = _FOCAL_MM**2 / (2.0 * (_FOCUS_MM - _FOCAL_MM) * _DIAGONAL_MM)


def blur_radius(f_number: float, height: int, width: int) -> float:
    """Radius in px of the blur disc in a picture of ``height × width`` px.

    ``radius = 0.0436 · diagonal / f_number``: what an 85 mm lens on a 36×24 mm sensor, focused at 2 m, makes
    of a distant point. Being relative to the diagonal, it looks the same in a preview and in full size.

    >>> round(blur_radius(2.8, 720, 1280), 1)
    22.9
    """
    return _SPREAD * math.hypot(height, width) / f_number


@dataclass(frozen=True, eq=False)
class Effect:
    """One portrait's settings; checked on construction.

    Args:
        output: ``"blur"`` the background through a lens, put a plain ``"color"`` or an ``"image"`` behind the
            person, cut the person out (``"cutout"``: straight-alpha RGBA), or give the bare ``"matte"``.
        f_number: aperture of the lens, 0.7 to 64; smaller blurs more (see `blur_radius`).
        shape: outline of an out-of-focus highlight.
        color: sRGB, 0 to 255 each; used by ``output="color"``.
        image: uint8 (H, W, 3) RGB picture of any size, cover-fitted; needed by ``output="image"``.
        keep: points ``(x, y)`` relative to the picture's width and height (0 to 1, from the top left): only
            the people they touch stay. None: everybody stays. Empty: nobody.

    Raises:
        InputError: a setting is out of range; the text says which and what is accepted.
    """

    output: Output = "blur"
    f_number: float = 2.8
    shape: Shape = "disc"
    color: tuple[int, int, int] = (0, 177, 64)
    image: np.ndarray | None = None
    keep: tuple[tuple[float, float], ...] | None = None

    def __post_init__(self) -> None:
        _one_of("output", self.output, get_args(Output))
        _one_of("shape", self.shape, get_args(Shape))
        low, high = F_NUMBERS
        if not _is_number(self.f_number) or not low <= self.f_number <= high:
            raise InputError(f"f-number {self.f_number!r}", f"a number from {low} to {high:g}", "try 2.8")
        if len(self.color) != 3 or not all(isinstance(c, Integral) and 0 <= c <= 255 for c in self.color):
            raise InputError(f"color {self.color!r}", "three whole numbers from 0 to 255", "try (0, 177, 64)")
        if self.output == "image" and self.image is None:
            raise InputError("no background picture", "one for the output 'image'", "give a picture")
        if self.image is not None:
            check_picture(self.image, "background picture")
        for point in self.keep or ():
            if len(point) != 2 or not all(_is_number(v) and 0 <= v <= 1 for v in point):
                raise InputError(
                    f"point {point!r}", "x and y from 0 to 1, relative to the picture", "try (0.5, 0.5)"
                )


def check_picture(picture: np.ndarray, name: str = "frame") -> None:
    """Raise `InputError` unless ``picture`` is a non-empty uint8 (H, W, 3) array."""
    if not isinstance(picture, np.ndarray) or picture.dtype != np.uint8 or picture.ndim != 3:
        got = (
            f"{picture.dtype} {picture.shape}" if isinstance(picture, np.ndarray) else type(picture).__name__
        )
        raise InputError(f"{name}: {got}", "a uint8 array of shape (H, W, 3), RGB", "convert it first")
    if picture.shape[2] != 3 or picture.size == 0:
        raise InputError(
            f"{name}: shape {picture.shape}", "a non-empty (H, W, 3) array, RGB", "convert it first"
        )


def _is_number(value: object) -> bool:
    return (
        isinstance(value, Real) and not isinstance(value, bool) and -math.inf < cast(float, value) < math.inf
    )


def _one_of(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise InputError(f"{name} {value!r}", "one of " + ", ".join(choices), "choose one of them")
