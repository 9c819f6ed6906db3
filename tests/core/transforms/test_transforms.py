"""What goes in comes back at its own size, in its own place."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import InputError
from core.transforms import Compose, Crop, Normalise, Pad, Resize, from_dict

CHAIN = Compose((Crop(1, 2, 29, 31), Resize(64, 60), Pad(32, 114), Normalise((1, 2, 3), (2, 2, 2))))


@pytest.mark.parametrize("size", [(31, 29), (33, 47), (100, 64)])
def test_maps_come_back_to_the_sources_size(size):
    image, undo = CHAIN(np.zeros((*size, 3), np.uint8))
    assert image.shape == (64, 64, 3) and image.dtype == np.float32
    for shape, dtype in (((64, 64), np.uint8), ((64, 64), np.int32), ((64, 64), np.int64)):
        back = undo.labels(np.ones(shape, dtype))
        assert back.shape == size and back.dtype == dtype and back[5, 5] == 1 and back[0, 0] == 0
    assert undo.probabilities(np.ones((64, 64, 19))).shape == (*size, 19)


def test_a_place_stays_its_place():
    image = np.zeros((40, 60, 3), np.uint8)
    image[10:20, 30:45] = 255
    small, undo = Compose((Resize(80, 120), Pad(64)))(image)
    ids = (small[..., 0] > 127).astype(np.uint8)
    assert np.array_equal(undo.labels(ids), image[..., 0] // 255)
    assert np.abs(undo.probabilities(ids) - image[..., 0] / 255).max() < 1e-6


def test_nearest_invents_no_ids():
    ids = np.random.default_rng(0).choice([0, 7, 26], (37, 53)).astype(np.uint8)
    _, undo = Resize(37, 53)(np.zeros((90, 111, 3), np.uint8))
    assert set(np.unique(undo.labels(ids))) <= {0, 7, 26}


def test_normalise_declares_its_scale():
    image, _ = Normalise((127.5,), (127.5,))(np.array([[[0], [255]]], np.uint8))
    assert image.ravel().tolist() == [-1, 1]


def test_a_card_brings_the_same_transform_back():
    assert from_dict(CHAIN.to_dict()) == CHAIN
    with pytest.raises(InputError, match="resize"):
        from_dict({"kind": "resise"})
    with pytest.raises(InputError, match="arguments"):
        from_dict({"kind": "resize", "height": 3})


def test_a_crop_beside_the_picture_is_refused():
    with pytest.raises(InputError, match="inside"):
        Crop(0, 0, 50, 50)(np.zeros((40, 60, 3), np.uint8))
