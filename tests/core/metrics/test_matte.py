"""Hand-derived numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.metrics import boundary_mask, intersection_over_union, score_matte


def square(size: int, low: int, high: int) -> np.ndarray:
    mask = np.zeros((size, size), bool)
    mask[low:high, low:high] = True
    return mask


def test_two_squares():
    # 20×20 and 20×20 shifted by 10 both ways: 100 px in both, 700 in either.
    a, b = square(40, 5, 25), square(40, 15, 35)
    score = score_matte(a.astype(np.float32), b)
    assert score.iou == pytest.approx(100 / 700)
    assert score.mae == score.mse == pytest.approx(600 / 1600)


def test_boundary_of_a_square():
    # Width 2: a 20×20 square less its inner 16×16.
    assert boundary_mask(square(40, 5, 25), 2).sum() == 400 - 256
    # One px smaller all around, width 1 (2 % of the diagonal 57 px): rings of 76 and 68 px that do not meet.
    score = score_matte(square(40, 5, 25).astype(float), square(40, 6, 24))
    assert score.iou == pytest.approx(324 / 400) and score.boundary_iou == 0


def test_the_borders_of_the_picture_are_outline():
    assert boundary_mask(np.ones((10, 10), bool), 3).sum() == 100 - 16


def test_empty_masks():
    none = np.zeros((9, 9), bool)
    assert intersection_over_union(none, none) == 1
    assert score_matte(none.astype(float), none).boundary_iou == 1
    assert score_matte(none.astype(float), ~none).iou == 0


def test_invalid_pixels_count_nowhere():
    alpha, truth, valid = np.zeros((4, 4)), np.zeros((4, 4), bool), np.ones((4, 4), bool)
    alpha[0, 0], valid[0, 0] = 1, False
    score = score_matte(alpha, truth, valid)
    assert (score.iou, score.mae) == (1, 0)
    assert math.isnan(score_matte(alpha, truth, np.zeros((4, 4), bool)).mae)


def test_sizes_must_agree():
    with pytest.raises(ValueError, match="one size"):
        score_matte(np.zeros((2, 3)), np.zeros((3, 2)))
