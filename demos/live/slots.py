"""How many streams run at once, and who comes next."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager


class Slots:
    """A stated number of places, handed out in the order of asking. For one event loop.

    Args:
        limit: places.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.taken = 0
        self._queue: list[asyncio.Event] = []

    @property
    def waiting(self) -> int:
        """How many stand in the queue."""
        return len(self._queue)

    @asynccontextmanager
    async def place(self, on_wait: Callable[[int], Awaitable[None]]) -> AsyncIterator[None]:
        """Hold a place. While there is none, ``on_wait(n)`` tells how many wait before, at every change of it."""
        turn = asyncio.Event()
        self._queue.append(turn)
        try:
            told = None
            while (before := self._queue.index(turn)) or self.taken >= self.limit:
                turn.clear()  # from here on a change is not missed, whatever is awaited
                if before != told:
                    told = before
                    await on_wait(before)
                    continue
                await turn.wait()
        except BaseException:
            self._queue.remove(turn)
            self._moved()
            raise
        self._queue.remove(turn)
        self.taken += 1
        self._moved()
        try:
            yield
        finally:
            self.taken -= 1
            self._moved()

    def _moved(self) -> None:
        for turn in self._queue:
            turn.set()
