"""How long the files of those who call are kept."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from core.errors import InputError
from demos.api.callers import Callers


@pytest.fixture(autouse=True)
def pages(monkeypatch, tmp_path) -> Path:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "pages"))
    return tmp_path / "pages"


def upload(pages: Path, name: str = "me.png") -> Path:
    path = pages / "0123" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"content")
    return path


def call(callers: Callers, session: str, *uploads: Path) -> Path:
    callers.know_uploads({str(path) for path in uploads})
    with callers.call(session, *map(str, uploads)) as folder:
        (folder / "result.png").write_bytes(b"result")
    return folder


def files(pages: Path) -> list[Path]:
    # Not rglob: it fails where a folder goes while it looks.
    return [Path(folder) / name for folder, _, names in os.walk(pages) for name in names]


def test_results_wait_to_be_fetched_and_go_with_the_session(pages):
    callers = Callers()
    mine, other = call(callers, "a"), call(callers, "b")
    assert (mine / "result.png").exists() and mine.is_relative_to(pages), "Gradio serves it from there"
    callers.end("a")
    assert not mine.exists() and other.exists()
    callers.end("nobody")


def test_a_call_that_fails_leaves_nothing(pages):
    callers = Callers()
    with pytest.raises(InputError), callers.call("a") as folder:
        (folder / "half.png").write_bytes(b"half")
        raise InputError("no")
    assert files(pages) == []


def test_a_session_that_ends_during_a_call_keeps_it_going(pages):
    callers = Callers(idle_s=0.05)
    with callers.call("a") as folder:
        callers.end("a")
        (folder / "result.png").write_bytes(b"result")
    time.sleep(0.1)
    callers.sweep()
    assert not folder.exists()


def test_a_caller_that_never_says_goodbye_is_forgotten(pages):
    callers = Callers(idle_s=0.2)
    call(callers, "a", upload(pages))
    for _ in range(200):  # by its own timer
        if not files(pages):
            break
        time.sleep(0.05)
    assert files(pages) == []


def test_an_upload_stays_while_anyone_may_need_it(pages, monkeypatch):
    callers = Callers(idle_s=1000)
    path = upload(pages)
    call(callers, "a", path)
    call(callers, "b", path)
    callers.end("a")
    callers.end("b")
    callers.sweep()
    assert path.exists(), "it may just have been sent again by one who has not called yet"
    call(callers, "c", path)
    monkeypatch.setattr("demos.api.callers.time.time", lambda: os.stat(path).st_ctime + 2000)
    callers.sweep()
    assert path.exists(), "a living session has named it"
    callers.end("c")
    callers.sweep()
    assert not path.exists() and not path.parent.exists()


def test_what_nobody_sent_is_nobodys_to_delete(pages, monkeypatch):
    """A call may name any file that its caller can see, such as the first screen's picture."""
    callers = Callers(idle_s=1000)
    shown = upload(pages, "example.png")
    with callers.call("a", str(shown)):
        pass
    callers.end("a")
    monkeypatch.setattr("demos.api.callers.time.time", lambda: os.stat(shown).st_ctime + 2000)
    callers.sweep()
    assert shown.exists()
