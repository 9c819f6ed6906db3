"""The size at which a network sees a frame; what is finer than that becomes grey, not a pattern."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.transforms import fit_size, shrink


@pytest.mark.parametrize(
    "height,width", [(480, 640), (720, 1280), (4000, 3000), (100, 5000), (1, 1), (448, 336)]
)
def test_network_size_keeps_area_and_aspect(height, width):
    h, w = fit_size(height, width, 384 * 288, 32)
    assert h % 32 == 0 and w % 32 == 0
    assert 0.8 * 384 * 288 < h * w <= 1.1 * 384 * 288
    wanted = min(max(width / height, 1 / 3), 3)
    assert abs(np.log(w / h / wanted)) < 0.16


def test_shrinking_does_not_alias():
    stripes = np.zeros((480, 640, 3), np.uint8)
    stripes[:, ::2] = 255
    assert np.abs(shrink(stripes, 160, 224).astype(int) - 127).max() <= 2


@pytest.mark.parametrize("height,width", [(600, 4200), (4200, 600), (500, 1900), (600, 4000)])
def test_a_squeezed_frame_does_not_alias_either(height, width):
    """Beyond 3:1 one side shrinks far more than the other."""
    size = fit_size(height, width, 64512, 32)
    for period in (2, 4, 8):
        stripes = np.zeros((height, width, 3), np.uint8)
        if width > height:
            stripes[:, np.arange(width) % period < period // 2] = 255
        else:
            stripes[np.arange(height) % period < period // 2] = 255
        times = max(height / size[0], width / size[1])
        if times >= period:
            assert np.abs(shrink(stripes, *size).astype(int) - 127).max() <= 2


@pytest.mark.parametrize("height,width", [(480, 640), (1080, 1440), (301, 123)])
def test_sides_that_shrink_alike_are_halved_in_squares(height, width):
    frame = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    h, w = height * 2 // 5, width * 2 // 5
    halved = cv2.resize(
        frame[: height // 2 * 2, : width // 2 * 2], (width // 2, height // 2), interpolation=cv2.INTER_AREA
    )
    assert np.array_equal(shrink(frame, h, w), cv2.resize(halved, (w, h), interpolation=cv2.INTER_LINEAR))


def test_a_side_of_exactly_twice_needs_no_step_of_its_own():
    """As 640×480 to 320×256 is: what the bilinear step answers there is the mean of pairs anyway."""
    frame = np.random.default_rng(0).integers(0, 256, (480, 640, 3), np.uint8)
    assert np.array_equal(
        shrink(frame, 256, 320), cv2.resize(frame, (320, 256), interpolation=cv2.INTER_LINEAR)
    )
