"""Every way to count gives the same counts."""

from __future__ import annotations

import numpy as np
import pytest

from core.metrics import pairs
from core.metrics.pairs import count_pairs


def noise(rng: np.random.Generator, values: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    return rng.choice(values, shape)


@pytest.mark.parametrize(
    "values, side",
    [
        (np.arange(5), 1),  # noise: pixel by pixel
        (np.arange(5), 8),  # blocks: by runs
        (np.array([0, 7, (1 << 24) - 1]), 1),
        (np.array([0, 1 << 24, (1 << 31) - 1]), 1),  # no table is so long
        (np.arange(3000), 1),  # no table is so large
    ],
)
@pytest.mark.parametrize("few", [0, 1 << 14])
def test_counts(monkeypatch, values, side, few):
    monkeypatch.setattr(pairs, "_FEW", few)
    monkeypatch.setattr(pairs, "_BLOCK", 1000)
    rng = np.random.default_rng(0)
    grow = np.ones((side, side), np.int64)
    a, b = (np.kron(noise(rng, values, (160 // side, 200 // side)), grow) for _ in range(2))
    found = count_pairs(a.astype(np.int32), b.astype(np.int32))
    keys, totals = np.unique(a.ravel() << 32 | b.ravel(), return_counts=True)
    assert found.first.tolist() == (keys >> 32).tolist()
    assert found.second.tolist() == (keys & 0xFFFFFFFF).tolist()
    assert found.total.tolist() == totals.tolist() and found.total.dtype == np.int64
