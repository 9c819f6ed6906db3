"""Connected components: anatomy says of some structures that they are one piece."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy import ndimage

# Voxels that share a face, an edge or a corner hang together: thin structures run diagonally.
_NEIGHBOURS = np.ones((3, 3, 3), bool)


def keep_largest(ids: np.ndarray, pieces: Iterable[int], fill: int = 0) -> np.ndarray:
    """Of every label that is one piece, only its largest piece.

    Args:
        ids: integers (X, Y, Z).
        pieces: the labels that anatomy says are one piece.
        fill: what the rest of them becomes.

    Returns:
        A new array; on a single slice an equal one: there, one piece may well show as several.
    """
    result = ids.copy()
    if min(ids.shape) < 2:
        return result
    wanted = sorted({int(number) for number in pieces})
    boxes = ndimage.find_objects(ids) if ids.size and ids.max() > 0 else []
    for number in wanted:
        box = boxes[number - 1] if 0 < number <= len(boxes) else None
        if box is None:
            continue
        mask = ids[box] == number
        parts, count = ndimage.label(mask, _NEIGHBOURS)
        if count > 1:
            sizes = np.bincount(parts.ravel())
            sizes[0] = 0
            result[box][mask & (parts != np.argmax(sizes))] = fill
    return result
