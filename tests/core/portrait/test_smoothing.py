from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest

from core.portrait import TemporalSmoother
from tests.core.portrait.shapes import bust, shot, texture

SIZE = (240, 320)


def _noisy(alpha: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A matte as it trembles on a still scene: mostly at the edge, in patches."""
    patches = cv2.resize(rng.normal(0, 1, (24, 32)).astype(np.float32), SIZE[::-1])
    edge = 4 * alpha * (1 - alpha)
    return np.clip(alpha + edge * 0.15 * patches, 0, 1)


def _camera(frame: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.clip(frame + rng.normal(0, 4, frame.shape), 0, 255).astype(np.uint8)


def _flicker(mattes: list[np.ndarray]) -> float:
    return float(np.mean([np.abs(a - b).mean() for a, b in itertools.pairwise(mattes)]))


@pytest.mark.parametrize("rate", [15, 30, 60])
def test_a_still_scene_flickers_less(rate: int) -> None:
    rng = np.random.default_rng(0)
    alpha = bust(*SIZE, soft=8)
    frame = shot(alpha, (200, 160, 130), texture(*SIZE))
    smoother = TemporalSmoother()
    raw = [_noisy(alpha, rng) for _ in range(rate)]
    smooth = [smoother(a, i / rate, _camera(frame, rng)) for i, a in enumerate(raw)]
    assert _flicker(smooth[rate // 3 :]) < 0.4 * _flicker(raw[rate // 3 :])
    assert np.abs(smooth[-1] - alpha).mean() < np.abs(raw[-1] - alpha).mean()


def _overlap(matte: np.ndarray, truth: np.ndarray) -> float:
    a, b = matte > 0.5, truth > 0.5
    return (a & b).sum() / (a | b).sum()


@pytest.mark.parametrize("speed", [2, 6, 20])
@pytest.mark.parametrize("with_frame", [True, False])
def test_a_moving_shape_neither_lags_nor_ghosts(speed: int, with_frame: bool) -> None:
    rng = np.random.default_rng(1)
    smoother = TemporalSmoother()
    scene = texture(*SIZE)
    raw_scores, scores, ghosts = [], [], []
    for i in range(12):
        truth = bust(*SIZE, soft=3, shift=-60 + speed * i)
        frame = _camera(shot(truth, (200, 160, 130), scene), rng)
        raw = _noisy(truth, rng)
        smooth = smoother(raw, i / 30, frame if with_frame else None)
        raw_scores.append(_overlap(raw, truth))
        scores.append(_overlap(smooth, truth))
        far = cv2.dilate(truth, np.ones((31, 31))) == 0
        ghosts.append(float(smooth[far].max(initial=0)))
    assert min(np.subtract(scores, raw_scores)) > -0.015
    assert max(ghosts) < 0.05


def test_a_cut_leaves_nothing_of_the_scene_before() -> None:
    smoother = TemporalSmoother()
    thin = np.zeros((720, 1280), np.float32)
    thin[200:600, 640:646] = 1
    for i in range(5):
        smoother(thin, i / 30, texture(720, 1280, 1))
    left = smoother(np.zeros_like(thin), 5 / 30, texture(720, 1280, 2))
    assert left.max() < 0.15


def test_a_camera_that_turns_takes_the_matte_along() -> None:
    rng = np.random.default_rng(2)
    scene = texture(240, 500)
    with_frame, without = TemporalSmoother(), TemporalSmoother()
    scores = []
    for i in range(12):
        truth = bust(*SIZE, soft=3, shift=-20 + i)
        frame = _camera(shot(truth, (200, 160, 130), scene[:, 4 * i : 4 * i + SIZE[1]]), rng)
        raw = _noisy(truth, rng)
        seen, unseen = with_frame(raw, i / 30, frame), without(raw, i / 30)
        scores.append(_overlap(seen, truth) - _overlap(unseen, truth))
    assert min(scores) > -0.005


def test_it_starts_over_after_a_gap_or_a_new_size() -> None:
    smoother = TemporalSmoother()
    first, second = bust(*SIZE), bust(*SIZE, shift=2)
    assert np.array_equal(smoother(first, 0.0), first)
    assert np.array_equal(smoother(second, 5.0), second)
    assert np.array_equal(smoother(first, 4.0), first)
    other = bust(120, 160)
    assert np.array_equal(smoother(other, 4.01), other)
    smoother.reset()
    assert np.array_equal(smoother(first, 4.02), first)
    # Both have the same coarse grid.
    assert np.array_equal(smoother(large := bust(720, 1280), 4.03), large)
    assert np.array_equal(smoother(small := bust(360, 640, shift=9), 4.04), small)


def test_the_held_matte_reaches_the_new_one() -> None:
    smoother = TemporalSmoother()
    smoother(np.zeros(SIZE, np.float32), 0.0)
    target = np.full(SIZE, 0.05, np.float32)
    for i in range(1, 90):
        last = smoother(target, i / 30)
    assert np.allclose(last, target, atol=1e-3)
