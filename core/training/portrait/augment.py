"""From a stored picture to a training sample: geometry, new backgrounds, company, and a webcam's faults.

Everything is drawn from one ``numpy.random.Generator``; the same generator gives the same sample.
"""

from __future__ import annotations

import cv2
import numpy as np

Rng = np.random.Generator


def random_affine(
    rng: Rng, box: tuple[int, int, int, int], shape: tuple[int, int], freedom: float = 1.0
) -> np.ndarray:
    """2×3 matrix from a source box, jittered in place, scale, aspect, angle and mirrored, to a picture of ``shape``.

    Squeezing a box into the picture is meant: at run time pictures of any aspect are squeezed a little too.

    Args:
        box: (x0, y0, x1, y1) in px.
        shape: (height, width) in px.
        freedom: how far everything but the mirror strays; at 0 the box fills the picture exactly.
    """
    x0, y0, x1, y1 = box
    width, height = (x1 - x0), (y1 - y0)
    zoom = np.exp(freedom * rng.uniform(-0.45, 0.25))
    aspect = np.exp(rng.normal(0, 0.12 * freedom))
    # Between keeping proportions (crop the longer side) and squeezing the whole box in.
    side = np.sqrt(width * height / (shape[0] * shape[1]))
    squeeze = 1 - freedom * rng.uniform(0.0, 0.5)
    scale_x = (shape[1] / width) ** squeeze / side ** (1 - squeeze) / zoom * np.sqrt(aspect)
    scale_y = (shape[0] / height) ** squeeze / side ** (1 - squeeze) / zoom / np.sqrt(aspect)
    flip = -1.0 if rng.random() < 0.5 else 1.0
    angle = np.deg2rad(freedom * np.clip(rng.normal(0, 8), -25, 25))
    cos, sin = np.cos(angle), np.sin(angle)
    linear = np.array([[cos, -sin], [sin, cos]]) @ np.diag([flip * scale_x, scale_y])
    stray = rng.normal(0, 0.08 * freedom, 2)
    centre = np.array([x0 + width * (0.5 + stray[0]), y0 + height * (0.5 + stray[1])])
    offset = np.array([shape[1] / 2, shape[0] / 2]) - linear @ centre
    return np.hstack([linear, offset[:, None]]).astype(np.float32)


def warp(image: np.ndarray, matrix: np.ndarray, shape: tuple[int, int], border: int) -> np.ndarray:
    """Warp with area-like smoothing when shrinking (a plain bilinear warp would alias)."""
    shrink = 1 / np.sqrt(abs(np.linalg.det(matrix[:, :2])))
    if shrink > 1.5:
        sigma = 0.35 * shrink
        image = cv2.GaussianBlur(image, (0, 0), sigma)
    return cv2.warpAffine(image, matrix, shape[::-1], flags=cv2.INTER_LINEAR, borderMode=border)


def blend(foreground: np.ndarray, alpha: np.ndarray, background: np.ndarray) -> np.ndarray:
    """uint8 composite of uint8 colours under a uint8 alpha."""
    a = alpha.astype(np.float32)[..., None] / 255
    return (foreground * a + background * (1 - a) + 0.5).astype(np.uint8)


def tone(rng: Rng, image: np.ndarray, strength: float = 1.0) -> np.ndarray:
    """Exposure, gamma, contrast, colour temperature, saturation. uint8 in, uint8 out."""
    x = np.arange(256, dtype=np.float32) / 255
    gamma = np.exp(rng.normal(0, 0.25 * strength))
    gain = np.exp(rng.normal(0, 0.18 * strength))
    contrast = np.exp(rng.normal(0, 0.15 * strength))
    cast = np.exp(rng.normal(0, 0.07 * strength, 3))
    table = np.stack([np.clip(((x**gamma) * gain * c - 0.5) * contrast + 0.5, 0, 1) for c in cast], axis=-1)
    out = cv2.LUT(image, (table[None] * 255 + 0.5).astype(np.uint8))
    if rng.random() < 0.5:
        grey = cv2.cvtColor(cv2.cvtColor(out, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        amount = rng.uniform(0.3, 1.5) if rng.random() > 0.08 else 0.0
        out = cv2.addWeighted(out, amount, grey, 1 - amount, 0)
    return out


def back_light(rng: Rng, image: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """A window behind the person: bright background that veils the edge, dark person."""
    bright = cv2.addWeighted(image, 1.0, np.full_like(image, 255), rng.uniform(0.2, 0.7), 0)
    dark = cv2.convertScaleAbs(image, alpha=rng.uniform(0.35, 0.8))
    out = blend(dark, alpha, bright)
    veil = cv2.GaussianBlur(out, (0, 0), image.shape[0] / 14)
    return cv2.addWeighted(out, 0.85, veil, 0.2, 0)


def webcam(rng: Rng, image: np.ndarray) -> np.ndarray:
    """Low light, defocus or motion blur, sensor noise, sharpening, low resolution, JPEG."""
    size = image.shape[0]
    if rng.random() < 0.2:
        image = cv2.convertScaleAbs(image, alpha=rng.uniform(0.25, 0.7), beta=rng.uniform(0, 12))
    kind = rng.random()
    if kind < 0.15:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.8))
    elif kind < 0.27:
        length = int(rng.integers(3, 3 + size // 28)) | 1
        kernel = np.zeros((length, length), np.float32)
        kernel[length // 2] = 1
        turn = cv2.getRotationMatrix2D((length / 2 - 0.5, length / 2 - 0.5), rng.uniform(0, 180), 1)
        kernel = cv2.warpAffine(kernel, turn, (length, length))
        image = cv2.filter2D(image, -1, kernel / max(kernel.sum(), 1e-6))
    elif kind < 0.37:
        small = cv2.resize(image, None, fx=(f := rng.uniform(0.35, 0.8)), fy=f, interpolation=cv2.INTER_AREA)
        image = cv2.resize(small, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.4:
        sigma = rng.uniform(1.5, 16)
        noise = rng.standard_normal(image.shape, dtype=np.float32) * sigma
        if rng.random() < 0.5:  # a camera's denoiser leaves blotches
            noise = cv2.GaussianBlur(noise, (0, 0), 0.8) * 1.8
        image = np.clip(image + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.15:
        soft = cv2.GaussianBlur(image, (0, 0), 1.2)
        image = cv2.addWeighted(image, 1 + (s := rng.uniform(0.3, 1.2)), soft, -s, 0)
    if rng.random() < 0.4:
        quality = int(rng.integers(25, 90))
        image = cv2.imdecode(
            cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR
        )
    return image
