"""One portrait after another: the per-frame object for videos, webcams and the browser's live view."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Protocol

import numpy as np

from core.portrait.compose import Quality, compose, cover
from core.portrait.effect import Effect, check_picture
from core.portrait.follow import Follower
from core.portrait.smoothing import TemporalSmoother


class MatteSource(Protocol):
    """What is needed of a segmenter."""

    def matte(self, frame: np.ndarray) -> np.ndarray:
        """uint8 (H, W, 3) RGB → float32 (H, W) alpha, 0 to 1."""


class PortraitStream:
    """Frame in, composed frame out, with a matte that is steady over time.

    One object a stream; it may be called from any thread, and waits its turn if another is inside.

    Args:
        segmenter: gives the matte of a frame.
        effect: may be replaced at any time through ``.effect``; the next frame has it. Whom its ``keep`` points at in the
            first frame is followed from there on.
        smooth: steady the matte over time.
        quality: ``"live"`` in a few milliseconds, or ``"photo"`` when time does not matter.
    """

    def __init__(
        self,
        segmenter: MatteSource,
        effect: Effect | None = None,
        smooth: bool = True,
        *,
        quality: Quality = "live",
    ) -> None:
        self.segmenter = segmenter
        self.effect = effect or Effect()
        self.smooth = smooth
        self.quality = quality
        self.last_alpha: np.ndarray | None = None
        """float32 (H, W), the last frame's smoothed, unrefined matte; None before the first frame."""
        self._smoother = TemporalSmoother()
        self._follower = Follower()
        # The effect's picture, as given and of a frame's size.
        self._fitted: tuple[np.ndarray, np.ndarray] | None = None
        self._turn = threading.Lock()

    def __call__(self, frame: np.ndarray, time_s: float | None = None) -> np.ndarray:
        """The composed frame.

        Args:
            frame: uint8 (H, W, 3) RGB. A new size starts the smoothing over.
            time_s: when it was taken, seconds, rising; None: now.

        Returns:
            uint8, as `compose` gives it for the effect's output: (H, W, 3) for all but cut-outs and mattes.

        Raises:
            InputError: ``frame`` is not such an array.
        """
        check_picture(frame)
        with self._turn:
            effect = self._fit(self.effect, *frame.shape[:2])
            alpha = self.segmenter.matte(frame)
            if self.smooth:
                alpha = self._smoother(alpha, time.monotonic() if time_s is None else time_s, frame)
            self.last_alpha = alpha
            kept = None if effect.keep is None else self._follower(alpha, effect.keep)
            return compose(frame, alpha, effect, quality=self.quality, kept=kept)

    def _fit(self, effect: Effect, height: int, width: int) -> Effect:
        """``effect`` with its picture scaled to a frame's size: once, not for every frame."""
        if effect.output != "image" or effect.image is None:
            return effect
        given, fitted = self._fitted or (None, None)
        if fitted is None or given is not effect.image or fitted.shape[:2] != (height, width):
            fitted = cover(effect.image, height, width)
            self._fitted = effect.image, fitted
        return replace(effect, image=fitted)

    def prepare(self, height: int, width: int) -> None:
        """Have the network ready for frames of this size, px, so that the first one is not late."""
        self.segmenter.matte(np.zeros((height, width, 3), np.uint8))

    def reset(self) -> None:
        """Forget earlier frames, as at a cut or a seek."""
        with self._turn:
            self._smoother.reset()
            self._follower.reset()
            self.last_alpha = None
