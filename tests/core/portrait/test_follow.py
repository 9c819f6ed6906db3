"""Who was pointed at in the first frame of a video stays chosen."""

from __future__ import annotations

import cv2
import numpy as np

from core.portrait import Effect, PortraitStream
from core.portrait.follow import Follower
from tests.core.portrait.shapes import texture

HEIGHT, WIDTH = 240, 480


def _people(*lefts: int) -> np.ndarray:
    """A matte of people 80 px wide; the first is the smallest, hence not the first in any list."""
    alpha = np.zeros((HEIGHT, WIDTH), np.float32)
    for number, left in enumerate(lefts):
        alpha[100 - 20 * number : 230, max(0, left) : max(0, left + 80)] = 1
    return alpha


def _at(left: int) -> tuple[tuple[float, float], ...]:
    return (((left + 40) / WIDTH, 0.7),)


def _kept(follower: Follower, left: int, others: tuple[int, ...], points: tuple) -> tuple[float, float]:
    """Of the person at ``left`` and of the others: the share that is kept."""
    share = follower(_people(left, *others), points)
    mine = _people(left) > 0
    theirs = (_people(left, *others) > 0) & ~mine
    return float(share[mine].mean()), float(share[theirs].mean()) if theirs.any() else 0.0


def test_someone_who_walks_stays_chosen() -> None:
    follower, points = Follower(), _at(10)
    for left in range(10, 250, 12):
        assert _kept(follower, left, (390,), points) == (1.0, 0.0)


def test_two_who_touch_are_told_apart_again() -> None:
    follower, points = Follower(), _at(10)
    for left in [*range(10, 230, 10), *range(230, 10, -10)]:
        mine, theirs = _kept(follower, left, (300,), points)
        assert mine > 0.75 and theirs < 0.2
    assert _kept(follower, 10, (300,), points) == (1.0, 0.0)


def test_who_comes_later_is_not_chosen_and_who_returns_is() -> None:
    follower, points = Follower(), _at(10)
    assert _kept(follower, 10, (), points) == (1.0, 0.0)
    assert _kept(follower, 14, (350,), points) == (1.0, 0.0)
    assert not follower(_people(350), points).any(), "only the other one is there"
    assert _kept(follower, 14, (350,), points) == (1.0, 0.0)


def test_another_point_or_size_or_a_reset_chooses_anew() -> None:
    follower = Follower()
    alpha = _people(10, 300)
    assert follower(alpha, _at(10))[150, 50] == 1
    moved = follower(alpha, _at(300))
    assert moved[150, 340] == 1 and moved[150, 50] == 0
    large = cv2.resize(alpha, (2 * WIDTH, 2 * HEIGHT))
    assert follower(large, _at(300))[300, 680] == 1
    small = cv2.resize(alpha, (WIDTH // 2, HEIGHT // 2))
    assert follower(small, _at(300))[75, 170] == 1
    follower.reset()
    assert not follower(_people(150), _at(300)).any()


class Walking:
    """A segmenter that sees one person go and another stand."""

    def __init__(self) -> None:
        self.left = -2

    def matte(self, frame: np.ndarray) -> np.ndarray:
        self.left += 12
        return _people(self.left, 390)


def test_a_stream_keeps_who_was_pointed_at() -> None:
    frame = texture(HEIGHT, WIDTH)
    stream = PortraitStream(Walking(), Effect(output="matte", keep=_at(10)), smooth=False)
    for number in range(18):
        matte = stream(frame, number / 30)
        left = stream.segmenter.left
        assert matte[180, left + 40] == 255 and matte[180, 430] == 0
