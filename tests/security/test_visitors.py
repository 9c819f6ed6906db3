"""What one visitor opened is not another's, even if he should know its name."""

from __future__ import annotations

import json
import re
import secrets
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.testclient import TestClient

from demos.access import visitors
from demos.access.pages import Languages
from demos.access.visitors import COOKIE, VisitorGate
from tests.security.conftest import Visitor

SECRET = b"between us alone"  # uploads of one content lie at one place: no other test has this
OURS = {"X-Triptych": "1"}


def test_an_upload_is_its_visitors_alone(visit, server):
    me, you = visit(), visit()
    path = me.upload("mine.png", SECRET)
    assert me.read(path).content == SECRET and me.http.head(f"/gradio_api/file={path}").status_code == 200
    assert me.read(path, headers={"Range": "bytes=0-6"}).content == b"between"
    nobody = Visitor(server.address)
    forged = httpx.Client(base_url=server.address, cookies={COOKIE: "A" * 43})
    for other in (you.http, nobody.http, forged):
        for below in ("", "/ko"):
            answer = other.get(f"{below}/gradio_api/file={path}", headers={"Range": "bytes=0-6"})
            assert answer.status_code == 404 and b"between" not in answer.content
        assert other.head(f"/gradio_api/file={path}").status_code == 404
    assert you.upload("mine.png", SECRET) == path and you.read(path).content == SECRET, (
        "the same file is as much yours"
    )


def test_nor_can_it_be_given_to_an_event_to_look_at(visit, server):
    me, you = visit(), visit()
    path = me.upload("mine.png", SECRET)
    for given in (
        path,
        "/etc/passwd",
        "https://example.com/a.png",
        "README.md",
        f"{path}/../../../note.txt",
        "file:///etc/passwd",
    ):
        for value in (
            {"path": given, "meta": {"_type": "gradio.FileData"}},
            {"path": given},
            [[{"deep": {"path": given}}]],
        ):
            for route in ("queue/join", "run/predict", "call/portrait"):
                event = {"data": [value], "fn_index": 2, "session_hash": secrets.token_hex(6)}
                answer = you.http.post(f"/gradio_api/{route}", json=event)
                assert (answer.status_code, SECRET in answer.content) == (404, False), (route, given)
    # Names written in another way are the same names.
    event = json.dumps({"data": [{"path": path}], "fn_index": 2, "session_hash": "a"}).replace("/", "\\u002f")
    assert you.http.post("/gradio_api/queue/join", content=event).status_code == 404
    twice = '{"data": [], "data": [{"path": "/etc/passwd"}], "fn_index": 2, "session_hash": "a"}'
    assert you.http.post("/gradio_api/queue/join", content=twice).status_code == 404


def test_a_session_of_gradios_is_its_visitors_alone(visit):
    me, you = visit(), visit()
    session = secrets.token_hex(6)
    event = {"data": [], "fn_index": 0, "session_hash": session}
    with me.http.stream("GET", f"/gradio_api/heartbeat/{session}") as opened:
        assert opened.status_code == 200
    assert you.http.get("/gradio_api/queue/data", params={"session_hash": session}).status_code == 404
    assert (
        you.http.get(f"/gradio_api/queue/data?session_hash=other&session_hash={session}").status_code == 404
    )
    assert you.http.get(f"/ko/gradio_api/heartbeat/{session}").status_code == 404
    for route in ("queue/join", "cancel", "reset", "run/predict"):
        assert you.http.post(f"/gradio_api/{route}", json=event | {"event_id": "a"}).status_code == 404


def test_a_scan_is_its_visitors_alone(visit):
    me, you = visit(), visit()
    token = me.http.post("/medical/en", headers=OURS).json()["token"]
    assert me.http.put(f"/medical/en/{token}/scan/mine.nii", content=SECRET, headers=OURS).status_code == 204
    assert me.http.get(f"/medical/en/{token}/job").status_code == 200
    for method, rest in (
        ("GET", "/job"),
        ("GET", "/scan"),
        ("GET", "/values"),
        ("DELETE", "/job"),
        ("POST", "/read"),
        ("POST", "/end"),
    ):
        for language in ("en", "ko"):
            answer = you.http.request(method, f"/medical/{language}/{token}{rest}", headers=OURS)
            assert answer.status_code == 404 and token not in answer.text
    assert me.http.get(f"/medical/en/{token}/job").status_code == 200, "nor did anybody end it"
    assert me.http.post(f"/medical/en/{token}/end").status_code == 204


