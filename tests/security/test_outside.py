"""The server calls nobody, even when it is asked to. (Both `serving` fixtures watch it the whole time that tests use it.)"""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from tests.e2e.watched import is_outside

ELSEWHERE = "https://example.com/a.png"


@pytest.mark.parametrize(
    "method, path, body",
    [
        ("GET", f"/gradio_api/file={ELSEWHERE}", None),
        ("GET", "/gradio_api/file=http://169.254.169.254/latest/meta-data/", None),
        ("GET", "/gradio_api/file=http://localhost:22/", None),
        ("GET", "/gradio_api/proxy=https://gradio-hello.hf.space/", None),
        ("POST", "/gradio_api/run-history/connect", {"bucket_id": "a/b"}),
        ("GET", "/gradio_api/run-history/buckets", None),
        ("POST", "/gradio_api/vibe-starter-queries", {}),
        ("POST", "/gradio_api/queue/join", {"data": [{"path": ELSEWHERE, "meta": {"_type": "gradio.FileData"}}], "fn_index": 2, "session_hash": "o"}),
        ("POST", "/gradio_api/call/portrait", {"data": [{"path": ELSEWHERE, "meta": {"_type": "gradio.FileData"}}, "blur"]}),
        ("POST", "/gradio_api/call/portrait", {"data": [{"path": ELSEWHERE, "url": ELSEWHERE}, "blur"]}),
    ],
)  # fmt: skip
def test_it_fetches_nothing_for_a_visitor(visit, server, method, path, body):
    answer = visit().http.request(method, path, json=body)
    assert answer.status_code == 404, answer.text
    assert server.outside() == ""


def test_the_pages_and_an_example_call_nobody(visit, server):
    visitor = visit()
    for path in ("/", "/ko/", "/config", "/gradio_api/info", "/driving/thumbs/1.jpg", "/live/live.js"):
        assert visitor.http.get(path).status_code in (200, 404)
    token = visitor.http.post("/medical/en", params={"example": "ct"}, headers={"X-Triptych": "1"}).json()[
        "token"
    ]
    deadline = time.monotonic() + 300
    while (job := visitor.http.get(f"/medical/en/{token}/job").json())["outcome"] == "running":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert job["outcome"] == "done"
    assert server.outside() == ""


def test_the_watch_sees_what_it_is_there_for(tmp_path):
    code = (
        "import pathlib, socket, sys; from tests.e2e.watched import watch; watch(pathlib.Path(sys.argv[1]))\n"
        "for call in (lambda: socket.getaddrinfo('name.invalid', 80), lambda: socket.getaddrinfo('localhost', 80),\n"
        "             lambda: socket.create_connection(('127.0.0.1', 9), 1), lambda: socket.create_connection(('192.0.2.1', 9), 0.1),\n"
        "             lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.2', 9))):\n"
        "    try: call()\n"
        "    except OSError: pass\n"
    )
    log = tmp_path / "log"
    subprocess.run([sys.executable, "-c", code, str(log)], check=True, timeout=120)
    told = log.read_text()
    assert all(name in told for name in ("name.invalid", "192.0.2.1", "192.0.2.2")), told
    assert "127.0.0.1" not in told and "localhost" not in told


@pytest.mark.parametrize(
    "target, outside",
    [
        (("127.0.0.1", 1), False), (("::1", 1, 0, 0), False), (("8.8.8.8", 53), True), (("fe80::1%eth0", 1, 0, 0), True),
        ("localhost", False), ("huggingface.co", True), (b"huggingface.co", True), (None, False), ("", False), ("/run/socket", False),
        ("0.0.0.0", True),
    ],
)  # fmt: skip
def test_what_counts_as_outside(target, outside):
    assert is_outside(target) is outside
