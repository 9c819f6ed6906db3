"""From a stored frame to a training sample: geometry, weather, light, and what cameras do.

Everything is drawn from one ``numpy.random.Generator``; the same generator gives the same sample.
"""

from __future__ import annotations

import cv2
import numpy as np

from core.training.portrait.augment import tone

Rng = np.random.Generator
ZOOM = (0.6, 1.9)  # relative to the size at which the network sees whole frames


def crop_matrix(
    rng: Rng, source: tuple[int, int], crop: tuple[int, int], scale: float, focus: tuple[float, float] | None
) -> np.ndarray:
    """2×3 matrix from source px to crop px: zoom, slight aspect and tilt, mirror, position.

    Args:
        source, crop: (height, width).
        scale: crop px per source px at zoom 1.
        focus: source (x, y) that must lie in the crop; None: anywhere.
    """
    zoom = scale * np.exp(rng.uniform(*np.log(ZOOM)))
    aspect = np.exp(rng.normal(0, 0.08) / 2)
    angle = np.deg2rad(np.clip(rng.normal(0, 2.5), -8, 8))
    flip = -1.0 if rng.random() < 0.5 else 1.0
    cos, sin = np.cos(angle), np.sin(angle)
    linear = np.array([[cos, -sin], [sin, cos]]) @ np.diag([flip * zoom * aspect, zoom / aspect])
    span = [crop[1] / (zoom * aspect), crop[0] / (zoom / aspect)]  # of the crop, in source px: x, y
    centre = np.empty(2)
    for axis, length in enumerate((source[1], source[0])):
        half = span[axis] / 2
        low, high = min(half, length / 2), max(length - half, length / 2)
        if focus is not None:
            low, high = max(low, focus[axis] - 0.8 * half), min(high, focus[axis] + 0.8 * half)
        centre[axis] = (
            rng.uniform(low, high) if high > low else np.clip(focus[axis] if focus else low, 0, length)
        )
    offset = np.array([crop[1] / 2, crop[0] / 2]) - linear @ centre
    return np.hstack([linear, offset[:, None]]).astype(np.float32)


def warp_image(image: np.ndarray, matrix: np.ndarray, crop: tuple[int, int]) -> np.ndarray:
    """Warp with smoothing when shrinking (a plain bilinear warp would alias)."""
    shrink = 1 / np.sqrt(abs(np.linalg.det(matrix[:, :2])))
    if shrink > 1.3:
        image = cv2.GaussianBlur(image, (0, 0), 0.35 * shrink)
    return cv2.warpAffine(
        image, matrix, crop[::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
    )


def warp_labels(labels: np.ndarray, matrix: np.ndarray, crop: tuple[int, int]) -> np.ndarray:
    """Labels of a crop at half its size; 255 outside the picture.

    Pixel i of the half-size map lies at 2 i + ½ of the crop, where a bilinear upsampling of logits puts it.
    """
    half = matrix.astype(np.float64) / 2
    half[:, 2] -= 0.25
    size = (crop[1] // 2, crop[0] // 2)
    return cv2.warpAffine(
        labels, half, size, flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT, borderValue=255
    )


def _mix(image: np.ndarray, other: np.ndarray, amount: np.ndarray) -> np.ndarray:
    """image · (1 − amount) + other · amount; amount (H, W) or (H, W, 1) in 0 … 1."""
    a = amount.astype(np.float32).reshape(*image.shape[:2], 1)
    return np.clip(image * (1 - a) + other * a + 0.5, 0, 255).astype(np.uint8)


def haze(rng: Rng, image: np.ndarray) -> np.ndarray:
    """Airlight that grows with distance: below the horizon distance goes as 1 / (row − horizon).

    Koschmieder's law, t = exp(−β d), with the flat road as the only depth there is.
    """
    height, width = image.shape[:2]
    horizon = rng.uniform(0.3, 0.6) * height
    rows = np.arange(height, dtype=np.float32)
    distance = np.clip(0.06 * height / np.maximum(rows - horizon, 1), 0, 1)
    distance = np.where(rows < horizon, 1.0, distance)
    patches = cv2.resize(rng.uniform(0.7, 1.2, (3, 4)).astype(np.float32), (width, height))
    veil = 1 - np.exp(-rng.uniform(0.3, 1.6) * distance[:, None] * patches)
    air = rng.uniform(150, 245) * (1 + rng.normal(0, 0.03, 3))
    return _mix(image, air, veil)


def night(rng: Rng, image: np.ndarray) -> np.ndarray:
    """Dark and yellowish or bluish, with a few lamps that glow."""
    x = np.arange(256, dtype=np.float32) / 255
    gamma, gain = rng.uniform(1.1, 2.2), rng.uniform(0.35, 0.9)
    cast = np.array([1.15, 1.0, 0.75]) if rng.random() < 0.6 else np.array([0.85, 0.95, 1.15])
    table = np.clip(x[:, None] ** gamma * gain * cast, 0, 1)[None]
    out = cv2.LUT(image, (table * 255 + 0.5).astype(np.uint8))
    height, width = image.shape[:2]
    glow = np.zeros((height, width), np.float32)
    for _ in range(rng.integers(0, 6)):
        centre = (int(rng.uniform(0, width)), int(rng.uniform(0.1, 0.7) * height))
        cv2.circle(glow, centre, int(rng.integers(1, 6)), 1.0, -1)
    if glow.any():
        spread = np.maximum(glow, 2.5 * cv2.GaussianBlur(glow, (0, 0), rng.uniform(4, 14)))
        out = _mix(out, np.array([255.0, 240.0, 200.0]), np.clip(spread, 0, 1))
    return out


def shade(rng: Rng, image: np.ndarray) -> np.ndarray:
    """One large straight-edged shadow, or a low sun's veil from a corner."""
    height, width = image.shape[:2]
    if rng.random() < 0.6:
        corners = rng.uniform(-0.3, 1.3, (4, 2)) * (width, height)
        mask = np.zeros((height, width), np.float32)
        cv2.fillConvexPoly(mask, cv2.convexHull(corners.astype(np.int32)), 1.0)
        mask = cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.5, 4))
        return _mix(image, np.zeros(3), mask * rng.uniform(0.25, 0.65))
    x, y = rng.uniform(0, width), rng.uniform(-0.2, 0.4) * height
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    near = np.exp(-np.hypot(columns - x, rows - y) / (rng.uniform(0.15, 0.5) * width))
    return _mix(image, np.array([255.0, 250.0, 235.0]), near * rng.uniform(0.3, 0.9))


