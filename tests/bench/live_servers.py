"""The two servers that are compared, each a process of its own with a folder of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
START_S, STOP_S = 300, 20


@dataclass(frozen=True)
class Server:
    """``url`` of a running server; ``folder`` takes all it writes but compiled networks."""

    url: str
    process: subprocess.Popen
    folder: Path

    def memory_mb(self) -> float:
        """Resident memory of its process, MB."""
        done = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(self.process.pid)], capture_output=True, text=True, check=True
        )
        return int(done.stdout) / 1024

    def files(self) -> int:
        """How many files it keeps."""
        return sum(1 for path in self.folder.rglob("*") if path.is_file())


def ours(folder: Path):
    """``with ours(folder) as server:`` the whole page, as ``make demo`` serves it."""
    return _serve(["-m", "demos", "--no-browser", "--lang", "en"], folder)


def gradios(folder: Path, size: tuple[int, int]):
    """``with gradios(folder, size) as server:`` Gradio's own streaming with the same effect."""
    return _serve(["-m", "tests.bench.gradio_stream", "--size", f"{size[0]}x{size[1]}"], folder)


@contextmanager
def _serve(words: list[str], folder: Path) -> Iterator[Server]:
    folder.mkdir(parents=True, exist_ok=True)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    log = folder.with_suffix(".log")
    with open(log, "w") as out:
        process = subprocess.Popen(
            [sys.executable, *words, "--port", str(port)], cwd=ROOT, stdout=out, stderr=subprocess.STDOUT,
            env=os.environ | {"TMPDIR": str(folder), "GRADIO_TEMP_DIR": str(folder / "gradio")},
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}/"
    try:
        _wait(url, process, log)
        yield Server(url, process, folder)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait(url: str, process: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"error: a server did not start:\n{log.read_text()}")
