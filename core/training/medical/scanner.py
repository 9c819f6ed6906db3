"""What another scanner would have made of the same slice: contrast, shading, noise, sharpness."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True)
class Scanner:
    """Strengths, on the scale of the network's input (0 to 1).

    Attributes:
        gamma: standard deviation of the logarithm of a power.
        gain, offset: standard deviations.
        bias: standard deviation of the logarithm of a smooth shading.
        noise: largest standard deviation of noise.
        blur: largest standard deviation in pixels, for a third of the slices.
        coarse: largest factor by which a fifth of the slices lose resolution.
    """

    gamma: float = 0.25
    gain: float = 0.12
    offset: float = 0.06
    bias: float = 0.15
    noise: float = 0.06
    blur: float = 1.0
    coarse: float = 2.0

    def times(self, strength: float) -> Scanner:
        """All deviations multiplied."""
        return Scanner(
            self.gamma * strength, self.gain * strength, self.offset * strength, self.bias * strength,
            self.noise * strength, self.blur * strength, self.coarse**strength,
        )  # fmt: skip


def disturb(rng: np.random.Generator, stack: np.ndarray, scanner: Scanner) -> np.ndarray:
    """A slice and its neighbours, float32 (C, H, W) in 0 … 1, as another scanner sees them; in 0 … 1 again."""
    image = np.ascontiguousarray(stack.transpose(1, 2, 0))
    height, width = image.shape[:2]
    if scanner.blur and rng.random() < 1 / 3:
        image = _channels(cv2.GaussianBlur(image, (0, 0), rng.uniform(min(0.3, scanner.blur), scanner.blur)))
    if scanner.coarse > 1 and rng.random() < 0.2:
        by = np.exp(rng.uniform(0, np.log(scanner.coarse), 2))
        small = (max(2, round(width / by[0])), max(2, round(height / by[1])))
        # OpenCV averages areas of four channels at most.
        image = _channels(cv2.GaussianBlur(image, (0, 0), 0.45 * by[0], sigmaY=0.45 * by[1]))
        image = _channels(cv2.resize(image, small, interpolation=cv2.INTER_LINEAR))
        image = _channels(cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR))
    if scanner.gamma:
        image = np.clip(image, 0, 1) ** np.float32(np.exp(rng.normal(0, scanner.gamma)))
    if scanner.bias:
        coarse = rng.normal(0, scanner.bias, (3, 3)).astype(np.float32)
        image = image * np.exp(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC))[:, :, None]
    image = image * np.float32(np.exp(rng.normal(0, scanner.gain)))
    image += np.float32(rng.normal(0, scanner.offset))
    if scanner.noise:
        strength = np.float32(rng.uniform(0, scanner.noise))
        image += strength * rng.standard_normal(image.shape, np.float32)
    return np.clip(image, 0, 1).transpose(2, 0, 1)


def _channels(image: np.ndarray) -> np.ndarray:
    """OpenCV drops a last axis of one channel."""
    return image if image.ndim == 3 else image[:, :, None]
