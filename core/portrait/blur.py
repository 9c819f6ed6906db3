"""The lens: what an out-of-focus background looks like, gathered from background light alone."""

from __future__ import annotations

import math
from functools import lru_cache

import cv2
import numpy as np

from core.portrait.effect import Shape
from core.portrait.light import expand_highlights, to_codes, to_linear

_BLOCKED_DILATION = 0.015
"""How far from the person a faint matte still counts as the person's light, relative to the diagonal."""


@lru_cache(maxsize=64)
def lens_kernel(shape: Shape, radius: float) -> np.ndarray:
    """The image of a point: float32 (n, n), n odd, sum 1, anti-aliased outline.

    Args:
        shape: ``"disc"``, or ``"hexagon"`` with the area of that disc.
        radius: of the disc, in px.
    """
    half = max(0, math.ceil(radius * (1.1 if shape == "hexagon" else 1.0) - 0.5))
    fine = 8
    steps = (np.arange((2 * half + 1) * fine) + 0.5) / fine - (half + 0.5)
    y, x = np.meshgrid(steps, steps, indexing="ij")
    if shape == "disc":
        inside = np.hypot(x, y) <= radius
    else:  # apothem of the hexagon whose area is π r²
        apothem = radius * math.sqrt(math.pi / (2 * math.sqrt(3)))
        third = math.pi / 3
        inside = np.ones_like(x, bool)
        for k in range(3):
            inside &= np.abs(x * math.cos(k * third) + y * math.sin(k * third)) <= apothem
    n = 2 * half + 1
    kernel = inside.reshape(n, fine, n, fine).mean(axis=(1, 3))
    if kernel.sum() == 0:
        kernel[half, half] = 1
    kernel = (kernel / kernel.sum()).astype(np.float32)
    kernel.setflags(write=False)
    return kernel


def filter_lens(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Correlate float32 (H, W, C) with ``kernel``; nothing (zeros) lies beyond the border.

    OpenCV turns to the Fourier transform for kernels of 130 cells, though summing directly stays faster up to
    about 400: kernels in between are applied in strips of fewer cells.
    """
    n = len(kernel)
    rows = 129 // n
    if n * n < 130 or n > 21:
        return cv2.filter2D(image, -1, kernel, borderType=cv2.BORDER_CONSTANT)
    half, height = n // 2, len(image)
    padded = cv2.copyMakeBorder(image, half, half, 0, 0, cv2.BORDER_CONSTANT)
    total: np.ndarray | None = None
    for top in range(0, n, rows):
        strip = kernel[top : top + rows]
        source = padded[top : top + height + len(strip) - 1]
        part = cv2.filter2D(source, -1, strip, anchor=(half, 0), borderType=cv2.BORDER_CONSTANT)[:height]
        total = part if total is None else cv2.add(total, part, dst=total)
    assert total is not None
    return total


def fill_from_afar(sums: np.ndarray) -> np.ndarray:
    """Normalise weighted sums, and where there is no weight take the colour of what is farther away.

    A pyramid is pulled down until weight is found everywhere and pushed back up, so the result is smooth,
    finite, and next to untouched where weights are near 1.

    Args:
        sums: float32 (H, W, 4): weighted colour sums and, last, the sum of weights (0 to 1).

    Returns:
        float32 (H, W, 3) colours. A mid grey if there is no weight at all.
    """
    weight = sums[..., 3:]
    height, width = sums.shape[:2]
    if float(weight.min()) > 0.25:
        return sums[..., :3] / weight
    if height == 1 and width == 1:
        return sums[..., :3] / weight if float(weight.max()) > 1e-6 else np.full((1, 1, 3), 0.2, np.float32)
    half = cv2.resize(sums, ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA)
    far = cv2.resize(fill_from_afar(half.reshape(half.shape[0], -1, 4)), (width, height))
    far = far.reshape(height, width, 3)
    little = np.float32(0.02)
    return (sums[..., :3] + little * far) / (weight + little)


def blurred_background(
    frame: np.ndarray, alpha: np.ndarray, radius: float, shape: Shape = "disc", *, plate_radius: float = 5.5
) -> np.ndarray:
    """The background through a lens of blur ``radius``, gathered from background pixels only.

    Pixels of the person weigh nothing, so the result does not depend on their colours at all; behind the
    person it continues what is seen around. Computed in linear light with expanded highlights, on a plate just
    small enough for the radius to be about ``plate_radius`` px: a blurred picture has no finer detail.

    Args:
        frame: uint8 (H, W, 3) RGB.
        alpha: float32 (H, W), the matte before refinement; everything it touches, however faintly, near the
            person is excluded.
        radius: px of the frame; below 0.5 the frame comes back unblurred.

    Returns:
        float32 (h, w, 3) sRGB code values 0 to 255 at the plate's size, to be resized to the frame's.
    """
    height, width = alpha.shape
    reduce = max(1, round(radius / plate_radius))
    small = (max(1, width // reduce), max(1, height // reduce))
    light, share = _linear_plate(frame, small), cv2.resize(alpha, small, interpolation=cv2.INTER_AREA)
    weight = _background_weight(share, _BLOCKED_DILATION * math.hypot(*small))
    sums = cv2.merge([*cv2.split(light), np.ones_like(weight)])
    sums *= weight[..., None]
    if radius >= 0.5:
        scale = small[0] / width
        sums = filter_lens(sums, lens_kernel(shape, round(radius * scale, 2)))
    return to_codes(fill_from_afar(sums))


def _linear_plate(frame: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Linear light of ``frame`` with expanded highlights, averaged down to ``size`` (width, height)."""
    height, width = frame.shape[:2]
    if width >= 4 * size[0] and height >= 4 * size[1]:
        # Halving code values first is four times cheaper, and differs only inside groups of 2×2 px.
        frame = cv2.resize(frame, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    light = expand_highlights(to_linear(frame), frame)
    if (light.shape[1], light.shape[0]) != size:
        light = cv2.resize(light, size, interpolation=cv2.INTER_AREA)
    return light


def _background_weight(share: np.ndarray, reach: float) -> np.ndarray:
    """float32 plate of 1 where only background light falls, 0 elsewhere.

    A network's matte is rarely exactly 0 far from anybody: a trace there is ignored. The same trace beside the
    person is the tail of a soft edge, and blocks; one more cell is blocked for light that spilled over.
    """
    person = (share > 0.03).astype(np.uint8)
    trace = (share > 2e-4).astype(np.uint8)
    near = cv2.dilate(person, _square(max(1, round(reach))))
    blocked = cv2.dilate(person | (trace & near), _square(1))
    return (1 - blocked).astype(np.float32)


def _square(reach: int) -> np.ndarray:
    return np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
