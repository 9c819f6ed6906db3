"""The error picture and the fates of segments say what the scores count."""

from __future__ import annotations

import doctest
import math

import numpy as np
import pytest

import core.metrics.explain as explain
from core.errors import InputError
from core.labels import Label, get_label_set
from core.metrics import ConfusionMatrix, PanopticQuality, intersection_over_union
from core.metrics.explain import (
    OUTCOME_COLORS,
    Outcome,
    count_outcomes,
    label_outcomes,
    mask_outcomes,
    paint_outcomes,
    segment_fates,
)
from core.results import Segment

VOC = get_label_set("voc")
CITYSCAPES = get_label_set("cityscapes")


def test_examples_in_docstrings():
    outcome = doctest.testmod(explain)
    assert outcome.attempted >= 2 and not outcome.failed


def test_masks_by_hand():
    truth = np.array([[1, 1, 1, 0, 0, 0]], bool)
    prediction = np.array([[0, 1, 1, 1, 0, 1]], bool)
    valid = np.array([[1, 1, 1, 1, 1, 0]], bool)
    outcomes = mask_outcomes(prediction, truth, valid)
    assert outcomes.tolist() == [[3, 1, 1, 2, 0, 4]]
    counts = count_outcomes(outcomes)
    assert (counts.tp, counts.fp, counts.fn, counts.tn, counts.void) == (2, 1, 1, 1, 1)
    assert (counts.iou, counts.dice, counts.pixel_accuracy) == (2 / 4, 4 / 6, 3 / 5)
    assert counts.iou == intersection_over_union(prediction, truth, valid)


def test_empty_masks():
    nothing = np.zeros((2, 3), bool)
    counts = count_outcomes(mask_outcomes(nothing, nothing))
    assert (counts.iou, counts.dice, counts.pixel_accuracy) == (1, 1, 1)
    one_sided = count_outcomes(mask_outcomes(nothing, ~nothing))
    assert (one_sided.iou, one_sided.dice, one_sided.pixel_accuracy) == (0, 0, 0)
    assert math.isnan(count_outcomes(mask_outcomes(nothing, nothing, nothing)).pixel_accuracy)


def test_sizes_that_differ_are_told():
    with pytest.raises(InputError, match="one size"):
        mask_outcomes(np.zeros((2, 3), bool), np.zeros((3, 2), bool))


@pytest.mark.parametrize("labels", [VOC, CITYSCAPES], ids=lambda s: s.name)
def test_a_classs_error_picture_counts_what_its_iou_counts(labels):
    rng = np.random.default_rng(3)
    ids = np.array([label.id for label in labels.labels if label.id >= 0] + [labels.void_id], np.uint8)
    compared = 0
    for _ in range(50):
        truth, prediction = rng.choice(ids, (2, 9, 11))
        prediction = np.where(rng.random((9, 11)) < 0.5, truth, prediction)
        matrix = ConfusionMatrix(labels)
        matrix.add(prediction, truth)
        for name, iou in matrix.score().iou.items():
            counts = count_outcomes(label_outcomes(prediction, truth, labels, labels.by_name(name).id))
            if math.isnan(iou):
                assert counts.tp + counts.fp + counts.fn == 0
            else:
                assert counts.iou == iou
                compared += 1
    assert compared > 500


def test_all_classes_at_once():
    # Pascal VOC: 0 is the background, 8 cat, 12 dog, 255 void.
    truth = np.array([[0, 0, 8, 8, 8, 255]], np.uint8)
    prediction = np.array([[0, 8, 8, 12, 0, 8]], np.uint8)
    T = Outcome
    wanted = [T.TRUE_NEGATIVE, T.FALSE_POSITIVE, T.TRUE_POSITIVE, T.FALSE_POSITIVE, T.FALSE_NEGATIVE, T.VOID]
    assert label_outcomes(prediction, truth, VOC).tolist() == [wanted]
    # Cityscapes has no background: 7 road, 23 sky; 0 unlabeled and 9 parking are ignored.
    truth = np.array([[7, 7, 7, 0, 9]], np.uint8)
    prediction = np.array([[7, 23, 9, 7, 9]], np.uint8)
    assert label_outcomes(prediction, truth, CITYSCAPES).tolist() == [[1, 2, 3, 4, 4]]
    assert count_outcomes(label_outcomes(prediction, truth, CITYSCAPES)).tp == 1


