"""Values for networks: CT by a fixed window, MRI by its own percentiles."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import InputError
from core.medical.intensity import Intensity


def test_a_window_is_the_same_for_every_scan():
    values = np.array([[[-2000, -100, 50, 200, 3000]]], np.int16)
    np.testing.assert_allclose(Intensity("window", -100, 200)(values), [[[0, 0, 0.5, 1, 1]]])


@pytest.mark.parametrize("scale", [0.001, 1, 1e6])
def test_percentiles_leave_no_scale_and_no_air(scale):
    values = np.zeros((10, 10, 21), np.float32)
    values[:, :, 10:] = np.arange(100, 111)
    result = Intensity("percentile", 0, 100)(values * np.float32(scale))
    assert result[0, 0, 0] == 0 and result.dtype == np.float32
    np.testing.assert_allclose(result[0, 0, 10:], np.linspace(0, 1, 11), atol=1e-4)


def test_one_value_is_nothing():
    assert not Intensity("percentile", 1, 99)(np.full((2, 2, 2), 7, np.int16)).any()


@pytest.mark.parametrize(
    "wrong", [("log", 0, 1), ("window", 5, 5), ("percentile", -1, 99), ("percentile", 1, 101)]
)
def test_wrong_declarations(wrong):
    with pytest.raises(InputError, match="intensity"):
        Intensity(*wrong)
