"""``python -m tests.bench.steadiness``: flicker on a still scene with noise, and lag on a moving person, with the
real network, with and without smoothing. Numbers, not times."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from core.portrait.smoothing import TemporalSmoother
from core.segmenter import load_segmenter
from tests.bench.portrait import scene

RATE, NOISE = 30, 6.0


def noisy(frame: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What a webcam makes of a still scene: Gaussian noise of 6 codes."""
    return np.clip(frame + rng.normal(0, NOISE, frame.shape), 0, 255).astype(np.uint8)


def mattes(frames: Iterator[np.ndarray], name: str) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """The network's mattes of the frames, as they are and smoothed."""
    network, smoother = load_segmenter(name), TemporalSmoother()
    raw, smooth = [], []
    for i, frame in enumerate(frames):
        raw.append(network.matte(frame))
        smooth.append(smoother(raw[-1], i / RATE, frame))
    return raw, smooth


def flicker(sequence: list[np.ndarray]) -> float:
    """Mean absolute change of alpha from frame to frame, after the first third of a second."""
    return float(np.mean([np.abs(a - b).mean() for a, b in itertools.pairwise(sequence[RATE // 3 :])]))


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    a, b = a > 0.5, b > 0.5
    return float((a & b).sum() / max((a | b).sum(), 1))


def main() -> None:
    still = scene(480, 640)
    for name in ("portrait-fast", "portrait-fine"):
        rng = np.random.default_rng(0)
        raw, smooth = mattes((noisy(still, rng) for _ in range(2 * RATE)), name)
        a, b = flicker(raw), flicker(smooth)
        print(f"{name}: flicker {a:.5f} without, {b:.5f} with smoothing ({a / b:.1f} times less)")
        for speed in (2, 6, 20):
            rng = np.random.default_rng(1)
            moving = (noisy(np.roll(still, speed * i - 100, axis=1), rng) for i in range(12))
            raw, smooth = mattes(moving, name)
            lost = max(1 - overlap(s, r) for s, r in zip(smooth, raw, strict=True))
            print(f"{name}: {speed:2} px a frame: smoothed and raw matte differ by at most {lost:.4f} IoU")


if __name__ == "__main__":
    main()
