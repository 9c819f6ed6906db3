"""A step beside another one, in a thread that is kept for the next time."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Company:
    """Threads for steps beside others, and a count of those who are at work."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(thread_name_prefix="beside")  # they start when first needed
        self._turn = threading.Lock()
        self._at_work = 0

    def beside(self, step: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Begin ``step``; ``.result()`` waits for what it returns, and raises what it raises.

        Worth it for steps of a millisecond that compute outside the interpreter (OpenCV, NumPy on large arrays), when
        nobody else needs the cores: handing over takes a twentieth of a millisecond, and both sides wait for the
        interpreter. A step may not wait for another one begun so.
        """
        return self._threads.submit(step, *args, **kwargs)

    @contextmanager
    def working(self) -> Iterator[bool]:
        """Around some work: whether nobody else is at work, as this begins."""
        with self._turn:
            self._at_work += 1
            alone = self._at_work == 1
        try:
            yield alone
        finally:
            with self._turn:
                self._at_work -= 1


company = Company()


def _renew() -> None:
    """A forked process has none of its parent's threads: what is handed to them would never be done."""
    company.__init__()  # type: ignore[misc]


if hasattr(os, "register_at_fork"):  # Windows cannot fork
    os.register_at_fork(after_in_child=_renew)
