"""The lens: what an out-of-focus background looks like, gathered from background light alone."""

from __future__ import annotations

import math
from functools import lru_cache

import cv2
import numpy as np

from core.portrait.effect import Shape
from core.portrait.light import highlight_factors, to_codes, to_linear
from core.portrait.soft_edge import Halves, shrink

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
    finite, and plain normalisation where weights are over 0.25.

    Args:
        sums: float32 (H, W, 4): weighted colour sums and, last, the sum of weights (0 to 1).

    Returns:
        float32 (H, W, 3) colours. A mid grey if there is no weight at all.
    """
    height, width = sums.shape[:2]
    *colours, weight = cv2.split(sums)
    if float(weight.min()) > 0.25:
        return cv2.merge([colour / weight for colour in colours])
    if max(height, width) <= 12:
        total = sums.sum(axis=(0, 1))
        mean = total[:3] / total[3] if total[3] > 1e-6 else np.full(3, 0.2, np.float32)
        far = [np.full((height, width), value, np.float32) for value in mean]
    else:
        far = list(cv2.split(cv2.resize(fill_from_afar(cv2.pyrDown(sums)), (width, height))))
    # A few stray cells are no colour to be trusted: they would stand out as hard-edged discs.
    trust = np.minimum(weight * np.float32(4), 1)
    scale, rest = trust / np.maximum(weight, np.float32(1e-6)), 1 - trust
    return cv2.merge([own * scale + other * rest for own, other in zip(colours, far, strict=True)])


def blurred_background(
    frame: np.ndarray | Halves,
    alpha: np.ndarray | Halves,
    radius: float,
    shape: Shape = "disc",
    *,
    kept: np.ndarray | None = None,
    plate_radius: float = 10.0,
    fine: bool = True,
) -> np.ndarray:
    """The background through a lens of blur ``radius``, gathered from background pixels only.

    Pixels of the person weigh nothing, so the result does not depend on their colours at all; behind the
    person it continues what is seen around. Computed in linear light with expanded highlights, on a plate
    just small enough for the radius to be about ``plate_radius`` px: a blurred picture has no finer detail.

    Args:
        frame: uint8 (H, W, 3) RGB, or its halvings.
        alpha: float32 (H, W), or its halvings: the matte before refinement; everything it touches, however
            faintly, near the person is excluded.
        radius: px of the frame; below 0.5 the frame comes back unblurred.
        shape: of the blur.
        kept: uint8 (H, W), 0 where whoever stands there counts as background.
        plate_radius: the blur's radius on the plate, px, about.
        fine: average light at full resolution, so that the tiniest highlight keeps its power; otherwise
            code values are averaged down to the plate first, which costs next to nothing.

    Returns:
        float32 (h, w, 3) sRGB code values 0 to 255 at the plate's size, to be resized to the frame's.
    """
    frame = frame if isinstance(frame, Halves) else Halves(frame)
    height, width = frame.full.shape[:2]
    # A whole frame in linear light costs a live view most of its time: only a blur that is hardly one needs it.
    reduce = max(1 if radius < (4 if fine else 2) else 2, round(radius / plate_radius))
    small = (max(1, width // reduce), max(1, height // reduce))
    light, share = _linear_plate(frame, small, fine), shrink(alpha, small)
    weight = _background_weight(share, _BLOCKED_DILATION * math.hypot(*small))
    if kept is not None:
        # The matte is judged as a whole, dust and all; only then do those who are not kept join the background.
        touched = cv2.resize(255 * kept, small, interpolation=cv2.INTER_AREA)  # 1s would be rounded away
        weight[cv2.dilate(touched, _square(1)) == 0] = 1
    sums = cv2.merge([*(cv2.multiply(c, weight) for c in cv2.split(light)), weight])
    if radius >= 0.5:
        scale = small[0] / width
        sums = filter_lens(sums, lens_kernel(shape, round(radius * scale, 2)))
    return to_codes(fill_from_afar(sums))


def _linear_plate(frame: Halves, size: tuple[int, int], fine: bool) -> np.ndarray:
    """Linear light of ``frame`` with expanded highlights, averaged down to ``size`` (width, height)."""
    picture = frame.full if fine else frame.shrunk(size)
    factors = highlight_factors(picture)
    planes = []
    for channel in cv2.split(picture):  # one at a time: all three of a large photo in floats are a gigabyte
        light = to_linear(channel)
        planes.append(shrink(light if factors is None else cv2.multiply(light, factors, dst=light), size))
    return cv2.merge(planes)


def _background_weight(share: np.ndarray, reach: float) -> np.ndarray:
    """float32 plate of 1 where only background light falls, 0 elsewhere.

    A sigmoid's matte is never exactly 0, not even far from anybody: there a trace is ignored. Beside the
    person it is the tail of a soft edge, and blocks. One more cell is blocked for light that spilled over.
    """
    person = (share > 0.03).astype(np.uint8)
    trace = (share > 0).astype(np.uint8)
    far = 1 - cv2.dilate(person, _square(max(1, round(reach))))
    if cv2.countNonZero(trace & far) >= 0.5 * cv2.countNonZero(far):
        # Dust all over: not a matte that means every value it gives.
        trace = (share > 2e-4).astype(np.uint8) & (1 - far)
    blocked = cv2.dilate(person | trace, _square(1))
    return (1 - blocked).astype(np.float32)


def _square(reach: int) -> np.ndarray:
    return np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
