"""A matte as it is worked with here: solid regions, and the few pixels of its soft edge as a list.

Nearly all of a matte is exactly 0 or 1. What is costly per pixel (refinement, foreground colours, mixing)
is done on the rest alone: gathered from the frame, computed as (N, …) arrays, scattered back.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

import cv2
import numpy as np

_ROW = 256  # points per row, or a multiple, of the maps handed to cv2.remap
_MOST_ROWS = 32_000  # it takes up to 32767


@dataclass(frozen=True)
class SoftEdge:
    """A matte of shape (H, W), sparse.

    Attributes:
        solid: uint8 (H, W), 255 where alpha is 1. Undefined at ``index``.
        index: intp (N,), flat positions of the soft edge, ascending.
        alpha: float32 (N,), the matte there.
        own: float32 (N,), 1 where the pixel's own colour is background (it lies outside the given matte, in
            the outward feather), else 0.
    """

    solid: np.ndarray
    index: np.ndarray
    alpha: np.ndarray
    own: np.ndarray

    def dense(self) -> np.ndarray:
        """float32 (H, W)."""
        matte = cv2.multiply(self.solid, 1 / 255, dtype=cv2.CV_32F).reshape(self.solid.shape)
        matte.ravel()[self.index] = self.alpha
        return matte

    def bytes(self) -> np.ndarray:
        """uint8 (H, W), 255 = person."""
        matte = self.solid.copy()
        matte.ravel()[self.index] = np.rint(self.alpha * 255).astype(np.uint8)
        return matte

    def times(self, share: np.ndarray) -> SoftEdge:
        """The matte multiplied by uint8 (H, W) ``share``, which is 0 or 1."""
        if self.solid.size == 0:
            return self
        return replace(
            self, solid=cv2.multiply(self.solid, share), alpha=self.alpha * share.ravel()[self.index]
        )

    def at(self, picture: np.ndarray) -> np.ndarray:
        """float32 (3, N): the uint8 ``picture`` (H, W, 3) along the edge."""
        return planes(np.take(picture.reshape(-1, 3), self.index, axis=0))

    def settled(self) -> SoftEdge:
        """The same matte with the pixels that turned out exactly 0 or 1 taken off the list."""
        full = self.alpha >= 1
        self.solid.ravel()[self.index] = full * np.uint8(255)
        soft = np.flatnonzero((self.alpha > 0) & ~full)
        return SoftEdge(self.solid, self.index[soft], self.alpha[soft], self.own[soft])


def planes(values: np.ndarray) -> np.ndarray:
    """(N, C) → float32 (C, N): one contiguous row a channel, which arithmetic with (N,) runs fastest on."""
    return np.ascontiguousarray(values.T, dtype=np.float32)


class Halves:
    """A picture and its halvings, each made once, for the several steps that look at it smaller.

    Going by halves is also fast: OpenCV's 2×2 mean takes a tenth of the time of its general area mean. Thread-safe.
    """

    def __init__(self, picture: np.ndarray) -> None:
        self._levels = [picture]
        self._turn = threading.Lock()

    @property
    def full(self) -> np.ndarray:
        """The picture itself."""
        return self._levels[0]

    def shrunk(self, size: tuple[int, int]) -> np.ndarray:
        """The picture averaged down to ``size`` (width, height), which it is at least as large as."""
        level = 0
        while True:
            picture = self._levels[level]
            height, width = picture.shape[:2]
            if (width, height) == size:
                return picture
            if width % (2 * size[0]) or height % (2 * size[1]):
                return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
            level += 1
            with self._turn:
                if level == len(self._levels):
                    half = (width // 2, height // 2)
                    self._levels.append(cv2.resize(picture, half, interpolation=cv2.INTER_AREA))


def shrink(picture: np.ndarray | Halves, size: tuple[int, int]) -> np.ndarray:
    """``picture`` averaged down to ``size`` (width, height); see `Halves`."""
    return (picture if isinstance(picture, Halves) else Halves(picture)).shrunk(size)


class Sampler:
    """Bilinear samples of small grids at given pixels of a large picture.

    Args:
        index: intp (N,), flat positions in the picture.
        shape: (H, W) of the picture.
        size: (width, height) of the grid that covers the picture.
        origin: x, y of the grid's cell that stands first in the arrays sampled, when they are a crop of it.
    """

    def __init__(
        self,
        index: np.ndarray,
        shape: tuple[int, ...],
        size: tuple[int, int],
        origin: tuple[int, int] = (0, 0),
    ) -> None:
        self.count = len(index)
        row = _ROW * max(1, -(-self.count // (_ROW * _MOST_ROWS)))
        rows = -(-self.count // row)
        padded = np.zeros(rows * row, np.int32)
        padded[: self.count] = index
        y = padded // np.int32(shape[1])
        x = padded - y * np.int32(shape[1])
        scale_x, scale_y = np.float32(size[0] / shape[1]), np.float32(size[1] / shape[0])
        half = np.float32(0.5)
        self._x = ((x.astype(np.float32) + half) * scale_x - (half + origin[0])).reshape(rows, row)
        self._y = ((y.astype(np.float32) + half) * scale_y - (half + origin[1])).reshape(rows, row)

    def __call__(self, grid: np.ndarray) -> np.ndarray:
        """float32 (h, w, C), C ≤ 4 → (C, N)."""
        channels = grid.shape[2]
        if self.count == 0:
            return np.empty((channels, 0), np.float32)
        values = cv2.remap(grid, self._x, self._y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return planes(values.reshape(-1, channels)[: self.count])
