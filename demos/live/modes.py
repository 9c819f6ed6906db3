"""What a stream does with a frame: the applications that have a live mode."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from core.driving.stream import DrivingStream
from core.portrait.stream import PortraitStream
from demos.live.protocol import Settings


class Mode(Protocol):
    """An application's per-frame object with the visitor's settings.

    Attributes:
        notice: key of a text that the visitor should see while it holds; "" for none.
    """

    notice: str

    def set(self, settings: Settings, picture: np.ndarray | None) -> None:
        """Take over new settings; what was learnt of earlier frames stays."""

    def __call__(self, frame: np.ndarray, time_s: float) -> np.ndarray:
        """uint8 RGB (H, W, 3) → the same, or grey (H, W)."""


class Portrait:
    """People sharp before another background."""

    notice = ""

    def __init__(self, segmenter: Any) -> None:
        self._stream = PortraitStream(segmenter)

    def set(self, settings: Settings, picture: np.ndarray | None) -> None:
        if settings.output == "image" and picture is None:
            settings = replace(settings, output="blur")  # not chosen yet: blur until it is
        self._stream.effect = settings.effect(picture)

    def __call__(self, frame: np.ndarray, time_s: float) -> np.ndarray:
        return self._stream(frame, time_s)


class Driving:
    """A road's parts in colours."""

    _NEWS = 0.1  # of a frame, in whether the network is in doubt: single frames say nothing
    _SAY, _UNSAY = 0.7, 0.3

    def __init__(self, segmenter: Any) -> None:
        self.notice = ""
        self._stream = DrivingStream(segmenter)
        self._doubt = 0.0

    def set(self, settings: Settings, picture: np.ndarray | None) -> None:
        self._stream.look = settings.look()

    def __call__(self, frame: np.ndarray, time_s: float) -> np.ndarray:
        shown = self._stream(frame, time_s)
        doubtful = self._stream.last is not None and self._stream.last.doubtful
        self._doubt += self._NEWS * (doubtful - self._doubt)
        if self._doubt > self._SAY:
            self.notice = "live_doubtful"
        elif self._doubt < self._UNSAY:
            self.notice = ""
        return shown


MAKERS: dict[str, type[Portrait] | type[Driving]] = {"portrait": Portrait, "driving": Driving}
