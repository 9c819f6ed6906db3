from __future__ import annotations

import numpy as np
import pytest

from core.portrait import Effect, blur_radius, compose
from core.portrait.blur import blurred_background, fill_from_afar, filter_lens, lens_kernel
from core.portrait.light import to_codes, to_linear


@pytest.mark.parametrize("shape", ["disc", "hexagon"])
@pytest.mark.parametrize("radius", [0.3, 1.0, 2.5, 5.5, 7.0, 16.0])
def test_kernels_have_the_area_of_the_disc_and_keep_light(shape: str, radius: float) -> None:
    kernel = lens_kernel(shape, radius)
    assert kernel.sum() == pytest.approx(1, abs=1e-5)
    assert np.allclose(kernel, kernel[::-1, ::-1])
    if radius >= 2:
        assert 1 / kernel.max() == pytest.approx(np.pi * radius**2, rel=0.05)


@pytest.mark.parametrize("radius", [3.0, 7.3, 9.0, 12.0])
def test_strips_sum_to_the_whole_filter(radius: float) -> None:
    image = np.random.default_rng(0).random((40, 31, 4), np.float32)
    kernel = lens_kernel("disc", radius)
    half = len(kernel) // 2
    padded = np.pad(image, ((half, half), (half, half), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape, axis=(0, 1))
    assert np.allclose(filter_lens(image, kernel), np.einsum("yxcij,ij->yxc", windows, kernel), atol=1e-5)


def test_the_radius_follows_the_aperture_and_the_pictures_size() -> None:
    assert blur_radius(1.4, 720, 1280) == pytest.approx(2 * blur_radius(2.8, 720, 1280))
    assert blur_radius(2.8, 1440, 2560) == pytest.approx(2 * blur_radius(2.8, 720, 1280))


def test_linear_light_round_trip() -> None:
    codes = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert np.abs(to_codes(to_linear(codes)) - codes).max() < 0.05


def test_light_is_averaged_not_code_values() -> None:
    """Black and white in fine stripes is half the light, sRGB code 188, not code 128."""
    stripes = np.zeros((200, 200, 3), np.uint8)
    stripes[:, ::2] = 230
    plate = blurred_background(stripes, np.zeros((200, 200), np.float32), 20)
    expected = to_codes(to_linear(np.full((1, 1), 230, np.uint8)) / 2)
    assert np.abs(plate[5:-5, 5:-5] - expected).max() < 2


def test_a_lamp_becomes_a_bright_disc_of_the_stated_radius() -> None:
    frame = np.full((300, 400, 3), 20, np.uint8)
    frame[147:153, 197:203] = 255
    picture = compose(frame, np.zeros((300, 400), np.float32), Effect(f_number=1.4))
    radius = blur_radius(1.4, 300, 400)
    y, x = np.mgrid[0:300, 0:400]
    away = np.hypot(y - 149.5, x - 199.5)
    inside, outside = picture[away < radius - 4], picture[away > radius + 6]
    assert inside.min() > 50 and outside.max() < 26
    assert np.ptp(inside.astype(int), axis=0).max() < 12  # flat, unlike a Gaussian's hump


def test_a_smooth_background_does_not_darken_or_drift_at_the_persons_edge() -> None:
    frame = np.full((240, 320, 3), (90, 140, 200), np.uint8)
    frame[80:, 100:220] = (255, 255, 255)
    alpha = np.zeros((240, 320), np.float32)
    alpha[80:, 100:220] = 1
    for quality in ("photo", "live"):
        picture = compose(frame, alpha, Effect(f_number=1.4), quality=quality)
        assert np.abs(picture[alpha == 0].astype(int) - (90, 140, 200)).max() <= 1


def test_holes_are_filled_from_afar() -> None:
    sums = np.zeros((64, 80, 4), np.float32)
    sums[:8] = (0.5, 0.25, 0.1, 1)
    filled = fill_from_afar(sums)
    assert np.isfinite(filled).all() and np.allclose(filled, (0.5, 0.25, 0.1), atol=1e-3)
    assert np.isfinite(fill_from_afar(np.zeros((9, 13, 4), np.float32))).all()
