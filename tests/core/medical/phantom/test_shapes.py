"""Signed distances against formulas by hand."""

from __future__ import annotations

import numpy as np
import pytest

from core.medical.phantom.shapes import Waves, blend, cut, ellipsoid, tube


def points(*rows) -> np.ndarray:
    return np.array(rows, np.float32).T


def test_a_ball_is_exact():
    p = points((0, 0, 0), (3, 0, 4), (0, 10, 0), (1, 2, 3))
    np.testing.assert_allclose(ellipsoid(p, (0, 0, 0), (5, 5, 5)), np.linalg.norm(p, axis=0) - 5, atol=1e-5)


def test_an_ellipsoids_surface_is_zero():
    p = points((12, 0, 0), (2, 5, 0), (2, 0, -3), (2 + 10 / 3**0.5, 5 / 3**0.5, 3 / 3**0.5))
    np.testing.assert_allclose(ellipsoid(p, (2, 0, 0), (10, 5, 3)), 0, atol=1e-5)


def test_a_tube_has_its_radius_round_ends_and_bends():
    path = [((0, 0, 0), 1.0), ((10, 0, 0), 3.0), ((10, 10, 0), 3.0)]
    p = points((0, 4, 0), (5, 0, 5), (-3, 0, 0), (10, 14, 0), (14, 5, 0))
    np.testing.assert_allclose(tube(p, path), (3, 3, 2, 1, 1), atol=1e-6)
    with pytest.raises(ValueError, match="two points"):
        tube(p, path[:1])


def test_blends_are_unions_and_cuts_are_intersections_away_from_the_seam():
    a, b = np.array([-5.0, 3, 1, 0]), np.array([4.0, -2, 1, 0])
    np.testing.assert_allclose(blend(a, b, 2), (-5, -2, 0.5, -0.5))
    np.testing.assert_allclose(cut(a, b, 2), (4, 3, 1.5, 0.5))


def test_waves_have_their_wavelength_and_their_slope():
    waves = Waves(np.random.default_rng(0), 20.0, spread=0.0, count=200)
    np.testing.assert_allclose(np.linalg.norm(waves.vectors, axis=1), 2 * np.pi / 20, rtol=1e-5)
    p = np.random.default_rng(1).uniform(-100, 100, (3, 5000)).astype(np.float32)
    value, slope = waves.with_slope(p)
    assert value.std() == pytest.approx(1, abs=0.1)
    np.testing.assert_allclose(value, waves(p), atol=1e-5)
    for axis in range(3):
        step = np.zeros((3, 1), np.float32)
        step[axis] = 0.05
        numeric = (waves(p + step) - waves(p - step)) / 0.1
        np.testing.assert_allclose(slope[axis], numeric, atol=5e-3)
