"""Resize, pad, crop, normalise; each knows how a map comes back to the source's size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import cv2
import numpy as np

from core.errors import InputError

# (map, OpenCV interpolation) → map one step nearer to the source
Step = Callable[[np.ndarray, int], np.ndarray]


@dataclass(frozen=True)
class Undo:
    """The way back. Maps are (H, W) or (H, W, C) of the network's size."""

    steps: tuple[Step, ...] = ()

    def labels(self, ids: np.ndarray) -> np.ndarray:
        """A label map to the source's size: nearest neighbour, so no new ids appear."""
        return self._run(ids, cv2.INTER_NEAREST)

    def probabilities(self, values: np.ndarray) -> np.ndarray:
        """A matte or probabilities, float32, to the source's size: bilinear."""
        return self._run(np.asarray(values, np.float32), cv2.INTER_LINEAR)

    def _run(self, values: np.ndarray, how: int) -> np.ndarray:
        for step in reversed(self.steps):
            values = step(values, how)
        return values


class Transform:
    """Call it on a picture (H, W, C): gives the picture for the network, and the `Undo` of this very picture."""

    kind: ClassVar[str]

    def __call__(self, image: np.ndarray) -> tuple[np.ndarray, Undo]:
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """For a weights card; `from_dict` reads it."""
        return {"kind": self.kind, **asdict(self)}  # type: ignore[call-overload]


@dataclass(frozen=True)
class Resize(Transform):
    """To ``height × width``; shrinking averages areas, enlarging is bilinear."""

    height: int
    width: int
    kind: ClassVar[str] = "resize"

    def __call__(self, image: np.ndarray) -> tuple[np.ndarray, Undo]:
        h, w = image.shape[:2]
        how = cv2.INTER_AREA if self.height * self.width < h * w else cv2.INTER_LINEAR
        return _resize(image, (self.height, self.width), how), Undo((lambda m, i: _resize(m, (h, w), i),))


@dataclass(frozen=True)
class Pad(Transform):
    """Right and below, up to multiples of ``multiple``, with ``value``; nothing where they are already."""

    multiple: int
    value: float = 0
    kind: ClassVar[str] = "pad"

    def __call__(self, image: np.ndarray) -> tuple[np.ndarray, Undo]:
        h, w = image.shape[:2]
        below, right = -h % self.multiple, -w % self.multiple
        widths = ((0, below), (0, right)) + ((0, 0),) * (image.ndim - 2)
        return np.pad(image, widths, constant_values=self.value), Undo((lambda m, _: m[:h, :w],))


@dataclass(frozen=True)
class Crop(Transform):
    """The box ``left, top, right, bottom`` (exclusive). Coming back, what was cut away is ``outside``.

    Raises:
        InputError: (on use) the box does not lie in the picture.
    """

    left: int
    top: int
    right: int
    bottom: int
    outside: float = 0
    kind: ClassVar[str] = "crop"

    def __call__(self, image: np.ndarray) -> tuple[np.ndarray, Undo]:
        h, w = image.shape[:2]
        if not (0 <= self.left < self.right <= w and 0 <= self.top < self.bottom <= h):
            box = (self.left, self.top, self.right, self.bottom)
            raise InputError(f"crop {box} of a {w}×{h} picture", "a box inside it")

        def back(values: np.ndarray, _how: int) -> np.ndarray:
            whole = np.full((h, w, *values.shape[2:]), self.outside, values.dtype)
            whole[self.top : self.bottom, self.left : self.right] = values
            return whole

        return image[self.top : self.bottom, self.left : self.right], Undo((back,))


@dataclass(frozen=True)
class Normalise(Transform):
    """``(image − mean) / std`` as float32, on the image's own declared scale; maps come back unchanged."""

    mean: tuple[float, ...]
    std: tuple[float, ...]
    kind: ClassVar[str] = "normalise"

    def __call__(self, image: np.ndarray) -> tuple[np.ndarray, Undo]:
        mean, std = (np.asarray(v, np.float32) for v in (self.mean, self.std))
        return (image.astype(np.float32) - mean) / std, Undo()


@dataclass(frozen=True)
class Compose(Transform):
    """One after another; the way back runs the other way round."""

    parts: tuple[Transform, ...]
    kind: ClassVar[str] = "compose"

    def __call__(self, image: np.ndarray) -> tuple[np.ndarray, Undo]:
        steps: tuple[Step, ...] = ()
        for part in self.parts:
            image, undo = part(image)
            steps += undo.steps
        return image, Undo(steps)

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "parts": [part.to_dict() for part in self.parts]}


_KINDS: dict[str, type[Transform]] = {k.kind: k for k in (Resize, Pad, Crop, Normalise, Compose)}


def from_dict(raw: dict[str, Any]) -> Transform:
    """A transform from a card's dictionary.

    Raises:
        InputError: unknown kind, or wrong arguments.
    """
    arguments = {k: tuple(v) if isinstance(v, list) else v for k, v in raw.items() if k != "kind"}
    kind = raw.get("kind")
    if kind not in _KINDS:
        raise InputError(f"no transform is called {kind!r}", f"one of {', '.join(_KINDS)}")
    if kind == "compose":
        arguments = {"parts": tuple(from_dict(part) for part in raw["parts"])}
    try:
        return _KINDS[kind](**arguments)
    except TypeError as error:
        raise InputError(f"transform {raw}: {error}", f"the arguments of {kind}") from None


def _resize(values: np.ndarray, size: tuple[int, int], how: int) -> np.ndarray:
    """OpenCV's resize for any integer dtype and any number of channels."""
    if values.shape[:2] == size:
        return values
    if values.dtype.kind in "iu" and values.dtype.itemsize > 2 and how == cv2.INTER_NEAREST:
        rows = (np.arange(size[0]) + 0.5) * values.shape[0] / size[0]
        columns = (np.arange(size[1]) + 0.5) * values.shape[1] / size[1]
        return values[rows.astype(int)][:, columns.astype(int)]
    if how == cv2.INTER_NEAREST:
        how = cv2.INTER_NEAREST_EXACT  # the plain one is off by half a pixel
    return cv2.resize(values, (size[1], size[0]), interpolation=how).reshape(*size, *values.shape[2:])
