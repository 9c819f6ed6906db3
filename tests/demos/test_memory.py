"""Freed memory goes back now and then, until the server stops."""

from __future__ import annotations

import threading

import pytest

from core.heap import glibc
from demos import memory


@pytest.mark.skipif(glibc() is None, reason="only glibc keeps so much")
def test_glibc_gives_back():
    trim = memory.trimmer()
    assert trim is not None and trim() in (0, 1)


def test_it_happens_again_and_again_until_the_server_stops(monkeypatch):
    thrice, stopped = threading.Semaphore(0), threading.Event()
    monkeypatch.setattr(memory, "trimmer", lambda: thrice.release)
    memory.give_back_memory(stopped, 0.001)
    assert all(thrice.acquire(timeout=30) for _ in range(3))
    (thread,) = (t for t in threading.enumerate() if t.name == "memory")
    stopped.set()
    thread.join(30)
    assert not thread.is_alive()


def test_without_such_a_thing_no_thread_is_started(monkeypatch):
    monkeypatch.setattr(memory, "trimmer", lambda: None)
    memory.give_back_memory(threading.Event(), 0.001)
    assert not any(t.name == "memory" for t in threading.enumerate())
