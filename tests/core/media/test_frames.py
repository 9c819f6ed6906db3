"""Single frames in memory: bare planes and their limits (JPEG's are tested with the live protocol)."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import InputError
from core.media.frames import decode_planes, encode_planes


def test_planes_keep_smooth_colours():
    """Chroma is kept at half the size: blocks of two pixels survive but for rounding."""
    colours = np.random.default_rng(0).integers(20, 235, (12, 16, 3), np.uint8)
    picture = colours.repeat(2, axis=0).repeat(2, axis=1)
    planes = encode_planes(picture)
    assert len(planes) == 24 * 32 * 3 // 2
    assert np.abs(decode_planes(planes, 32, 24).astype(int) - picture).max() <= 4


def test_planes_are_bt601_of_limited_range():
    """White is Y 235 and black Y 16, both with neutral chroma; red is Y 81, U 90, V 240 (ITU-R BT.601)."""
    picture = np.zeros((2, 6, 3), np.uint8)
    picture[:, 2:4], picture[:, 4:] = 255, (255, 0, 0)
    planes = np.frombuffer(encode_planes(picture), np.uint8)
    assert np.abs(planes[:6].astype(int) - (16, 16, 235, 235, 81, 81)).max() <= 1
    assert np.abs(planes[12:].astype(int) - (128, 128, 90, 128, 128, 240)).max() <= 1


def test_a_grey_picture_has_no_colour():
    planes = np.frombuffer(encode_planes(np.full((4, 4), 200, np.uint8)), np.uint8)
    assert set(planes[16:].tolist()) == {128}


@pytest.mark.parametrize(
    "size,length,told",
    [
        ((4, 4), 23, "24 for 4×4"),
        ((3, 4), 18, "even sides"),
        ((0, 4), 0, "even sides"),
        ((4000, 4000), 10, "megapixels"),
    ],
)
def test_planes_of_another_size_are_refused(size, length, told):
    with pytest.raises(InputError, match=told):
        decode_planes(bytes(length), *size)
