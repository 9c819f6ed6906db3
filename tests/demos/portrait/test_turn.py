"""Videos take turns, and may be stopped before theirs has come."""

from __future__ import annotations

from demos.portrait.video import Turn


def test_one_that_is_stopped_while_it_waits_never_begins():
    first, second, third = Turn(), Turn(), Turn()
    assert not Turn.busy()
    assert first.begin() and Turn.busy()
    assert second.stop(), "it had not begun"
    first.end()
    assert not second.begin() and not Turn.busy()
    assert third.begin() and not third.stop() and third.halt.is_set()
    third.end()
    assert not Turn.busy()
