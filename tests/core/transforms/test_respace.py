"""To another voxel size and back: means are kept, straight lines stay straight, places stay where they are in mm."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import InputError
from core.transforms.respace import Respace

GRIDS = [
    ((20, 24, 18), (1.0, 1.0, 1.0), (2.0, 2.0, 2.0)),
    ((20, 24, 18), (2.0, 1.0, 3.3), (2.0, 2.0, 2.0)),
    ((11, 7, 1), (1.0, 1.0, 5.0), (0.7, 1.3, 2.0)),
]


def ramp(shape, affine):
    """2x − y + 3z in mm at every voxel."""
    index = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1)
    return (index @ affine[:3, :3].T + affine[:3, 3]) @ np.array([2.0, -1, 3])


@pytest.mark.parametrize("shape,spacing,working", GRIDS)
def test_a_slope_in_mm_is_the_same_slope_on_either_grid(shape, spacing, working):
    way = Respace(shape, spacing, working)
    affine = np.diag([*spacing, 1.0])
    affine[:3, 3] = 5, -7, 2
    there = way.forward(ramp(shape, affine))
    wanted = ramp(way.working_shape, way.affine(affine))
    inner = tuple(slice(2, -2) if n > 4 else slice(None) for n in there.shape)
    if shape[2] > 1:
        np.testing.assert_allclose(there[inner], wanted[inner], atol=1e-3)
    back = way.map_back(wanted)
    inner = tuple(slice(4, -4) if n > 8 else slice(None) for n in shape)
    if shape[2] > 1:
        np.testing.assert_allclose(back[inner], ramp(shape, affine)[inner], atol=1e-3)
    assert there.shape == way.working_shape and back.shape == shape and there.dtype == np.float32


@pytest.mark.parametrize("shape,spacing,working", GRIDS)
def test_constants_stay_and_mirrors_commute(shape, spacing, working):
    way = Respace(shape, spacing, working)
    np.testing.assert_allclose(way.forward(np.full(shape, 7, np.int16)), 7, rtol=1e-6)
    values = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    np.testing.assert_allclose(way.forward(values[::-1]), way.forward(values)[::-1], atol=1e-5)


def test_shrinking_averages_what_would_alias():
    stripes = (np.arange(40) % 2).astype(np.float32)[:, None, None] * np.ones((1, 4, 4), np.float32)
    there = Respace((40, 4, 4), (1, 1, 1), (2, 1, 1)).forward(stripes)
    np.testing.assert_allclose(there[1:-1], 0.5, atol=1e-6)


def test_labels_come_back_as_the_likeliest_of_the_interpolated():
    rng = np.random.default_rng(1)
    way = Respace((13, 9, 8), (1.0, 1.5, 2.0), (2.0, 2.0, 2.0))
    raw = rng.random((5, *way.working_shape)).astype(np.float32) ** 4
    probabilities = raw / raw.sum(axis=0)
    ids = way.labels_back(probabilities, (0, 7, 3, 9, 200))
    mapped = np.stack([way.map_back(p) for p in probabilities])
    # Background only where it is likelier than all others together.
    slow = np.where(mapped[0] >= 0.5, 0, 1 + mapped[1:].argmax(axis=0))
    np.testing.assert_array_equal(ids, np.array([0, 7, 3, 9, 200], np.uint8)[slow])
    assert ids.dtype == np.uint8
    with pytest.raises(ValueError, match="for 2 classes"):
        way.labels_back(probabilities, (0, 1))


def test_the_same_grid_is_left_alone():
    values = np.random.default_rng(2).normal(size=(5, 6, 7)).astype(np.float32)
    way = Respace((5, 6, 7), (1.1, 2, 3), (1.1, 2, 3))
    np.testing.assert_allclose(way.forward(values), values, atol=1e-6)
    np.testing.assert_array_equal(way.affine(np.eye(4)), np.eye(4))


def test_wrong_numbers():
    with pytest.raises(InputError, match="positive"):
        Respace((4, 4, 4), (1, 0, 1), (1, 1, 1))
    with pytest.raises(ValueError, match="expected"):
        Respace((4, 4, 4), (1, 1, 1), (2, 2, 2)).forward(np.zeros((4, 4, 5)))
