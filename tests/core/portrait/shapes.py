"""Synthetic portraits: a textured scene, a person of a known matte, and what a camera would see."""

from __future__ import annotations

import cv2
import numpy as np


def texture(height: int, width: int, seed: int = 0, cell: int = 12) -> np.ndarray:
    """uint8 (H, W, 3) of coloured blobs about ``cell`` px wide."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (height // cell + 2, width // cell + 2, 3), dtype=np.uint8)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def bust(height: int, width: int, soft: float = 1.5, shift: float = 0.0) -> np.ndarray:
    """float32 (H, W) matte of head and shoulders, edge ``2 · soft`` px wide, ``shift`` px to the right."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) + 0.5
    size = np.float32(height)
    x = x - np.float32(width / 2 + shift)
    head = np.hypot(x / 0.16, (y - 0.36 * size) / 0.22) - size
    body = np.hypot(x / 0.38, (y - 1.08 * size) / 0.55) - size
    distance = np.minimum(head * 0.19, body * 0.46)  # roughly px from the outline
    return np.clip(0.5 - distance / (2 * soft), 0, 1).astype(np.float32)


def blurred_matte(alpha: np.ndarray, side: int = 256) -> np.ndarray:
    """``alpha`` as a network of ``side`` px would give it: small, softened, enlarged."""
    small = cv2.resize(alpha, (side, side), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), 1.2)
    return np.clip(cv2.resize(small, (alpha.shape[1], alpha.shape[0])), 0, 1)


def shot(alpha: np.ndarray, person: np.ndarray | tuple[int, int, int], scene: np.ndarray) -> np.ndarray:
    """uint8 picture of ``person`` (a picture or one colour) before ``scene``."""
    share = alpha[..., None]
    mixed = share * np.asarray(person, np.float32) + (1 - share) * scene.astype(np.float32)
    return np.rint(mixed).astype(np.uint8)


class FixedSegmenter:
    """Stands in for a segmenter: always the same matte, and counts how often it was asked."""

    def __init__(self, alpha: np.ndarray) -> None:
        self.alpha, self.calls = alpha, 0

    def matte(self, frame: np.ndarray) -> np.ndarray:
        self.calls += 1
        return self.alpha.copy()
