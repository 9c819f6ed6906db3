"""What is open already is not waited for; what failed to open is tried again."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from core.engine.opened import KeptOpen
from core.segmenter import Segmenter


def test_each_is_opened_once_however_many_ask():
    opened: list[int] = []
    together = threading.Barrier(4, timeout=30)
    kept = KeptOpen(lambda key: opened.append(key) or object(), 2)

    def ask(_: int) -> object:
        together.wait()
        return kept(7)

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(ask, range(4)))) == 1
    assert opened == [7]


def test_those_asked_for_last_are_kept():
    opened: list[int] = []
    kept = KeptOpen(opened.append, 2)
    for key in (1, 2, 1, 3, 1, 2):
        kept(key)
    assert opened == [1, 2, 3, 2]


def test_a_failed_opening_is_told_and_tried_again():
    faults = [ValueError("no memory")]

    def open_one(key: int) -> int:
        if faults:
            raise faults.pop()
        return key

    kept = KeptOpen(open_one, 2)
    with pytest.raises(ValueError, match="no memory"):
        kept(1)
    assert kept(1) == 1


@pytest.mark.parametrize("task", ["matte", "instance"])
def test_a_new_size_makes_nobody_wait_whose_own_is_open(request, monkeypatch, task):
    """A visitor with a frame of another shape, whose network takes seconds to open."""
    segmenter = Segmenter(
        request.getfixturevalue("tiny_card" if task == "matte" else "tiny_things"),
        engine="torch-cpu",
        threads=1,
    )
    ask = segmenter.matte if task == "matte" else segmenter.instances
    small, upright = np.zeros((96, 128, 3), np.uint8), np.zeros((128, 96, 3), np.uint8)
    ask(small)
    began, go_on = threading.Event(), threading.Event()

    def slow(*_args: object, **_settings: object):
        began.set()
        assert go_on.wait(60)
        raise RuntimeError("enough was seen")

    monkeypatch.setattr(
        "core.segmenter.open_runner" if task == "matte" else "core.instances.detector.open_graph", slow
    )
    with ThreadPoolExecutor(2) as pool:
        other = pool.submit(ask, upright)
        assert began.wait(60)
        mine = pool.submit(ask, small)
        try:
            mine.result(timeout=30)
        finally:
            go_on.set()
        with pytest.raises(RuntimeError, match="enough"):
            other.result()
