"""A volume and its masks as the browser gets them: once, compact, x running fastest; it makes the slices itself."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.labels import LabelSet
from core.medical.volume import Volume

# 512 × 512 × 244: 128 MB of values and 64 MB of mask in the browser. Of what is larger every second voxel (or third, …)
# is shown, along the finest axes first; masks, figures and files keep all.
MAX_VOXELS = 64_000_000
_LEVELS = 65535


@dataclass(frozen=True)
class Shown:
    """The copy that is shown.

    Attributes:
        steps: every so manieth voxel along X, Y, Z.
        shape: its voxels.
        slope, inter: value = slope · stored + inter; stored is int16.
        clipped: whether there are values below the lowest stored one, and above the highest.
    """

    steps: tuple[int, int, int]
    shape: tuple[int, int, int]
    slope: float
    inter: float
    clipped: tuple[bool, bool] = (False, False)


def shown_copy(volume: Volume, limit: int = MAX_VOXELS) -> Shown:
    """How a volume is shown: int16 and other whole numbers as they are; floats in 65536 levels over their own range."""
    steps, shape = _steps(volume, limit)
    if volume.data.dtype == np.int16:
        return Shown(steps, shape, 1.0, 0.0)
    low, high = float(volume.data.min()), float(volume.data.max())
    if high - low <= _LEVELS and _are_whole(volume.data):
        return Shown(steps, shape, 1.0, low + 32768)
    near, far = _range(volume.data)
    slope = max(far - near, 1e-12) / _LEVELS
    return Shown(steps, shape, slope, near + 32768 * slope, (low < near, high > far))


def _steps(volume: Volume, limit: int) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    steps = [1, 1, 1]
    while True:
        shape = [-(-n // step) for n, step in zip(volume.data.shape, steps, strict=True)]
        if np.prod(shape, dtype=np.int64) <= limit:
            return (steps[0], steps[1], steps[2]), (shape[0], shape[1], shape[2])
        spacing = [
            s * step if n > 1 else np.inf for s, step, n in zip(volume.spacing, steps, shape, strict=True)
        ]
        steps[int(np.argmin(spacing))] += 1


def _range(data: np.ndarray) -> tuple[float, float]:
    """Lowest and highest value; a few voxels so far beyond all others (an MRI's spikes) that these would get fewer levels
    than a screen has do not stretch it."""
    step = max(1, round((data.size / 2e6) ** (1 / 3)))
    some = data[::step, ::step, ::step]
    low, high = float(data.min()), float(data.max())
    near, far = (float(v) for v in np.percentile(some, (0.05, 99.95)))
    span = far - near
    if span == 0 or high - low <= _LEVELS / 256 * span:
        return low, high
    return max(low, near - 4 * span), min(high, far + 4 * span)


def _are_whole(data: np.ndarray) -> bool:
    return all((np.rint(plane) == plane).all() for plane in np.moveaxis(data, 2, 0))


def window(volume: Volume) -> tuple[float, float]:
    """(level, width) that shows most of a volume: the 1st to the 99.5th percentile of what is not its lowest value."""
    data = volume.data
    step = max(1, round((data.size / 2e6) ** (1 / 3)))
    some = data[::step, ::step, ::step]
    filled = some[some > some.min()]
    low, high = (float(v) for v in np.percentile(filled if filled.size else some, (1, 99.5)))
    if low == high:  # one value in a void, as of a mask
        low = float(some.min())
    return (low + high) / 2, max(high - low, 1e-6)


def encode_values(volume: Volume, shown: Shown) -> Iterator[bytes]:
    """int16, little-endian, slice by slice: no copy of the whole is made."""
    for plane in _planes(volume.data, shown):
        if shown.slope != 1.0 or shown.inter != 0.0:
            plane = np.clip(np.rint((plane - shown.inter) / shown.slope), -32768, 32767)
        yield plane.astype("<i2").tobytes(order="F")


def encode_ids(ids: np.ndarray, shown: Shown, labels: LabelSet) -> Iterator[bytes]:
    """uint8: a voxel's place in the label set's table, 0 for the background."""
    table = index_table(labels)
    for plane in _planes(ids, shown):
        yield table[plane.astype(np.int64)].tobytes(order="F")


def encode_share(values: np.ndarray, shown: Shown) -> Iterator[bytes]:
    """uint8 of numbers from 0 to 1."""
    for plane in _planes(values, shown):
        yield np.rint(255 * np.clip(plane, 0, 1)).astype(np.uint8).tobytes(order="F")


def index_table(labels: LabelSet) -> np.ndarray:
    """uint8 by id: 1 for the first label that is not the background, and so on."""
    rows = shown_labels(labels)
    table = np.zeros(max([label.id for label in rows], default=0) + 1, np.uint8)
    for place, label in enumerate(rows, 1):
        table[label.id] = place
    return table


def shown_labels(labels: LabelSet) -> list[Any]:
    """The labels of the table, in order: all but the background.

    Raises:
        ValueError: more than a byte can tell apart.
    """
    rows = [label for label in labels.labels if label.id > 0]
    if len(rows) > 255:
        raise ValueError(f"{labels.name} has {len(rows)} labels; the panel shows up to 255")
    return rows


def _planes(values: np.ndarray, shown: Shown) -> Iterator[np.ndarray]:
    x, y, z = shown.steps
    for k in range(0, values.shape[2], z):
        yield values[::x, ::y, k]


def gzipped(chunks: Iterable[bytes], level: int = 1) -> Iterator[bytes]:
    """The chunks as one gzip stream."""
    packer = zlib.compressobj(level, zlib.DEFLATED, 31)
    for chunk in chunks:
        if packed := packer.compress(chunk):
            yield packed
    yield packer.flush()
