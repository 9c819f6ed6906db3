"""Work that takes a while: in a thread of its own, told about as it goes, stopped when asked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from core.errors import InputError

# One volume at a time: two would need twice the memory and gain nothing.
_TURN = threading.Lock()
_LOOK_S = 0.2


class Cancelled(Exception):
    """The visitor wants no more of it."""


@dataclass(frozen=True)
class State:
    """How a job stands.

    Attributes:
        outcome: ``running``, ``done``, ``failed`` or ``cancelled``.
        what: is being done: ``waiting``, or what the work said.
        share: done of it, 0 to 1.
        error: why it failed; None: a bug, whose traceback the server has printed.
    """

    outcome: str
    what: str
    share: float
    error: InputError | None = None


class Job:
    """Runs ``work`` in a thread, when no other job runs.

    Args:
        work: is given a function (what is being done, share done) which raises `Cancelled` once `cancel` was called.
    """

    def __init__(self, work: Callable[[Callable[[str, float], None]], None]) -> None:
        self._work = work
        self._halt = threading.Event()
        self._state = State("running", "waiting", 0.0)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def state(self) -> State:
        return self._state

    def cancel(self) -> None:
        """Ask it to stop; it does at its next step."""
        self._halt.set()

    def wait(self, seconds: float | None = None) -> State:
        """Until it has ended, or so long."""
        self._thread.join(seconds)
        return self._state

    def _tell(self, what: str, share: float) -> None:
        if self._halt.is_set():
            raise Cancelled
        self._state = State("running", what, min(max(share, 0.0), 1.0))

    def _run(self) -> None:
        try:
            while not _TURN.acquire(timeout=_LOOK_S):
                self._tell("waiting", 0.0)
            try:
                self._work(self._tell)
                self._tell("done", 1.0)  # what was cancelled at the last moment is cancelled
            finally:
                _TURN.release()
            self._state = State("done", "done", 1.0)
        except Cancelled:
            self._state = State("cancelled", self._state.what, self._state.share)
        except InputError as error:
            self._state = State("failed", self._state.what, self._state.share, error)
        except BaseException:
            self._state = State("failed", self._state.what, self._state.share)
            raise  # a bug: threading prints its traceback
