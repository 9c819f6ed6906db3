"""Probabilities on a coarse grid become what a frame's pixels need."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.errors import InputError
from core.labels import get_label_set
from core.results import ClassScores

CITY = get_label_set("cityscapes")


def scores(size=(64, 96), grid=(16, 24), seed=0) -> ClassScores:
    rng = np.random.default_rng(seed)
    logits = cv2.resize(rng.normal(0, 4, (5, 7, 19)), grid[::-1], interpolation=cv2.INTER_CUBIC).transpose(
        2, 0, 1
    )
    odds = np.exp(logits)
    return ClassScores.of((odds / odds.sum(0)).astype(np.float32), CITY, size)


def test_the_likeliest_class_is_that_of_the_enlarged_probabilities():
    s = scores()
    large = np.stack([cv2.resize(p, (96, 64), interpolation=cv2.INTER_LINEAR) for p in s.probabilities])
    assert np.array_equal(s.train_ids(), large.argmax(0))
    assert np.array_equal(s.semantic().ids, CITY.from_train_ids(s.train_ids()))


def test_an_outline_runs_through_the_cells():
    """Two classes that cross between two cells: the border lies where the straight line between them does."""
    p = np.zeros((19, 1, 2), np.float32)
    p[0, 0], p[8, 0] = (
        (0.8, 0.4),
        (0.2, 0.6),
    )  # equal at ¾ of the way from the first cell's middle to the second's
    ids = ClassScores.of(p, CITY, (1, 200)).train_ids()[0]
    assert np.flatnonzero(ids == 8)[0] == pytest.approx(50 + 0.75 * 100, abs=1)


def test_what_lies_beyond_the_frame_is_cut_away():
    s = scores(grid=(16, 24))
    cut = ClassScores(s.probabilities, CITY, (62, 90), (4, 4))
    assert np.array_equal(cut.train_ids(), s.train_ids()[:62, :90])


def test_confidence_and_single_pixels():
    s = scores()
    ids, confidence = s.train_ids(), s.confidence()
    assert confidence.shape == (64, 96) and confidence.min() >= 1 / 19 and confidence.max() <= 1
    for x, y in ((0, 0), (95, 63), (40, 21), (41, 21)):
        p = s.at(x, y)
        assert p.sum() == pytest.approx(1, abs=1e-5) and p.argmax() == ids[y, x]
    with pytest.raises(InputError, match="96×64"):
        s.at(96, 0)


def test_merging_sums():
    p = np.full((19, 2, 2), 0.02, np.float32)
    p[[13, 14, 15]] += 0.1  # car, truck, bus: no one of them beats the road, together they do
    p[0] += 0.32
    s = ClassScores.of(p, CITY, (4, 4))
    assert (s.train_ids() == 0).all()
    camvid = s.merged("camvid")
    assert (camvid.semantic().ids == 8).all() and camvid.probabilities[8, 0, 0] == pytest.approx(0.38)
    assert s.merged("cityscapes") is s
    with pytest.raises(InputError, match="cityscapes"):
        camvid.merged("idd-lite")


@pytest.mark.parametrize(
    "probabilities", [np.zeros((18, 2, 2), np.float32), np.zeros((19, 2), np.float32), np.zeros((19, 2, 2))]
)
def test_a_wrong_array_is_refused(probabilities):
    with pytest.raises(InputError, match="float32"):
        ClassScores(probabilities, CITY, (4, 4), (2, 2))


def test_a_grid_must_cover_the_frame():
    with pytest.raises(InputError, match="covers"):
        ClassScores(np.zeros((19, 2, 2), np.float32), CITY, (9, 9), (2, 2))
