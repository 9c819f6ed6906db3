"""How often two maps' values meet: run lengths first, since segmentations are mostly runs of equal pixels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

_FEW = 1 << 14  # so few are sorted sooner than tabulated
_IDS = 1 << 24  # ids of three bytes, as in panoptic PNGs: a table by id stays small
_CELLS = 1 << 22  # of a table of pairs
_BLOCK = 1 << 16  # values at a time: what is between the steps stays in the cache


class Pairs(NamedTuple):
    """Each int64 (N,), sorted by ``first``, then ``second``."""

    first: np.ndarray
    second: np.ndarray
    total: np.ndarray


def count_pairs(first: np.ndarray, second: np.ndarray) -> Pairs:
    """Pairs of values at equal places of two integer arrays of one shape, and how often each occurs.

    Values from 0 to 2³¹ − 1. Exact for any arrays; fastest where neighbours in memory are mostly equal. Empty arrays
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
    lengths = None
    if 2 * np.count_nonzero(changes) < a.size:
        ends = np.append(np.flatnonzero(changes), a.size - 1)
        a, b, lengths = a[ends], b[ends], np.diff(ends, prepend=-1)
    if a.size > _FEW and min(a.min(), b.min()) >= 0 and max(a.max(), b.max()) < _IDS:
        (values, row), (others, column) = _compact(a), _compact(b)
        if len(values) * len(others) <= _CELLS:
            return _by_table(a, b, lengths, values, row, others, column)
    return _by_sorting(a, b, lengths)


def _compact(ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The values that occur, ascending, and a table that gives each one's place among them."""
    there = np.zeros(int(ids.max()) + 1, bool)  # tables of zeros take memory only where they are touched
    for start in range(0, ids.size, _BLOCK):
        there[ids[start : start + _BLOCK]] = True
    values = np.flatnonzero(there)
    place = np.zeros(len(there), np.intp)
    place[values] = np.arange(len(values))
    return values, place


def _by_table(
    a: np.ndarray,
    b: np.ndarray,
    lengths: np.ndarray | None,
    values: np.ndarray,
    row: np.ndarray,
    others: np.ndarray,
    column: np.ndarray,
) -> Pairs:
    cells = len(values) * len(others)
    # Sums of lengths stay below 2⁵³, where float64 is exact.
    total = np.zeros(cells, np.int64 if lengths is None else np.float64)
    block = max(_BLOCK, cells)  # adding up the table must not cost more than filling it
    for start in range(0, a.size, block):
        part = slice(start, start + block)
        cell = row.take(a[part], mode="clip")
        cell *= len(others)
        cell += column.take(b[part], mode="clip")
        total += np.bincount(cell, None if lengths is None else lengths[part], minlength=cells)
    found = np.flatnonzero(total)
    return Pairs(
        values[found // len(others)], others[found % len(others)], total[found].astype(np.int64, copy=False)
    )


def _by_sorting(a: np.ndarray, b: np.ndarray, lengths: np.ndarray | None) -> Pairs:
    keys = a.astype(np.int64) << 32 | b.astype(np.int64)
    found, where = np.unique(keys, return_inverse=True)
    count = np.bincount(where, weights=lengths, minlength=len(found)).astype(np.int64)
    return Pairs(found >> 32, found & 0xFFFFFFFF, count)
