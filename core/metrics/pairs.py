"""How often two maps' values meet: run lengths first, since segmentations are mostly runs of equal pixels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Pairs(NamedTuple):
    """Each int64 (N,), sorted by ``first``, then ``second``."""

    first: np.ndarray
    second: np.ndarray
    total: np.ndarray


def count_pairs(first: np.ndarray, second: np.ndarray) -> Pairs:
    """Pairs of values at equal places of two integer arrays of one shape, and how often each occurs.

    Values from 0 to 2³¹ − 1. Exact for any arrays; fast where neighbours in memory are mostly equal. Empty arrays
    give no pairs.

    >>> count_pairs(np.array([1, 1, 0, 0]), np.array([5, 5, 5, 7]))
    Pairs(first=array([0, 0, 1]), second=array([5, 7, 5]), total=array([1, 1, 2]))
    """
    a, b = first.ravel(), second.ravel()
    if not a.size:
        nothing = np.zeros(0, np.int64)
        return Pairs(nothing, nothing, nothing)
    changes = a[1:] != a[:-1]
    changes |= b[1:] != b[:-1]
    ends = np.append(np.flatnonzero(changes), a.size - 1)
    lengths = np.diff(ends, prepend=-1)
    keys = a[ends].astype(np.int64) << 32 | b[ends].astype(np.int64)
    found, where = np.unique(keys, return_inverse=True)
    # Sums of lengths stay below 2⁵³, where float64 is exact.
    count = np.bincount(where, weights=lengths, minlength=len(found)).astype(np.int64)
    return Pairs(found >> 32, found & 0xFFFFFFFF, count)
