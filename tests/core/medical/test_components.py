"""One piece of what is one piece, except on a single slice."""

from __future__ import annotations

import numpy as np

from core.medical.components import keep_largest


def two_of_each() -> np.ndarray:
    ids = np.zeros((12, 12, 6), np.uint8)
    ids[1:4, 1:4, 1:4], ids[8:10, 8:10, 3] = 1, 1
    ids[1:3, 8:11, 2:4], ids[8, 1, 1] = 3, 3
    return ids


def test_only_the_named_labels_lose_their_smaller_pieces():
    ids = two_of_each()
    kept = keep_largest(ids, [1, 2, 300])
    assert (kept == 1).sum() == 27 and kept[8, 8, 3] == 0
    np.testing.assert_array_equal(kept == 3, ids == 3)
    assert (ids == 1).sum() == 31  # the input is left alone
    assert keep_largest(ids, [3], fill=7)[8, 1, 1] == 7


def test_a_thin_diagonal_is_one_piece():
    ids = np.zeros((5, 5, 5), np.uint8)
    ids[np.arange(5), np.arange(5), np.arange(5)] = 1
    np.testing.assert_array_equal(keep_largest(ids, [1]), ids)


def test_a_single_slice_keeps_all():
    one = two_of_each()[:, :, 3:4]
    assert len(np.unique(np.argwhere(one == 1)[:, 0])) == 5
    np.testing.assert_array_equal(keep_largest(one, [1, 3]), one)


def test_nothing_is_nothing():
    assert not keep_largest(np.zeros((3, 3, 3), np.uint8), [1]).any()
