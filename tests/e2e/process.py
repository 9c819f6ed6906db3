"""The server in a process of its own: started, watched, and ended with a Ctrl-C."""

from __future__ import annotations

import contextlib
import re
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Server:
    """A running ``python -m demos``.

    Attributes:
        address: of its page.
        log: of what it tried to reach beyond this machine.
    """

    address: str
    log: Path

    def outside(self) -> str:
        """What it tried to reach so far; "": nothing."""
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""


def keep_open(address: str) -> None:
    """A page that somebody still has open: it listens to the server without end."""
    with (
        contextlib.suppress(httpx.HTTPError),
        httpx.stream("GET", f"{address}/gradio_api/heartbeat/{secrets.token_hex()}", timeout=60) as answer,
    ):
        for _ in answer.iter_bytes():
            pass


@contextlib.contextmanager
def serving(*options: str, folder: Path, environment: Mapping[str, str]) -> Iterator[Server]:
    """A server with these options; ``folder``: for its log. It has to end cleanly with a page open, and to have called nobody."""
    log = folder / "outside.log"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.watched", str(log), "--no-browser", *options],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment,
    )  # fmt: skip
    lines: list[str] = []
    ready = threading.Event()
    address: list[str] = []

    def read() -> None:
        assert process.stdout
        for line in process.stdout:
            lines.append(line)
            if found := re.search(r"ready at (http://\S+)", line):
                address.append(found[1])
                ready.set()
        ready.set()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    if not ready.wait(600) or not address:
        process.kill()
        pytest.fail("the server did not start:\n" + "".join(lines))
    server = Server(address[0], log)
    yield server
    threading.Thread(target=keep_open, args=(server.address,), daemon=True).start()
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    try:
        assert process.wait(20) == 0, "Ctrl-C ends it cleanly"
    except subprocess.TimeoutExpired:
        process.kill()
        pytest.fail("Ctrl-C did not end the server:\n" + "".join(lines))
    reader.join(60)  # what it said last, too
    assert "Traceback" not in "".join(lines), "".join(lines)
    assert server.outside() == "", "connections beyond this machine"
