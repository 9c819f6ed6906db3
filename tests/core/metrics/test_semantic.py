"""Equal to cityscapesscripts and to Pascal VOC's definition; streaming; what a user gets wrong."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.errors import InputError
from core.labels import get_label_set
from core.metrics import ConfusionMatrix, InstanceIoU
from core.metrics.pairs import count_pairs
from core.metrics.semantic import joint_histogram
from tests.core.metrics.reference import cases, same, stored

CITYSCAPES = get_label_set("cityscapes")
VOC = get_label_set("voc")


def test_equal_to_cityscapesscripts():
    number = 0
    confusion = stored("cityscapes_semantic", "confusion")
    for case, images in cases("cityscapes_semantic", "prediction", "truth", "instances"):
        matrix, weighted = ConfusionMatrix(CITYSCAPES), InstanceIoU()
        for prediction, truth, instances in images:
            matrix.add(prediction, truth)
            weighted.add(prediction, instances)
        ours, theirs, answer = matrix.score(), weighted.score(matrix), case["answer"]
        assert (matrix.counts[:34, :34] == confusion[number]).all()
        assert matrix.counts.sum() == case["pixels"]
        for name, value in ours.iou.items():
            assert same(value, answer["classScores"][name])
        for name, value in theirs.iou.items():
            assert same(value, answer["classInstScores"][name])
        for name, value in ours.category_iou.items():
            assert same(value, answer["categoryScores"][name])
        for name, value in theirs.category_iou.items():
            assert same(value, answer["categoryInstScores"][name])
        assert same(ours.miou, answer["averageScoreClasses"])
        assert same(ours.category_miou, answer["averageScoreCategories"])
        assert same(theirs.miou, answer["averageScoreInstClasses"])
        assert same(theirs.category_miou, answer["averageScoreInstCategories"])
        number += 1
    assert number >= 200
    assert len(ours.iou) == 19 and len(theirs.iou) == 8
    assert set(theirs.category_iou) == {"human", "vehicle"} and len(ours.category_iou) == 7


def test_equal_to_vocevalseg():
    rng = np.random.default_rng(1)
    for _ in range(200):
        present = rng.choice(21, rng.integers(1, 22), replace=False)
        truth = rng.choice(np.append(present, 255), (9, 13)).astype(np.uint8)
        prediction = np.where(rng.random((9, 13)) < 0.5, truth, rng.choice(present, (9, 13))).astype(np.uint8)
        prediction[prediction == 255] = 0
        matrix = ConfusionMatrix(VOC)
        matrix.add(prediction, truth)
        ious = []
        for k in range(21):  # the kit: pixels of truth 255 are left out, one matrix, plain mean
            p, t = (prediction == k) & (truth != 255), truth == k
            ious.append((p & t).sum() / (p | t).sum() if (p | t).any() else math.nan)
        score = matrix.score()
        assert all(same(a, b) for a, b in zip(score.iou.values(), ious, strict=True))
        assert same(score.miou, float(np.nanmean(ious)))


def test_a_toy_by_hand():
    # Truth: 6 background, 3 person, 1 void. Person found: 2 of 3, and 1 of the background.
    truth = np.array([[0, 0, 0, 0, 0], [0, 15, 15, 15, 255]], np.uint8)
    prediction = np.array([[0, 0, 0, 0, 15], [0, 15, 15, 0, 15]], np.uint8)
    matrix = ConfusionMatrix(VOC)
    matrix.add(prediction, truth)
    score = matrix.score()
    assert score.pixels == 9
    assert score.pixel_accuracy == pytest.approx(7 / 9)
    assert score.mean_accuracy == pytest.approx((5 / 6 + 2 / 3) / 2)
    assert score.iou["background"] == pytest.approx(5 / 7) and score.iou["person"] == pytest.approx(2 / 4)
    assert math.isnan(score.iou["cat"])
    assert score.miou == pytest.approx((5 / 7 + 2 / 4) / 2)
    assert score.frequency_weighted_iou == pytest.approx((6 * 5 / 7 + 3 * 2 / 4) / 9)
    assert score.confusion[0, 15] == 1 and score.confusion.sum() == 9 and score.confusion.shape == (21, 22)


def test_one_matrix_is_not_the_mean_of_images():
    matrix = ConfusionMatrix(VOC)
    for person, right in ((1, 0), (99, 99)):
        truth = np.full((1, person), 15, np.uint8)
        prediction = np.full((1, person), 15 if right else 0, np.uint8)
        matrix.add(prediction, truth)
    assert matrix.score().iou["person"] == pytest.approx(0.99)


def test_parts_merge():
    rng = np.random.default_rng(0)
    whole, parts = ConfusionMatrix(VOC), [ConfusionMatrix(VOC), ConfusionMatrix(VOC)]
    for i in range(6):
        prediction, truth = rng.integers(0, 21, (2, 8, 9)).astype(np.uint8)
        whole.add(prediction, truth)
        parts[i % 2].add(prediction, truth)
    assert (parts[0].merge(parts[1]).counts == whole.counts).all() and whole.counts.sum() == 6 * 72
    with pytest.raises(ValueError, match="camvid"):
        whole.merge(ConfusionMatrix(get_label_set("camvid")))


def test_predicted_void_is_a_miss_not_an_escape():
    matrix = ConfusionMatrix(CITYSCAPES)
    matrix.add(np.array([[7, 0]], np.uint8), np.array([[7, 7]], np.uint8))
    assert matrix.score().iou["road"] == 0.5 and matrix.score().pixel_accuracy == 0.5
    assert matrix.score().confusion[0, -1] == 1


def test_nothing_valid_is_nan():
    matrix = ConfusionMatrix(VOC)
    matrix.add(np.zeros((2, 2), np.uint8), np.full((2, 2), 255, np.uint8))
    assert math.isnan(matrix.score().miou) and math.isnan(matrix.score().pixel_accuracy)


@pytest.mark.parametrize(
    "prediction, truth, message",
    [
        (np.zeros((2, 3), np.uint8), np.zeros((3, 2), np.uint8), r"a\.png.*\(2, 3\).*\(3, 2\)"),
        (np.full((2, 2), 40, np.uint8), np.zeros((2, 2), np.uint8), r"a\.png: ids \[40\] in the prediction"),
        (np.zeros((2, 2), np.uint8), np.full((2, 2), 255, np.uint8), r"a\.png: ids \[255\] in the truth"),
        (np.zeros((2, 2)), np.zeros((2, 2)), "integer ids"),
        (np.full((2, 2), -1), np.zeros((2, 2), int), "from 0 to 255"),
    ],
)
def test_bad_input_is_told_and_counts_nothing(prediction, truth, message):
    matrix = ConfusionMatrix(CITYSCAPES)
    with pytest.raises(InputError, match=message):
        matrix.add(prediction, truth, "a.png")
    assert not matrix.counts.any()


def test_counts_are_exact_beyond_float32(monkeypatch):
    a = np.full((3, 1 << 23), 7, np.uint8)  # 25 million, where float32 cannot count one by one
    a[0, :5] = 9
    counts = joint_histogram(a, a)
    assert counts[7, 7] == a.size - 5 and counts[9, 9] == 5


def test_pairs_of_noise_and_of_slices():
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 5, (2, 40, 60)), rng.integers(0, 1 << 24, 7)[rng.integers(0, 7, (40, 60))]
    for first, second in ((a[0], b), (a[0][::2, ::3], b[::2, ::3])):
        found = {(x, y): n for x, y, n in zip(*count_pairs(first, second), strict=True)}
        expected = {(x, y): ((first == x) & (second == y)).sum() for x in range(5) for y in np.unique(b)}
        assert found == {k: v for k, v in expected.items() if v}
    assert len(count_pairs(a[0][:0], b[:0]).total) == 0
