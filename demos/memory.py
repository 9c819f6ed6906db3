"""Memory that requests have freed goes back to the system, not only to the process."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable

from core.heap import glibc

EVERY_S = 15.0


def trimmer() -> Callable[[], object] | None:
    """What gives freed memory back; None where the C library has no such thing (only glibc keeps so much).

    What was freed in the middle of a heap stays with it otherwise.
    """
    library = glibc()
    if library is None:
        return None
    trim = library.malloc_trim
    trim.argtypes, trim.restype = [ctypes.c_size_t], ctypes.c_int
    return lambda: trim(0)


def give_back_memory(stopped: threading.Event, every_s: float = EVERY_S) -> None:
    """Do so now and then, in a thread of its own, until ``stopped`` is set."""
    trim = trimmer()
    if trim is None:
        return

    def now_and_then() -> None:
        while not stopped.wait(every_s):
            trim()

    threading.Thread(target=now_and_then, daemon=True, name="memory").start()
