"""Slice-wise inference with networks whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import InputError
from core.medical.slices import AXES, SliceOptions, predict_volume, slice_stack


def logistic(stack: np.ndarray, plane: str) -> np.ndarray:
    """Two classes, by the middle slice's value alone."""
    p = 1 / (1 + np.exp(-stack[:, stack.shape[1] // 2]))
    return np.stack([1 - p, p], axis=1)


def volume(shape=(13, 10, 7), seed=0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("planes", [("axial",), ("coronal", "sagittal"), ("axial", "coronal", "sagittal")])
@pytest.mark.parametrize("batch", [1, 4, 50])
def test_a_network_that_sees_voxels_gives_the_same_from_all_planes(planes, batch):
    values = volume()
    options = SliceOptions(classes=2, planes=planes, batch=batch)
    prediction = predict_volume(values, logistic, options)
    np.testing.assert_allclose(prediction.probabilities[1], 1 / (1 + np.exp(-values)), atol=1e-6)
    np.testing.assert_allclose(prediction.probabilities.sum(axis=0), 1, atol=1e-6)
    np.testing.assert_allclose(prediction.disagreement, 0, atol=1e-6)


def test_neighbours_are_the_slices_beside_and_the_edge_repeats():
    values = volume()
    for plane, axis in AXES.items():
        stack = slice_stack(values, plane, [0, 3, values.shape[axis] - 1], 2)
        along = np.moveaxis(values, axis, 0)
        np.testing.assert_array_equal(stack[0], along[[0, 0, 0, 1, 2]])
        np.testing.assert_array_equal(stack[1], along[1:6])
        np.testing.assert_array_equal(stack[2], along[[-3, -2, -1, -1, -1]])
        assert stack.dtype == np.float32


def stubborn(stack: np.ndarray, plane: str) -> np.ndarray:
    """Each plane is sure of a class of its own."""
    answer = np.zeros((len(stack), 3, *stack.shape[2:]), np.float32)
    answer[:, list(AXES).index(plane)] = 1
    return answer


@pytest.mark.parametrize(
    "planes,wanted", [(("axial",), 0), (("axial", "coronal"), 1), (("axial", "coronal", "sagittal"), 1)]
)
def test_disagreement_is_1_when_each_plane_is_sure_of_something_else(planes, wanted):
    prediction = predict_volume(volume(), stubborn, SliceOptions(classes=3, planes=planes))
    np.testing.assert_allclose(prediction.disagreement, wanted, atol=1e-6)
    np.testing.assert_allclose(prediction.probabilities[0], 1 / len(planes), atol=1e-6)


def test_two_against_one():
    def two_to_one(stack: np.ndarray, plane: str) -> np.ndarray:
        answer = np.zeros((len(stack), 2, *stack.shape[2:]), np.float32)
        answer[:, int(plane == "axial")] = 1
        return answer

    # By hand: Σ mean² = 4/9 + 1/9, so variance 4/9, over its largest value 2/3.
    prediction = predict_volume(volume(), two_to_one, SliceOptions(classes=2))
    np.testing.assert_allclose(prediction.disagreement, 2 / 3, atol=1e-6)


def test_padding_has_its_value_and_the_last_batch_is_smaller():
    seen = []

    def look(stack: np.ndarray, plane: str) -> np.ndarray:
        seen.append((plane, stack.shape, stack[0, 0, -1, -1]))
        return logistic(stack, plane)

    predict_volume(volume(), look, SliceOptions(classes=2, context=0, batch=4, multiple=8, pad_value=-5))
    assert {shape for plane, shape, _ in seen if plane == "axial"} == {(4, 1, 16, 16), (3, 1, 16, 16)}
    assert {shape for plane, shape, _ in seen if plane == "sagittal"} == {(4, 1, 16, 8), (1, 1, 16, 8)}
    assert all(corner == -5 for _, _, corner in seen) and len(seen) == 2 + 3 + 4


def sided(stack: np.ndarray, plane: str) -> np.ndarray:
    """Classes 1 (left half) and 2 (right half) of the bright, told as a network can: by row, or by the neighbours."""
    n, _, h, w = stack.shape
    if plane == "sagittal":  # in this volume, values grow towards the right
        right = (stack[:, -1] > stack[:, 0]).astype(np.float32)
    else:
        right = np.broadcast_to((np.arange(h) >= 8)[:, None], (n, h, w)).astype(np.float32)
    return np.stack([np.zeros_like(right), 1 - right, right], axis=1)


@pytest.mark.parametrize("plane", list(AXES))
def test_the_mirror_swaps_left_and_right(plane):
    values = np.broadcast_to(np.arange(16, dtype=np.float32)[:, None, None], (16, 16, 16))
    plain = predict_volume(values, sided, SliceOptions(classes=3, planes=(plane,)))
    swapped = predict_volume(values, sided, SliceOptions(classes=3, planes=(plane,), mirror=(0, 2, 1)))
    unswapped = predict_volume(values, sided, SliceOptions(classes=3, planes=(plane,), mirror=(0, 1, 2)))
    np.testing.assert_allclose(swapped.probabilities, plain.probabilities)
    np.testing.assert_allclose(unswapped.probabilities[1:], 0.5)


def test_a_single_slice_is_seen_only_from_its_own_side():
    planes = []

    def look(stack: np.ndarray, plane: str) -> np.ndarray:
        planes.append(plane)
        return logistic(stack, plane)

    values = volume((20, 20, 1))
    prediction = predict_volume(values, look, SliceOptions(classes=2))
    assert planes == ["axial"]
    np.testing.assert_allclose(prediction.probabilities[1], 1 / (1 + np.exp(-values)), atol=1e-6)


def test_progress_rises_to_1_and_cancels():
    shares: list[float] = []
    predict_volume(volume(), logistic, SliceOptions(classes=2, batch=4), shares.append)
    assert shares == sorted(shares) and shares[-1] == 1 and len(shares) == 9

    class Cancelled(Exception):
        pass

    def cancel(share: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        predict_volume(volume(), logistic, SliceOptions(classes=2), cancel)


def test_what_cannot_be():
    with pytest.raises(InputError, match="planes"):
        SliceOptions(classes=2, planes=("oblique",))
    with pytest.raises(ValueError, match="no order"):
        SliceOptions(classes=3, mirror=(0, 1, 1))
    with pytest.raises(InputError, match="GB for 40 classes"):
        predict_volume(np.zeros((300, 300, 300), np.float32), logistic, SliceOptions(classes=40))
    with pytest.raises(InputError, match="with an area"):
        predict_volume(volume((5, 1, 1)), logistic, SliceOptions(classes=2))
    with pytest.raises(ValueError, match="network answered"):
        predict_volume(volume(), logistic, SliceOptions(classes=3))
