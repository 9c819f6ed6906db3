"""Between sRGB code values and linear light."""

from __future__ import annotations

import cv2
import numpy as np


def _decode(code: np.ndarray) -> np.ndarray:
    """sRGB 0…1 to linear light 0…1 (IEC 61966-2-1)."""
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)


def _encode(light: np.ndarray) -> np.ndarray:
    """Linear light 0…1 to sRGB 0…1 (IEC 61966-2-1)."""
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


_LINEAR = _decode(np.arange(256) / 255).astype(np.float32)
# 16 bits are fine enough even on the steep dark end: one step there is 0.05 of an 8-bit code.
_CODES = (255 * _encode(np.arange(65536) / 65535)).astype(np.float32)


def to_linear(picture: np.ndarray) -> np.ndarray:
    """uint8 sRGB of any shape → float32 linear light, 0 to 1."""
    return cv2.LUT(picture, _LINEAR)


def to_codes(light: np.ndarray) -> np.ndarray:
    """float32 linear light → float32 sRGB code values 0 to 255, not rounded; light above 1 is clipped."""
    return np.take(_CODES, cv2.multiply(light, 65535, dtype=cv2.CV_16U))


_HIGHLIGHT = 235


def highlight_factors(picture: np.ndarray, gain: float = 3.0) -> np.ndarray | None:
    """By how much clipped highlights were brighter than the sensor could count; None where there are none.

    Where ``picture``'s luma nears 255 the true light is unknown but more; it is taken to be up to ``1 +
    gain`` times as much, so that small lamps blur into bright discs instead of fading away. The factor is
    the same for the three channels, hence hues stay.

    Args:
        picture: uint8 (H, W, 3) sRGB.

    Returns:
        float32 (H, W), 1 or more, to multiply linear light with.
    """
    luma = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    if int(luma.max()) <= _HIGHLIGHT:
        return None
    over = np.clip((np.arange(256) - _HIGHLIGHT) / (255 - _HIGHLIGHT), 0, 1)
    return cv2.LUT(luma, (1 + gain * over**2).astype(np.float32))
