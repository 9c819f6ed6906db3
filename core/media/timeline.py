"""The times of a file's streams on one clock: it begins at 0, and goes on where the file's own starts again."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

_BACK_S, _AHEAD_S = 1, 10
"""A clock that jumps by more than this, back or ahead, is another one."""


@dataclass
class _Place:
    """Where one stream has come to: the piece of the file, and its last time there."""

    piece: int = 0
    last: Fraction | None = None


class Timeline:
    """What to add to a file's times, in seconds.

    Recordings that were joined, and broadcasts, start their clock anew in their middle. All streams do, each when its own
    packets come; what is added is the same for all, so that sound and picture stay together.

    Args:
        origin: which of the file's times becomes 0.
        ahead: whether jumps ahead are joins, too; in most files they are pauses.
    """

    def __init__(self, origin: Fraction, *, ahead: bool) -> None:
        self._shifts = [-origin]
        self._ahead = ahead
        self._places: dict[str, _Place] = {}
        self._end = Fraction(0)

    def shift(self, stream: str, time: Fraction, end: Fraction) -> Fraction:
        """For what ``stream`` gives at ``time`` and shows until ``end``; to be asked in the stream's order."""
        place = self._places.setdefault(stream, _Place())
        if self._jumps(place, time):
            place.piece += 1
            if place.piece == len(self._shifts):  # the first stream to come there
                self._shifts.append(self._end - time)
        place.last = time
        shift = self._shifts[place.piece]
        self._end = max(self._end, end + shift)
        return shift

    def _jumps(self, place: _Place, time: Fraction) -> bool:
        if place.last is None:
            return False
        if time < place.last - _BACK_S:
            return True
        # As long as another stream goes on, this one has only paused.
        beside = [p.last for p in self._places.values() if p.piece == place.piece and p.last is not None]
        return self._ahead and time > max(beside) + _AHEAD_S
