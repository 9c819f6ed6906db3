"""What takes seconds to open is kept open, and nobody waits for an opening that is not his own."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Thing = TypeVar("Thing")


class KeptOpen(Generic[Key, Thing]):
    """Opens each key once, and keeps those that were asked for last. Thread-safe.

    Args:
        open_one: may raise; then everybody who waits for it is told, and the next who asks opens anew.
        most: that are kept.

    >>> kept = KeptOpen(lambda size: [size], 2)
    >>> kept(1) is kept(1)
    True
    """

    def __init__(self, open_one: Callable[[Key], Thing], most: int) -> None:
        self._open_one, self._most = open_one, most
        self._things: OrderedDict[Key, Future[Thing]] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, key: Key) -> Thing:
        """What ``key`` opens."""
        with self._lock:
            thing = self._things.get(key)
            if known := thing is not None:
                self._things.move_to_end(key)
            else:
                thing = self._things[key] = Future()
                while len(self._things) > self._most:
                    self._things.popitem(last=False)
        if not known:
            try:
                thing.set_result(self._open_one(key))
            except BaseException as error:
                with self._lock:
                    if self._things.get(key) is thing:
                        del self._things[key]
                thing.set_exception(error)
        return thing.result()