def camera(rng: Rng, image: np.ndarray) -> np.ndarray:
    """Defocus or motion, low resolution, noise, sharpening, JPEG."""
    kind = rng.random()
    if kind < 0.2:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.8))
    elif kind < 0.3:
        length = int(rng.integers(3, 12)) | 1
        kernel = np.zeros((length, length), np.float32)
        kernel[length // 2] = 1 / length
        turn = cv2.getRotationMatrix2D((length / 2 - 0.5, length / 2 - 0.5), rng.uniform(0, 180), 1)
        kernel = cv2.warpAffine(kernel, turn, (length, length))
        image = cv2.filter2D(image, -1, kernel / max(kernel.sum(), 1e-6))
    elif kind < 0.45:
        small = cv2.resize(image, None, fx=(f := rng.uniform(0.4, 0.85)), fy=f, interpolation=cv2.INTER_AREA)
        image = cv2.resize(small, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.35:
        noise = rng.standard_normal(image.shape, dtype=np.float32) * rng.uniform(1.5, 14)
        image = np.clip(image + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.2:
        soft = cv2.GaussianBlur(image, (0, 0), 1.2)
        image = cv2.addWeighted(image, 1 + (s := rng.uniform(0.3, 1.2)), soft, -s, 0)
    if rng.random() < 0.4:
        quality = int(rng.integers(20, 90))
        image = cv2.imdecode(
            cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR
        )
    return image


def degrade(rng: Rng, image: np.ndarray) -> np.ndarray:
    """Weather, light and camera, each with its own chance. uint8 RGB in and out."""
    if rng.random() < 0.15:
        image = shade(rng, image)
    if rng.random() < 0.15:
        image = haze(rng, image)
    kind = rng.random()
    if kind < 0.12:
        image = night(rng, image)
    elif kind < 0.9:
        image = tone(rng, image, 1.2)
    return camera(rng, image) if rng.random() < 0.6 else image


def draw_crop(
    rng: Rng, image: np.ndarray, crop: tuple[int, int], side: float, focus: tuple[float, float] | None
) -> tuple[np.ndarray, np.ndarray]:
    """Where a crop lies, and its picture, degraded.

    Args:
        image: uint8 RGB (H, W, 3).
        crop: (height, width) in px.
        side: the whole picture is seen as large as a square of that side, zoom apart.
        focus: (x, y) in px that the crop shows; None: anywhere.

    Returns:
        The matrix (2, 3) of :func:`crop_matrix`, and uint8 RGB of the crop's size.
    """
    height, width = image.shape[:2]
    matrix = crop_matrix(rng, (height, width), crop, float(side / np.sqrt(height * width)), focus)
    return matrix, degrade(rng, warp_image(image, matrix, crop))