def test_names_cannot_be_guessed(visit):
    """Random, or a hash with a secret in it; and of a size that no trying gets through."""
    me = visit()
    path = Path(me.upload("mine.png", SECRET))
    assert re.fullmatch("[0-9a-f]{64}", path.parent.name)
    import hashlib

    assert path.parent.name != hashlib.sha256(SECRET).hexdigest(), (
        "who has the same file cannot tell the name"
    )
    tokens = {me.http.post("/medical/en", headers=OURS).json()["token"] for _ in range(4)}
    assert len(tokens) == 4 and all(len(token) >= 32 for token in tokens)
    cookies = {Visitor(me.address).http.get("/config").cookies[COOKIE] for _ in range(4)}
    assert len(cookies) == 4 and all(len(cookie) == 43 for cookie in cookies)


def test_the_cookie_is_given_once_and_to_no_script(visit, server):
    given = httpx.get(f"{server.address}/config")
    cookie = given.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and "secure" not in cookie
    assert "set-cookie" not in httpx.get(f"{server.address}/config", cookies=given.cookies).headers
    for odd in ("", "short", "A" * 44, "A" * 42 + '"'):
        assert (
            "set-cookie"
            in httpx.get(f"{server.address}/config", headers={"cookie": f"{COOKIE}={odd}"}).headers
        )


@pytest.fixture
def gate(tmp_path) -> SimpleNamespace:
    """A gate before an app whose answers are what is put into ``says``; ``folder``: Gradio's."""
    says: list[object] = [None]
    heard: list[bytes] = []

    async def app(scope, receive, send):
        if scope["method"] == "POST":
            heard.append((await receive())["body"])
        found = scope["path"].partition("file=")[2]
        answer = PlainTextResponse(Path(found).read_text()) if found else JSONResponse(says[0])
        await answer(scope, receive, send)

    guarded = VisitorGate(app, str(tmp_path), Languages({"/": "en", "/ko/": "ko"}, "en", True))
    return SimpleNamespace(
        folder=tmp_path, says=says, heard=heard, guarded=guarded,
        client=lambda who: TestClient(guarded, cookies={COOKIE: who * 43}),
    )  # fmt: skip


def put(gate: SimpleNamespace, name: str) -> str:
    path = gate.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(name)
    return str(path)


def test_results_are_their_visitors_wherever_they_are_told_of(gate):
    me, you = gate.client("m"), gate.client("y")
    told = [put(gate, name) for name in ("a/1.png", "results/b/2 é.png", "c/3.png", "d/4.png")]
    for path, (method, route) in zip(
        told,
        [("GET", "/gradio_api/queue/data"), ("GET", "/gradio_api/call/portrait/1"), ("POST", "/gradio_api/run/x"),
         ("POST", "/ko/gradio_api/upload")],
        strict=True,
    ):  # fmt: skip
        gate.says[0] = {"output": [["replace", ["path"], path]]}
        assert me.get(f"/gradio_api/file={path}").status_code == 404
        me.request(method, route, content=b"{}")
        assert me.get(f"/gradio_api/file={path}").text == str(Path(path).relative_to(gate.folder))
        assert you.get(f"/gradio_api/file={path}").status_code == 404


def test_what_stands_on_the_page_is_everybodys(gate):
    gate.says[0] = {"value": {"path": (path := put(gate, "a/1.png"))}}
    gate.client("m").get("/ko/config")
    assert gate.client("y").get(f"/gradio_api/file={path}").status_code == 200


def test_a_message_that_quotes_a_name_tells_nobody_of_it(gate):
    you, path = gate.client("y"), put(gate, "a/1.png")
    for text in (
        f"no view is called {path}",
        f"'{path}'",
        f'"{path}"',
        f"{gate.folder}/a/../a/1.png",
        f"/x{path}",
    ):
        gate.says[0] = {"error": text}
        you.get("/gradio_api/queue/data")
    assert you.get(f"/gradio_api/file={path}").status_code == 404


def test_gradio_reads_the_very_event_that_was_looked_at(gate):
    me = gate.client("m")
    assert (
        me.post("/gradio_api/queue/join", content='{"data": [1], "data": [2]}'.encode("utf-16")).status_code
        == 200
    )
    assert json.loads(gate.heard.pop()) == {"data": [2]}
    for nonsense in (b"", b"{", b"path=/etc/passwd", b"[" * 100_000, b"\xff"):
        assert me.post("/gradio_api/queue/join", content=nonsense).status_code == 400
    assert not gate.heard
    assert (
        me.post("/gradio_api/queue/join", content=b'"' + bytes(visitors.MAX_EVENT) + b'"').status_code == 413
    )


def test_memory_of_files_goes_with_them(gate, monkeypatch):
    me = gate.client("m")
    kept = put(gate, "kept/1.png")
    gate.says[0] = [kept, *(str(gate.folder / f"gone/{n}.png") for n in range(3000))]
    me.get("/gradio_api/queue/data")
    assert me.get(f"/gradio_api/file={kept}").status_code == 200
    assert len(gate.guarded._told) < 1100
    monkeypatch.setattr(visitors, "_OWNERS", 50)
    for number in range(100):
        me.get("/gradio_api/queue/data", params={"session_hash": number})
    assert len(gate.guarded._owners) <= 50
