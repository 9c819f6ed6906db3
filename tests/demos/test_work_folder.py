"""The server's folder: its own while it runs, gone afterwards, and gone at the next start where the server was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from demos.work_folder import PREFIX, work_folder

ROOT = Path(__file__).parents[2]


def start(base: Path) -> tuple[subprocess.Popen, Path]:
    """A process that holds a folder with a visitor's file in it."""
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom demos.work_folder import work_folder\n"
        "with work_folder(Path(sys.argv[1])) as folder:\n"
        "    (folder / 'scan.nii').write_bytes(b'0')\n    print(folder, flush=True)\n    time.sleep(600)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(base)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    return process, Path(process.stdout.readline().strip())


def test_it_is_gone_when_the_server_ends(tmp_path):
    with work_folder(tmp_path) as folder:
        (folder / "photo.jpg").write_bytes(b"0")
        assert folder.parent == tmp_path and folder.name.startswith(PREFIX)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="there is no such signal")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_it_is_gone_when_a_service_manager_ends_the_server(tmp_path, number):
    script = (
        "import signal, sys\nfrom pathlib import Path\nfrom demos.__main__ import heed_signals, serve\n"
        "from demos.work_folder import work_folder\n"
        "async def app(scope, receive, send): await receive()\n"
        "signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup, under which tests may run, ignores it\n"
        "heed_signals()\n"
        "with work_folder(Path(sys.argv[1])) as folder:\n"
        "    (folder / 'scan.nii').write_bytes(b'0')\n    serve(app, '127.0.0.1', 0, open_browser=False)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout and "ready" in process.stdout.readline()
    assert list(tmp_path.glob("*/scan.nii"))
    process.send_signal(number)
    assert process.wait(60) == 128 + number and process.stdout.read() == "Stopped.\n"
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="there is no such signal")
def test_a_killed_servers_files_go_when_the_next_one_starts(tmp_path):
    killed, left = start(tmp_path)
    living, used = start(tmp_path)
    try:
        killed.send_signal(signal.SIGKILL)
        killed.wait(60)
        assert (left / "scan.nii").exists()
        with work_folder(tmp_path) as ours:
            assert not left.exists(), "nobody uses it"
            assert (used / "scan.nii").exists(), "a running server's"
            assert {path for path in tmp_path.iterdir()} == {used, ours}
    finally:
        living.kill()
        living.wait(60)


def test_what_is_no_servers_stays(tmp_path):
    (tmp_path / f"{PREFIX}notes").mkdir()
    (tmp_path / f"{PREFIX}notes" / "mine.txt").write_text("mine")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / ".in-use").write_text("")
    (tmp_path / f"{PREFIX}link").symlink_to(elsewhere)
    with work_folder(tmp_path):
        pass
    assert (tmp_path / f"{PREFIX}notes" / "mine.txt").exists() and (elsewhere / ".in-use").exists()
