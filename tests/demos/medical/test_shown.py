"""What the browser gets: bytes in their order, values that come back, large volumes thinned out."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from core.labels import get_label_set
from core.medical.grid import Grid
from core.medical.volume import Volume
from demos.medical.shown import (
    encode_ids,
    encode_share,
    encode_values,
    gzipped,
    index_table,
    shown_copy,
    shown_labels,
    window,
)


def volume(data: np.ndarray, spacing=(1.0, 1.0, 1.0)) -> Volume:
    return Volume(data, Grid(data.shape, np.diag([*spacing, 1.0])))


def test_whole_numbers_come_as_they_are_x_fastest():
    data = np.arange(24, dtype=np.int16).reshape(2, 3, 4) - 1000
    shown = shown_copy(volume(data))
    assert (shown.steps, shown.shape, shown.slope, shown.inter) == ((1, 1, 1), (2, 3, 4), 1.0, 0.0)
    raw = np.frombuffer(b"".join(encode_values(volume(data), shown)), "<i2")
    for x, y, z in ((0, 0, 0), (1, 0, 0), (1, 2, 3), (0, 1, 2)):
        assert raw[x + 2 * (y + 3 * z)] == data[x, y, z]


def test_a_turned_files_view_is_sent_in_the_canonical_order():
    stored = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    affine = np.array([[0, 0, -1, 3], [-1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 0, 1.0]])
    grid = Grid((2, 3, 4), affine)
    turned = Volume(grid.to_ras(stored), grid)
    raw = np.frombuffer(b"".join(encode_values(turned, shown_copy(turned))), "<i2")
    assert np.array_equal(raw.reshape(turned.data.shape, order="F"), turned.data)


def test_floats_come_back_within_half_a_level():
    rng = np.random.default_rng(1)
    data = rng.normal(3.0, 0.5, (20, 21, 22)).astype(np.float32)
    shown = shown_copy(volume(data))
    raw = np.frombuffer(b"".join(encode_values(volume(data), shown)), "<i2").reshape(data.shape, order="F")
    assert np.abs(shown.slope * raw + shown.inter - data).max() <= 0.51 * shown.slope
    assert shown.slope < np.ptp(data) / 60000


def test_one_spike_does_not_eat_the_levels():
    rng = np.random.default_rng(2)
    data = rng.normal(100, 10, (40, 40, 40)).astype(np.float32)
    data[3, 3, 3] = 1e9
    shown = shown_copy(volume(data))
    raw = np.frombuffer(b"".join(encode_values(volume(data), shown)), "<i2").reshape(data.shape, order="F")
    back = shown.slope * raw + shown.inter
    rest = data < 1000
    assert np.abs(back - data)[rest].max() < 0.05, "all others are exact enough"
    assert raw[3, 3, 3] == 32767, "the spike is as bright as can be"
    assert shown.clipped == (False, True), "and the page says that it is more"


def stored(data: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What is stored, and the values that it stands for."""
    shown = shown_copy(volume(data))
    raw = np.frombuffer(b"".join(encode_values(volume(data), shown)), "<i2").reshape(data.shape, order="F")
    return raw, shown.slope * raw + shown.inter


def test_few_voxels_that_are_all_there_is_are_shown():
    """A thresholded map of statistics; the hot spot of a PET."""
    sparse = np.zeros((60, 60, 60), np.float32)
    sparse[20:23, 20:23, 20:23] = 5.5
    assert np.abs(stored(sparse)[1] - sparse).max() < 1e-3
    level, width = window(volume(sparse))
    assert level + width / 2 >= 5.5 and level - width / 2 < 3
    hot = np.random.default_rng(0).normal(1, 0.2, (60, 60, 60)).astype(np.float32)
    hot[20:23, 20:23, 20:23] = 40
    assert np.abs(stored(hot)[1] - hot).max() < 1e-2


@pytest.mark.parametrize("largest", [300, 65_535])
def test_whole_numbers_are_shown_exactly(largest):
    data = np.random.default_rng(0).integers(0, largest, (30, 30, 30), endpoint=True).astype(np.float32)
    data.flat[:2] = 0, largest
    np.testing.assert_array_equal(stored(data)[1], data)


def test_large_volumes_lose_voxels_of_their_finest_axes_first():
    data = np.zeros((64, 64, 20), np.int16)
    data[::2, ::2] = 7
    thick = volume(data, (0.5, 0.5, 3.0))
    shown = shown_copy(thick, limit=25_000)
    assert shown.steps == (2, 2, 1) and shown.shape == (32, 32, 20)
    raw = np.frombuffer(b"".join(encode_values(thick, shown)), "<i2")
    assert raw.size == 32 * 32 * 20 and (raw == 7).all(), "every second voxel, none mixed"
    odd = shown_copy(volume(np.zeros((5, 7, 9), np.int16)), limit=50)
    assert np.prod(odd.shape) <= 50
    assert len(b"".join(encode_values(volume(np.zeros((5, 7, 9), np.int16)), odd))) == 2 * np.prod(odd.shape)


def test_a_single_slice_keeps_its_only_layer():
    shown = shown_copy(volume(np.zeros((1, 300, 300), np.int16), (1.0, 2.0, 2.0)), limit=30_000)
    assert shown.shape[0] == 1 and shown.steps[0] == 1


def test_masks_are_places_in_the_table():
    labels = get_label_set("ct-tissues")
    rows = shown_labels(labels)
    assert [row.id for row in rows] == [1, 2, 3, 4, 5] and index_table(labels).tolist() == [0, 1, 2, 3, 4, 5]
    ids = np.array([[[0, 5]], [[3, 1]]], np.uint8)
    raw = b"".join(encode_ids(ids, shown_copy(volume(ids.astype(np.int16))), labels))
    assert list(raw) == [0, 3, 5, 1]


def test_shares_fill_a_byte():
    values = np.array([[[0.0, 0.5, 1.0, 2.0]]], np.float32)
    raw = b"".join(encode_share(values, shown_copy(volume(values))))
    assert list(raw) == [0, 128, 255, 255]


def test_gzip_is_gzip():
    chunks = [b"a" * 1000, b"b" * 1000]
    packed = b"".join(gzipped(iter(chunks)))
    assert zlib.decompress(packed, 31) == b"".join(chunks) and len(packed) < 100


@pytest.mark.parametrize("dtype", [np.int16, np.float32])
def test_the_window_shows_what_is_not_background(dtype):
    data = np.zeros((30, 30, 30), dtype)
    data[10:20, 10:20, 10:20] = np.linspace(100, 200, 1000).reshape(10, 10, 10).astype(dtype)
    level, width = window(volume(data))
    assert level == pytest.approx(150, abs=3) and width == pytest.approx(98, abs=4)
