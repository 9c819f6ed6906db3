"""Visits: names that nobody guesses, files that go with them, work that is stopped with them."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from core.errors import InputError
from core.medical.grid import Grid
from core.medical.volume import Volume
from demos.medical.job import Job
from demos.medical.subject import Subject
from demos.medical.visits import Visits

ROOT = Path(__file__).parents[3]


def subject(voxels: int = 1000) -> Subject:
    data = np.arange(voxels, dtype=np.int16).reshape(-1, 10, 10)
    return Subject(Volume(data, Grid((voxels // 100, 10, 10), np.eye(4))))


def test_ending_a_visit_deletes_its_files_and_stops_its_work():
    visits = Visits()
    visit = visits.open()
    (visit.folder / "scan.nii").write_bytes(b"private")
    began = threading.Event()

    def endless(tell):
        while True:
            tell("working", 0.5)
            began.set()
            time.sleep(0.01)

    visit.job = Job(endless)
    assert began.wait(10)
    visits.end(visit.token)
    assert not visit.folder.exists() and visits.get(visit.token) is None
    assert visit.job.wait(10).outcome == "cancelled"
    visits.end(visit.token)  # twice is no error: a page may say goodbye twice


def test_visits_that_were_left_alone_are_over():
    visits = Visits(idle_s=2)
    visit = visits.open()
    (visit.folder / "scan.nii").write_bytes(b"private")
    deadline = time.monotonic() + 20
    while visit.folder.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not visit.folder.exists() and len(visits) == 0


def test_looking_keeps_a_visit_alive():
    visits = Visits(idle_s=1000)
    visit = visits.open()
    visit.touched -= 2000
    assert visits.get(visit.token) is visit
    visits.sweep()
    assert visits.get(visit.token) is visit
    visit.touched -= 2000
    visits.sweep()
    assert visits.get(visit.token) is None


def test_the_oldest_go_for_number_and_memory():
    visits = Visits(capacity=2)
    first, second, third = (visits.open() for _ in range(3))
    assert visits.get(first.token) is None and not first.folder.exists()
    assert visits.get(second.token) is second and visits.get(third.token) is third
    small = Visits(max_bytes=5000)
    a, b = small.open(), small.open()
    shared = subject()
    a.subject = b.subject = shared
    assert small.get(a.token) is a and small.get(b.token) is b, "2000 bytes that both look at count once"
    a.subject = subject(2000)
    assert small.get(b.token) is b and small.get(a.token) is None, "2000 and 4000 are too much"
    b.subject = subject(10_000)
    assert small.get(b.token) is b, "the newest stays, however large"


def test_nothing_stays_when_the_server_goes():
    visits = Visits()
    folder = visits.open().folder.parent
    assert folder.stat().st_mode & 0o077 == 0, "nobody else may look"
    visits.sweep()
    del visits
    gc.collect()
    code = (
        "from demos.medical.visits import Visits; v = Visits(); visit = v.open();"
        "(visit.folder / 'a').write_text('private'); print(visit.folder.parent)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 0, ended.stderr
    assert "triptych-medical-" in ended.stdout and not Path(ended.stdout.strip()).exists()


def test_names_cannot_be_guessed():
    visits = Visits()
    tokens = {visits.open().token for _ in range(12)}
    assert len(tokens) == 12 and all(len(token) >= 32 for token in tokens)


def test_jobs_take_turns_and_tell_how_they_stand():
    let_go, started = threading.Event(), threading.Event()

    def first(tell):
        tell("reading", 0.25)
        started.set()
        let_go.wait(20)

    one = Job(first)
    assert started.wait(10)
    assert (one.state.outcome, one.state.what, one.state.share) == ("running", "reading", 0.25)
    two = Job(lambda tell: tell("reading", 1.0))
    three = Job(lambda tell: pytest.fail("was cancelled while it waited"))
    time.sleep(0.3)
    assert two.state.what == "waiting"
    three.cancel()
    assert three.wait(10).outcome == "cancelled"
    let_go.set()
    assert one.wait(10).outcome == two.wait(10).outcome == "done"


def test_what_is_wrong_with_a_file_is_the_jobs_error():
    def bad(tell):
        raise InputError("head.nii is cut short")

    state = Job(bad).wait(10)
    assert state.outcome == "failed" and state.error is not None and "cut short" in str(state.error)


def test_a_cancel_at_the_last_moment_counts():
    job: list[Job] = []
    ready = threading.Event()

    def work(tell):
        ready.wait(10)
        job[0].cancel()

    job.append(Job(work))
    ready.set()
    assert job[0].wait(10).outcome == "cancelled"