def test_the_pictures_colours():
    outcomes = np.array([[0, 1, 2, 3, 4]], np.uint8)
    painted = paint_outcomes(outcomes)
    for outcome, color in OUTCOME_COLORS.items():
        assert tuple(painted[0, outcome]) == color
    yellow, red, green = (painted[0, i].astype(int) for i in (1, 2, 3))
    assert yellow[0] > 200 and yellow[1] > 150 and yellow[2] < 100
    assert red[0] > 2 * red[1] and green[1] > 2 * green[0]
    assert np.ptp(painted[0, 4]) < 10 and np.ptp(painted[0, 0]) == 0, "void and true negatives are neutral"
    picture = np.full((1, 5, 3), 10, np.uint8)
    over = paint_outcomes(outcomes, picture)
    assert over[0, 0].tolist() == [10, 10, 10]
    assert over[0, 1].tolist() == [int(0.6 * v + 4) for v in OUTCOME_COLORS[Outcome.TRUE_POSITIVE]]


LABELS = [
    Label(1, "car", (0, 0, 0), isthing=True), Label(2, "person", (0, 0, 0), isthing=True), Label(3, "road", (0, 0, 0)),
]  # fmt: skip


def random_segments(rng: np.random.Generator, crowds: bool) -> tuple[np.ndarray, list[Segment]]:
    ids = np.kron(rng.integers(0, 6, (4, 5)), np.ones((3, 3), int))
    found = [i for i in np.unique(ids).tolist() if i]
    chosen = {i: int(rng.integers(1, 4)) for i in found}
    crowd = {label: [i for i in found if chosen[i] == label] for label in (1, 2)}
    flags = {members[0] for members in crowd.values() if members and crowds and rng.random() < 0.5}
    return ids, [Segment(i, chosen[i], i in flags) for i in found]


def test_fates_add_up_to_panoptic_quality():
    rng = np.random.default_rng(5)
    seen = np.zeros(len(Outcome), int)
    for _ in range(300):
        truth, true = random_segments(rng, crowds=True)
        prediction, predicted = random_segments(rng, crowds=False)
        keep = (
            rng.random(truth.shape) < 0.7
        )  # what is kept overlaps well; its new segments have the truth's classes
        prediction = np.where(keep, truth + 10 * (truth > 0), prediction)
        predicted += [Segment(s.id + 10, s.label_id) for s in true]
        predicted = [s for s in predicted if (prediction == s.id).any()]
        quality = PanopticQuality(LABELS)
        quality.add(prediction, predicted, truth, true)
        ours, theirs = segment_fates(prediction, predicted, truth, true)
        for label, row, iou in zip(LABELS, quality.counts, quality.iou, strict=True):
            mine = [f for f in ours if f.segment.label_id == label.id]
            his = [f for f in theirs if f.segment.label_id == label.id]
            matched = [f for f in mine if f.outcome == Outcome.TRUE_POSITIVE]
            assert len(matched) == row[0] == sum(f.outcome == Outcome.TRUE_POSITIVE for f in his)
            assert sum(f.outcome == Outcome.FALSE_POSITIVE for f in mine) == row[1]
            assert sum(f.outcome == Outcome.FALSE_NEGATIVE for f in his) == row[2]
            assert sum(f.iou for f in matched) == pytest.approx(iou, abs=1e-12)
        for fate in [*ours, *theirs]:
            seen[fate.outcome] += 1
            assert fate.pixels > 0 and (fate.partner is not None) == (fate.iou > 0)
    assert (seen[1:] > 20).all(), "every fate occurs"


def test_a_near_miss_is_told():
    truth = np.array([[1, 1, 1, 1, 0, 0]])
    prediction = np.array([[0, 0, 7, 7, 7, 0]])
    ours, theirs = segment_fates(prediction, [Segment(7, 1)], truth, [Segment(1, 1)])
    # 2 px in common; 3 + 4 − 2, less the one of the prediction on void: 4.
    assert (ours[0].outcome, ours[0].partner, ours[0].iou) == (Outcome.FALSE_POSITIVE, 1, 0.5)
    assert ours[0].forgiven == pytest.approx(1 / 3)
    assert (theirs[0].outcome, theirs[0].partner, theirs[0].iou) == (Outcome.FALSE_NEGATIVE, 7, 0.5)
