"""The newest frame wins: a source is read beside the work, and what comes too late is dropped."""

from __future__ import annotations

import threading
import time

from core.media.camera import Source
from core.media.video import Frame

_LEAVE_S = 2.0


class Newest:
    """Holds one frame of a source, the newest; there is no queue that could grow.

    A source with a pace of its own is played at that pace. Use as a context manager; the source is closed at
    its end.

    Attributes:
        dropped: frames that were replaced before anybody took them.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self.dropped = 0
        self._frame: Frame | None = None
        self._ended = False
        self._error: Exception | None = None
        self._change = threading.Condition()
        self._halt = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def take(self, timeout: float) -> Frame | None:
        """The newest frame that nobody took yet; None where none came within ``timeout`` s or all are gone."""
        with self._change:
            self._change.wait_for(lambda: self._frame is not None or self._ended, timeout)
            frame, self._frame = self._frame, None
        if frame is None and self._error is not None:
            raise self._error
        return frame

    @property
    def ended(self) -> bool:
        """Whether every frame was taken or dropped, and no other will come."""
        return self._ended and self._frame is None

    def _read(self) -> None:
        ahead = None  # the source's clock less ours
        try:
            for frame in self._source.frames():
                if self._source.recorded:
                    ahead = frame.time_s - time.monotonic() if ahead is None else ahead
                    self._halt.wait(max(0.0, frame.time_s - ahead - time.monotonic()))
                if self._halt.is_set():
                    break
                with self._change:
                    self.dropped += self._frame is not None
                    self._frame = frame
                    self._change.notify()
        except Exception as error:
            self._error = error
        finally:
            self._source.close()  # here: a device must not be closed while it is being read
            with self._change:
                self._ended = True
                self._change.notify()

    def __enter__(self) -> Newest:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._halt.set()
        self._thread.join(_LEAVE_S)  # a camera that hangs is left to the end of the process
