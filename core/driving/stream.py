"""One road frame after another: the per-frame object for pictures, videos, webcams and the browser's live view."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

import numpy as np

from core.driving.parsed import Look, ParsedFrame
from core.driving.smoothing import SceneSmoother
from core.results import ClassScores, Instances


class SceneSource(Protocol):
    """What is needed of a segmenter."""

    def semantic(self, frame: np.ndarray) -> ClassScores:
        """uint8 (H, W, 3) RGB → probabilities of the 19 Cityscapes classes."""


class DrivingStream:
    """Frame in, picture of its parts out, with a map that is steady over time.

    One object a stream; it may be called from any thread, and waits its turn if another is inside. A still picture is a
    stream of one frame: ``parse`` it and ``render`` what comes back as often as the look changes.

    Args:
        segmenter: gives the probabilities of a frame.
        look: may be replaced at any time through ``.look``; the next frame has it.
        smooth: steady the map over time.
        find_instances: finds the things of a frame for the views ``instances`` and ``panoptic``; asked only when one of these is
            shown. None: connected regions stand in for them, cheap enough for live video.
    """

    def __init__(
        self,
        segmenter: SceneSource,
        look: Look | None = None,
        smooth: bool = True,
        *,
        find_instances: Callable[[np.ndarray], Instances] | None = None,
    ) -> None:
        self.segmenter = segmenter
        self.look = look or Look()
        self.smooth = smooth
        self.find_instances = find_instances
        self.last: ParsedFrame | None = None
        """The last frame with its label map, shares, confidence and doubt, in Cityscapes' labels
        (``last.in_labels(…)`` in others); None before the first."""
        self._smoother = SceneSmoother()
        self._turn = threading.Lock()

    def __call__(self, frame: np.ndarray, time_s: float | None = None) -> np.ndarray:
        """The picture of a frame as ``.look`` wants it, uint8 RGB (H, W, 3).

        Args:
            frame, time_s: as of `parse`.

        Raises:
            InputError: ``frame`` is not uint8 (H, W, 3).
        """
        look = self.look
        return self.parse(frame, time_s).render(look)

    def parse(self, frame: np.ndarray, time_s: float | None = None) -> ParsedFrame:
        """The frame taken apart, for whoever wants numbers or files rather than one picture.

        Args:
            frame: uint8 (H, W, 3) RGB; kept in the result, so leave it unchanged. A new size starts the smoothing over.
            time_s: when it was taken, seconds, rising; None: now.

        Raises:
            InputError: ``frame`` is not such an array.
        """
        with self._turn:
            scores = self.segmenter.semantic(frame)
            if self.smooth:
                scores = self._smoother(scores, time.monotonic() if time_s is None else time_s, frame)
            self.last = ParsedFrame(frame, scores, self.find_instances)
            return self.last

    def prepare(self, height: int, width: int) -> None:
        """Have the network ready for frames of this size, px, so that the first one is not late."""
        self.segmenter.semantic(np.zeros((height, width, 3), np.uint8))

    def reset(self) -> None:
        """Forget earlier frames, as at a cut or a seek."""
        with self._turn:
            self._smoother.reset()
            self.last = None
