"""The references' answers in ``tests/fixtures/metrics``; ``make.py`` there says how they were made."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parents[2] / "fixtures" / "metrics"


def cases(name: str, *kinds: str) -> Iterator[tuple[dict[str, Any], list[tuple[np.ndarray, ...]]]]:
    """Each case, and for each of its images one map of every kind."""
    with np.load(FOLDER / f"{name}.npz") as stored:
        maps = [stored[kind] for kind in kinds]
        every = json.loads(stored["cases"].tobytes())
    start = 0
    for case in every:
        images = []
        for height, width in case["sizes"]:
            end = start + height * width
            images.append(tuple(m[start:end].reshape(height, width) for m in maps))
            start = end
        yield case, images
    assert start == len(maps[0])


def stored(name: str, array: str) -> np.ndarray:
    """One array for all cases."""
    with np.load(FOLDER / f"{name}.npz") as arrays:
        return arrays[array]


def same(ours: float, theirs: float | None, tolerance: float = 1e-9) -> bool:
    """Equal, or both nan (None in JSON)."""
    if theirs is None or math.isnan(theirs):
        return math.isnan(ours)
    return abs(ours - theirs) < tolerance
