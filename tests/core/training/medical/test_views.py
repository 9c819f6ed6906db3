"""Views of volumes, and what other scanners would make of them."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from core.medical.slices import AXES, slice_stack
from core.training.medical.scanner import Scanner, disturb
from core.training.medical.views import Bend, beyond, look, look_up, view

STILL = Bend(turn=0, tilt=0, scale=0, stretch=0, elastic=0, shift=0, mirror=0)
SHAPE = (9, 11, 13)


def volume() -> np.ndarray:
    return np.random.default_rng(0).normal(size=SHAPE).astype(np.float32)


@pytest.mark.parametrize("plane", list(AXES))
@pytest.mark.parametrize("index", [0, 4, 8])
def test_a_view_that_does_not_stray_is_the_slices_that_inference_cuts(plane, index):
    values = volume()
    size = tuple(n for a, n in enumerate(SHAPE) if a != AXES[plane])
    points, mirrored = view(np.random.default_rng(0), SHAPE, plane, index, size, 2, STILL)
    np.testing.assert_allclose(look(values, points, 0), slice_stack(values, plane, [index], 2)[0], atol=1e-5)
    assert not mirrored and not beyond(points, SHAPE).any()


def test_the_mirror_swaps_left_and_right_alone():
    values = volume()
    points, mirrored = view(
        np.random.default_rng(0), SHAPE, "axial", 3, (9, 11), 0, Bend(**{**STILL.__dict__, "mirror": 1.0})
    )
    assert mirrored
    np.testing.assert_allclose(look(values, points, 0)[0], values[::-1, :, 3], atol=1e-5)


def test_turning_and_tilting_keeps_lengths_and_angles_in_mm():
    spacing = np.array([1.0, 2.0, 4.0])
    bend = Bend(**{**STILL.__dict__, "turn": 40.0, "tilt": 30.0})
    points, _ = view(
        np.random.default_rng(3), (200, 200, 200), "sagittal", 100, (8, 8), 1, bend, (1.0, 2.0, 4.0)
    )
    mm = points * spacing[:, None, None, None]
    steps = np.stack(
        [mm[:, 1, 1, 0] - mm[:, 0, 1, 0], mm[:, 1, 4, 2] - mm[:, 1, 3, 2], mm[:, 1, 3, 3] - mm[:, 1, 3, 2]]
    )
    # One slice is 1 mm, a row 2 and a column 4; at right angles to each other, but no longer along the axes.
    np.testing.assert_allclose(steps @ steps.T, np.diag([1.0, 4, 16]), atol=1e-3)
    assert np.abs(steps[0, 1]) > 0.05


def test_labels_follow_the_image_through_every_bend():
    """An image that is its labels, nearest voxel by nearest voxel, stays so."""
    rng = np.random.default_rng(1)
    ids = np.zeros((30, 30, 30), np.uint8)
    ids[8:22, 10:20, 5:25] = 1
    for plane in AXES:
        points, _ = view(rng, ids.shape, plane, 15, (32, 32), 1, Bend(mirror=0.5))
        image, labels = look(ids, points, 0)[1], look_up(ids, points[:, 1])
        assert labels.any() and not labels.all()
        np.testing.assert_array_equal(
            labels[(image < 0.05) | (image > 0.95)], image[(image < 0.05) | (image > 0.95)] > 0.5
        )


def test_outside_has_its_own_value():
    points, _ = view(np.random.default_rng(0), SHAPE, "coronal", 5, (17, 17), 0, STILL)
    seen = look(volume(), points, -7)
    assert (seen[beyond(points, SHAPE)] == -7).all() and beyond(points, SHAPE).sum() == 17 * 17 - 9 * 13
    assert (look_up(np.ones(SHAPE, np.uint8), points, 9)[beyond(points, SHAPE)] == 9).all()


def test_scanners_stay_in_range_and_a_scanner_of_no_strength_changes_nothing():
    rng = np.random.default_rng(0)
    stack = rng.random((5, 24, 20)).astype(np.float32)
    none = Scanner(gamma=0, gain=0, offset=0, bias=0, noise=0, blur=0, coarse=1)
    np.testing.assert_allclose(disturb(rng, stack, none), stack, atol=1e-6)
    for _ in range(20):
        seen = disturb(rng, stack[:1], Scanner())
        assert seen.shape == (1, 24, 20) and seen.dtype == np.float32
        assert seen.min() >= 0 and seen.max() <= 1
