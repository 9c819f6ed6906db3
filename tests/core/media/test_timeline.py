"""Clocks that start anew in the middle of a file."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from core.media.convert import process_video
from core.media.timeline import Timeline
from core.media.video import VideoReader
from tests.core.media.test_sound import same, sound_starts, with_sound


def times(path):
    with VideoReader(path) as reader:
        return [frame.time_s for frame in reader.frames()]


@pytest.mark.parametrize("sound", [False, True])
def test_joined_recordings_follow_each_other(make_video, tmp_path, sound):
    """As ``cat a.ts b.ts`` makes them."""
    one = with_sound(tmp_path / "a.ts", "aac", frames=50) if sound else make_video("a.ts", frames=50)
    (tmp_path / "both.ts").write_bytes(2 * one.read_bytes())
    summary = process_video(tmp_path / "both.ts", tmp_path / "out.mp4", same)
    assert summary.note is None
    made = times(tmp_path / "out.mp4")
    assert len(made) == 100
    steps = np.diff(made)
    assert np.abs(np.delete(steps, 49) - 0.04).max() < 0.002 and 0.03 < steps[49] < 0.15
    if sound:
        heard = sound_starts(tmp_path / "out.mp4")
        assert heard[-1] == pytest.approx(made[-1], abs=0.15)
        second = heard[int(np.argmax(np.diff(heard))) + 1]
        assert second - made[50] == pytest.approx(heard[0] - made[0], abs=0.04), "together as before"


def told(line: Timeline, *asked: tuple[str, float]) -> list[float]:
    """Where each stream's times come to lie, s; all last 1 s."""
    return [
        float(Fraction(time) + line.shift(name, Fraction(time), Fraction(time) + 1)) for name, time in asked
    ]


def test_times_begin_at_the_files_own_start():
    assert told(Timeline(Fraction(40_000), ahead=True), ("a", 40_000), ("b", 40_001)) == [0, 1]


def test_sound_jumps_by_as_much_as_the_picture():
    line = Timeline(Fraction(0), ahead=False)
    asked = [
        ("picture", 0),
        ("sound", 0),
        ("picture", 5),
        ("sound", 5),
        ("sound", 1),
        ("picture", 5.5),
        ("picture", 1),
    ]
    assert told(line, *asked) == [0, 0, 5, 5, 6, 5.5, 6]


def test_far_ahead_is_a_join_in_broadcasts_only():
    assert told(Timeline(Fraction(0), ahead=True), ("a", 0), ("a", 500), ("a", 501)) == [0, 1, 2]
    assert told(Timeline(Fraction(0), ahead=False), ("a", 0), ("a", 500)) == [0, 500]


def test_a_picture_that_stands_while_the_sound_goes_on_has_only_paused():
    line = Timeline(Fraction(0), ahead=True)
    asked = [("picture", 0), *(("sound", t) for t in range(30)), ("picture", 30)]
    assert told(line, *asked)[-1] == 30
