"""Smoothing takes flicker away and leaves what moves where it is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.driving import SceneSmoother
from core.driving.street import StreetScene
from core.labels import get_label_set
from core.results import ClassScores

CITY = get_label_set("cityscapes")
GRID = (40, 80)
MOVING = (11, 12, 13, 14, 15, 17, 18)


def answer(ids: np.ndarray, noise: float, rng: np.random.Generator) -> ClassScores:
    """What a network of some quality would say of a true map: patches of doubt that differ from frame to frame."""
    small = cv2.resize(ids, GRID[::-1], interpolation=cv2.INTER_NEAREST)
    one = np.eye(19, dtype=np.float32)[np.where(small == 255, 0, small)].transpose(2, 0, 1)
    patches = cv2.resize(rng.normal(0, 1, (10, 20, 19)).astype(np.float32), GRID[::-1]).transpose(2, 0, 1)
    odds = np.exp(4 * one + noise * patches)
    return ClassScores.of(np.ascontiguousarray(odds / odds.sum(0)), CITY, ids.shape)


@pytest.fixture(scope="module")
def clip():
    scene = StreetScene(14, speed=7, seconds=1)
    return [scene.frame(320, 160, i / 15) for i in range(8)]


def accuracy(scores: ClassScores, truth: np.ndarray) -> float:
    return float((scores.train_ids() == truth)[truth != 255].mean())


def moving_iou(scores: ClassScores, truth: np.ndarray) -> float:
    a, b = np.isin(scores.train_ids(), MOVING), np.isin(truth, MOVING)
    return float((a & b).sum() / (a | b).sum())


def test_flicker_goes_while_the_camera_drives(clip):
    rng, smoother = np.random.default_rng(0), SceneSmoother()
    raw, smooth = [], []
    for i, frame in enumerate(clip):
        scores = answer(frame.train_ids(), 3.0, rng)
        held = smoother(scores, i / 15, frame.image)
        assert np.allclose(held.probabilities.sum(0), 1, atol=1e-4)
        raw.append(accuracy(scores, frame.train_ids()))
        smooth.append(accuracy(held, frame.train_ids()))
    assert smooth[0] == raw[0], "the first frame passes unchanged"
    assert np.mean(smooth[3:]) - np.mean(raw[3:]) > 0.25 * (1 - np.mean(raw[3:])), (
        "a quarter of the errors at least"
    )


def test_what_moves_is_not_smeared(clip):
    """Of a network that hardly errs, moving things must stay as good as they were, frame by frame."""
    rng, smoother = np.random.default_rng(1), SceneSmoother()
    for i, frame in enumerate(clip):
        scores = answer(frame.train_ids(), 0.8, rng)
        held = smoother(scores, i / 15, frame.image)
        assert moving_iou(held, frame.train_ids()) > moving_iou(scores, frame.train_ids()) - 0.02


@pytest.mark.parametrize("speed", [3, 12, 40])
def test_a_car_leaves_no_ghost(speed):
    rng, smoother = np.random.default_rng(2), SceneSmoother()
    texture = cv2.resize(
        rng.integers(60, 180, (20, 40, 3)).astype(np.uint8), (320, 160), interpolation=cv2.INTER_CUBIC
    )
    for i in range(5):
        left = 40 + speed * i
        ids = np.zeros((160, 320), np.uint8)
        ids[60:110, left : left + 60] = 13
        frame = texture.copy()
        frame[ids == 13] = (30, 40, 150)
        held = smoother(answer(ids, 0.3, rng), i / 15, frame).train_ids()
        old = np.zeros_like(ids, bool)
        old[64:106, 44 : max(44, left - 6)] = True
        assert not (held[old] == 13).any(), "uncovered road is road at once"
        assert (held[64:106, left + 4 : left + 56] == 13).all(), "and the car is where it is"


def test_it_starts_over_after_a_cut_a_gap_or_a_new_size(clip):
    rng = np.random.default_rng(3)
    a, b = (answer(f.train_ids(), 3.0, rng) for f in clip[:2])
    image = clip[0].image
    smoother = SceneSmoother()
    assert smoother(a, 0.0, image) is a
    assert smoother(b, 9.0, clip[1].image) is b
    assert smoother(a, 8.0, image) is a, "time goes back"
    other = ClassScores.of(a.probabilities[:, :20].copy(), CITY, (80, 320))
    assert smoother(other, 8.1, image[:80]) is other
    smoother.reset()
    assert smoother(b, 8.2, clip[1].image) is b
    cut = StreetScene(3).frame(320, 160)
    before = answer(cut.train_ids(), 0.5, rng)
    held = smoother(before, 8.25, cut.image)
    assert accuracy(held, cut.train_ids()) > accuracy(before, cut.train_ids()) - 0.03, "another scene at once"


def test_a_still_view_converges():
    rng, smoother = np.random.default_rng(4), SceneSmoother()
    frame = StreetScene(5).frame(320, 160).image
    ids = np.zeros((160, 320), np.uint8)
    ids[:80] = 10
    for i in range(12):
        scores = answer(ids, 2.5, rng)
        held = smoother(scores, i / 15, frame)
    assert 1 - accuracy(held, ids) < 0.3 * (1 - accuracy(scores, ids))
