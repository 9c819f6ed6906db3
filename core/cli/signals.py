"""What a service manager or a closing terminal sends ends a command as Ctrl-C does: with its files in order."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any


class Ended(KeyboardInterrupt):
    """By a signal of this ``number``: who sent it looks for 128 more as the exit code."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def endings() -> list[int]:
    """Signals that ask to end and are not ignored, as ``nohup`` has it; none but in the main thread, where Python takes them."""
    if threading.current_thread() is not threading.main_thread():
        return []
    # Windows lacks one.
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    return [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]


@contextlib.contextmanager
def heeded() -> Iterator[None]:
    """While inside, the first of them raises `Ended`."""
    numbers = endings()

    def end(number: int, _frame: Any) -> None:
        # A closing terminal sends several; what is being tidied up must not stop half-way.
        for other in numbers:
            signal.signal(other, signal.SIG_IGN)
        raise Ended(number)

    before = {number: signal.signal(number, end) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def tell(text: str) -> None:
    """On standard error; a terminal that has gone changes nothing."""
    with contextlib.suppress(OSError):
        print(text, file=sys.stderr, flush=True)
