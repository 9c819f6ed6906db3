"""Equal to DeepMind's surface-distance, live; by hand; both in mm."""

from __future__ import annotations

import math
import warnings
from itertools import product

import numpy as np
import pytest

from core.errors import InputError
from core.metrics import VolumeScore, mean_scores, score_volume, surface_distances
from core.metrics import nearest as nearest_module
from core.metrics.nearest import nearest
from core.metrics.surface import neighbour_codes, surfel_areas

SPACINGS = [(1, 1, 1), (1, 1, 2.5), (0.7, 0.8, 2.5), (3, 0.5, 0.5), (0.9, 2, 0.9), (6, 0.4, 5)]


@pytest.fixture(scope="module")
def official():
    """DeepMind's package, which still says np.Inf and ndimage.filters."""
    patch = pytest.MonkeyPatch()
    patch.setattr(np, "Inf", np.inf, raising=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield pytest.importorskip("surface_distance")
    patch.undo()


def smooth(values: np.ndarray, times: int) -> np.ndarray:
    for _, axis in product(range(times), range(3)):
        values = values + np.roll(values, 1, axis) + np.roll(values, -1, axis)
    return values


def some_mask(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    kind = rng.integers(5)
    if kind == 0:
        return rng.random(shape) < rng.choice([0.01, 0.1, 0.5])
    if kind == 1:
        return np.full(shape, rng.random() < 0.7)
    return smooth(rng.normal(size=shape), int(rng.integers(1, 5))) > 0


def pairs(count: int):
    """Empty, full, noise, blobs; at the border or not; equal, moved or unlike; any order of memory."""
    for seed in range(count):
        rng = np.random.default_rng(seed)
        shape = tuple(rng.integers(1, 26, 3))
        truth = some_mask(rng, shape)
        prediction = some_mask(rng, shape) if seed % 2 else np.roll(truth, rng.integers(-3, 4, 3), (0, 1, 2))
        if seed % 10 == 0:
            prediction = np.zeros(shape, bool)
        if seed % 10 == 5:
            truth = np.zeros(shape, bool)
        if seed % 3 == 0:
            prediction, truth = np.asfortranarray(prediction), np.asfortranarray(truth)
        if seed % 7 == 0:  # as an image that is turned to RAS+
            prediction, truth = (
                np.ascontiguousarray(m.transpose(1, 2, 0)).transpose(2, 0, 1) for m in (prediction, truth)
            )
            prediction, truth = (
                np.ascontiguousarray(m[::-1, :, ::-1])[::-1, :, ::-1] for m in (prediction, truth)
            )
        yield prediction, truth, SPACINGS[seed % len(SPACINGS)]


def close(ours: float, theirs: float) -> bool:
    return ours == theirs or abs(ours - theirs) < 1e-9


def test_equal_to_surface_distance(official):
    counted = {"both empty": 0, "one empty": 0, "apart": 0}
    for prediction, truth, spacing in pairs(300):
        theirs = official.compute_surface_distances(truth, prediction, spacing)
        ours = surface_distances(prediction, truth, spacing)
        for side, way in ((ours.truth, "gt_to_pred"), (ours.prediction, "pred_to_gt")):
            assert len(side) == len(theirs[f"distances_{way}"])
            assert all(
                close(a, b) for a, b in zip(side[:, 0], np.sort(theirs[f"distances_{way}"]), strict=True)
            )
        areas = [theirs["surfel_areas_gt"].sum(), theirs["surfel_areas_pred"].sum()]
        assert np.allclose([ours.truth[:, 1].sum(), ours.prediction[:, 1].sum()], areas, rtol=1e-12, atol=0)
        score = score_volume(prediction, truth, spacing, tolerance_mm=1.234)
        assert score.dice == (
            official.compute_dice_coefficient(truth, prediction) if (truth | prediction).any() else 1
        )
        if not (len(ours.truth) or len(ours.prediction)):
            counted["both empty"] += 1
            assert score.hausdorff_mm == score.assd_mm == 0 and score.surface_dice == 1
            continue
        counted["apart" if len(ours.truth) and len(ours.prediction) else "one empty"] += 1
        assert close(score.hausdorff_mm, official.compute_robust_hausdorff(theirs, 100))
        assert close(score.hausdorff95_mm, official.compute_robust_hausdorff(theirs, 95))
        assert close(score.surface_dice, official.compute_surface_dice_at_tolerance(theirs, 1.234))
        if len(ours.truth) and len(ours.prediction):
            ways = official.compute_average_surface_distance(theirs)
            assert all(close(a, b) for a, b in zip(ours.mean_distances(), ways, strict=True))
            assert close(score.assd_mm, (ways[0] * areas[0] + ways[1] * areas[1]) / sum(areas))
        else:
            assert score.assd_mm == math.inf
    assert min(counted.values()) >= 10 and counted["apart"] >= 200


def test_areas_equal_the_references_table(official):
    from surface_distance.lookup_tables import create_table_neighbour_code_to_surface_area

    for spacing in SPACINGS:
        theirs = create_table_neighbour_code_to_surface_area(spacing)
        assert np.allclose(surfel_areas(tuple(map(float, spacing))), theirs, rtol=0, atol=1e-12)


@pytest.mark.parametrize("offsets, few", [(1300, 0), (1300, 1), (4, 1)])
def test_every_way_to_search_finds_the_nearest(monkeypatch, offsets, few):
    """The disc alone, and what it leaves to the transform (two equal spacings) and to the tree (three different)."""
    monkeypatch.setattr(nearest_module, "_OFFSETS", offsets)
    for seed, (spacing, share) in enumerate(product(SPACINGS, (0.001, 0.05))):
        rng = np.random.default_rng(seed)
        targets = rng.random((9, 21, 13)) < share
        targets[3, 4, 5] = True
        if few:  # far away in a corner
            targets[:, 6:, :] = False
        where = np.flatnonzero(rng.random(targets.shape) < 0.3)
        here = np.stack(np.unravel_index(where, targets.shape), 1)[:, None] * np.array(spacing)
        there = np.argwhere(targets)[None] * np.array(spacing)
        expected = np.sqrt(((here - there) ** 2).sum(-1)).min(1)
        assert np.abs(nearest(where, targets, np.array(spacing, float)) - expected).max() < 1e-9


def test_targets_farther_along_the_axis_than_a_byte_counts():
    line = np.zeros((600, 1, 2), bool)
    line[0] = True
    assert nearest(np.array([1199, 20]), line, np.ones(3)).tolist() == [599, 10]


def box(low: tuple[int, int, int], high: tuple[int, int, int], shape=(20, 20, 20)) -> np.ndarray:
    mask = np.zeros(shape, bool)
    mask[tuple(slice(a, b) for a, b in zip(low, high, strict=True))] = True
    return mask


def test_by_hand():
    truth, prediction = box((2, 2, 2), (12, 12, 6)), box((2, 2, 3), (12, 12, 7))
    score = score_volume(prediction, truth, (1, 1, 2.5))
    assert score.dice == 0.75 and score.jaccard == 0.6  # 300 of 400 voxels
    assert score.hausdorff_mm == 2.5 and score.hausdorff95_mm == 2.5  # one slice
    assert (score.volume_ml, score.truth_ml, score.difference_percent) == (1, 1, 0)
    assert score_volume(prediction, truth, (1, 1, 1)).hausdorff_mm == 1  # what a forgotten spacing would say
    assert score_volume(prediction, truth, (1, 1, 2.5), tolerance_mm=2.5).surface_dice == 1  # ≤, not <


def test_volume_differences():
    score = score_volume(box((0, 0, 0), (10, 10, 3)), box((0, 0, 0), (10, 10, 4)), (2, 2, 2.5))
    assert score.difference_ml == pytest.approx(-1) and score.difference_percent == -25


def test_empty_masks():
    full, none = box((2, 2, 2), (5, 5, 5)), box((0, 0, 0), (0, 0, 0))
    both = score_volume(none, none, (1, 1, 1))
    assert (both.dice, both.jaccard, both.surface_dice, both.hausdorff_mm, both.assd_mm) == (1, 1, 1, 0, 0)
    assert both.difference_percent == 0
    for prediction, truth in ((full, none), (none, full)):
        score = score_volume(prediction, truth, (1, 1, 1))
        assert (score.dice, score.jaccard, score.surface_dice) == (0, 0, 0)
        assert score.hausdorff_mm == score.hausdorff95_mm == score.assd_mm == math.inf
    assert score_volume(full, none, (1, 1, 1)).difference_percent == math.inf
    assert score_volume(none, full, (1, 1, 1)).difference_percent == -100


def test_a_case_without_surface_does_not_vanish_from_the_mean():
    full, none = box((2, 2, 2), (5, 5, 5)), box((0, 0, 0), (0, 0, 0))
    mean = mean_scores([score_volume(full, full, (1, 1, 1)), score_volume(none, full, (1, 1, 1))])
    assert isinstance(mean, VolumeScore) and mean.dice == 0.5 and mean.hausdorff95_mm == math.inf
    with pytest.raises(ValueError, match="no scores"):
        mean_scores([])


@pytest.mark.parametrize(
    "prediction, truth, spacing, message",
    [
        (np.zeros((2, 2, 2), bool), np.zeros((2, 2, 3), bool), (1, 1, 1), r"\(2, 2, 2\), truth \(2, 2, 3\)"),
        (np.zeros((2, 2), bool), np.zeros((2, 2), bool), (1, 1), "two masks"),
        (np.zeros((2, 2, 2)), np.zeros((2, 2, 2), bool), (1, 1, 1), "float64 and bool"),
        (np.zeros((2, 2, 2), bool), np.zeros((2, 2, 2), bool), (1, 1, 0), "three lengths"),
        (np.zeros((2, 2, 2), bool), np.zeros((2, 2, 2), bool), (1, math.nan, 1), "three lengths"),
    ],
)
def test_bad_input_is_told(prediction, truth, spacing, message):
    with pytest.raises(InputError, match=message):
        score_volume(prediction, truth, spacing)


def test_codes_are_the_corners():
    mask = np.zeros((2, 2, 2), bool)
    for bit, corner in enumerate(product((0, 1), repeat=3)):
        mask[:] = False
        mask[corner] = True
        assert neighbour_codes(mask).item() == 128 >> bit
