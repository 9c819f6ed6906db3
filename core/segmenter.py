"""Card + engine + transform: the one way an application asks for a segmentation."""

from __future__ import annotations

import functools
import threading
from collections import OrderedDict

import cv2
import numpy as np

from core.engine import NetworkSource, Runner, open_runner, pick_engine
from core.errors import InputError
from core.weights import Card, load_card, load_state, verify

# Compiled graphs kept open per segmenter: a folder of photos has few aspects.
_OPEN_RUNNERS = 6


@functools.lru_cache(maxsize=256)
def fit_size(height: int, width: int, area: int, multiple: int) -> tuple[int, int]:
    """Network size (h, w) for a frame: about ``area`` px, sides multiples of ``multiple``, nearest aspect.

    >>> fit_size(480, 640, 384 * 288, 32)
    (288, 384)
    """
    # Beyond 3:1 the short side would vanish; such frames are squeezed.
    aspect = min(max(width / height, 1 / 3), 3.0)
    best, best_cost = (multiple, multiple), float("inf")
    for rows in range(1, 4 * int(area**0.5) // multiple + 2):
        for columns in range(1, 4 * int(area**0.5) // multiple + 2):
            h, w = rows * multiple, columns * multiple
            if h * w > 1.1 * area:
                break
            # A distorted aspect costs as much as lost resolution.
            cost = abs(np.log(w / h / aspect)) + 0.5 * abs(np.log(h * w / area))
            if cost < best_cost:
                best, best_cost = (h, w), cost
    return best


def shrink(frame: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize a frame to (height, width) without aliasing.

    Halvings average exact 2×2 squares, then one bilinear step of less than 2: ten times as fast as an area
    resize by a fraction, which leaves OpenCV's fast path (1.3 ms for 640×480 to 224×160, against 0.1).
    """
    while frame.shape[0] >= 2 * height and frame.shape[1] >= 2 * width:
        even = frame[: frame.shape[0] // 2 * 2, : frame.shape[1] // 2 * 2]
        frame = cv2.resize(even, (even.shape[1] // 2, even.shape[0] // 2), interpolation=cv2.INTER_AREA)
    if frame.shape[:2] == (height, width):
        return np.ascontiguousarray(frame)
    return cv2.resize(frame, (width, height), interpolation=cv2.INTER_LINEAR)


class Segmenter:
    """Asks one network. Thread-safe; frames may change size from call to call.

    Args:
        card: which network.
        engine: ``auto``, ``openvino``, ``torch`` or ``torch-cpu``.
        threads: of the CPU (None: all).
    """

    def __init__(self, card: Card, *, engine: str = "auto", threads: int | None = None) -> None:
        verify(card)  # a damaged file is found even where the compiled graph is cached
        self.card, self.engine, self.threads = card, pick_engine(engine), threads
        self._runners: OrderedDict[tuple[int, int], Runner] = OrderedDict()
        self._lock = threading.Lock()
        mean, std = card.transform["mean"], card.transform["std"]
        self._source = NetworkSource(card.sha256[:24], self._build, tuple(mean), tuple(std))

    def _build(self):  # -> nn.Module
        from core.models import build_model

        return load_state(self.card, build_model(self.card.architecture, **self.card.arguments))

    def _runner(self, height: int, width: int) -> tuple[Runner, tuple[int, int]]:
        size = fit_size(height, width, self.card.transform["area"], self.card.transform["multiple"])
        with self._lock:
            if size not in self._runners:
                self._runners[size] = open_runner(
                    self._source, size, engine=self.engine, threads=self.threads
                )
                while len(self._runners) > _OPEN_RUNNERS:
                    self._runners.popitem(last=False)
            self._runners.move_to_end(size)
            return self._runners[size], size

    def matte(self, frame: np.ndarray) -> np.ndarray:
        """Alpha of a frame, as the network answers it, brought to the frame's size.

        Args:
            frame: uint8 RGB (H, W, 3).

        Returns:
            float32 (H, W) in 0 … 1, 1 is a person.

        Raises:
            InputError: another shape or dtype.
        """
        if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8 or not frame.size:
            raise InputError(
                f"a frame of shape {frame.shape} and dtype {frame.dtype}",
                "uint8 RGB (H, W, 3)",
                "convert it first",
            )
        height, width = frame.shape[:2]
        runner, (h, w) = self._runner(height, width)
        # OpenCV's resizes were measured faster than the same steps inside the graph.
        return cv2.resize(runner(shrink(frame, h, w))[0], (width, height), interpolation=cv2.INTER_LINEAR)


_segmenters: dict[tuple[str, str, str, int | None], Segmenter] = {}
_segmenters_lock = threading.Lock()


def load_segmenter(
    name: str = "portrait-fine", *, engine: str = "auto", threads: int | None = None
) -> Segmenter:
    """The segmenter of a card's name; the same object for the same request.

    Raises:
        InputError: unknown name, damaged checkpoint, unknown engine.
    """
    card = load_card(name)
    key = (name, card.sha256, engine, threads)
    with _segmenters_lock:
        if key not in _segmenters:
            _segmenters[key] = Segmenter(card, engine=engine, threads=threads)
        return _segmenters[key]
