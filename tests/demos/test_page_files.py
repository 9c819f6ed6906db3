"""Gradio's scripts and styles: fetched once, sent as they are to everybody, and nothing else is kept."""

from __future__ import annotations

import asyncio

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from demos.page_files import PageFiles

SCRIPT = "/assets/Index-Akn07EZk2.js"


class Gradio:
    """Stands for Gradio: says who asked, how, and how often it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def __call__(self, scope, receive, send) -> None:
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.asked.append(scope["path"])
        if "missing" in scope["path"]:
            return await PlainTextResponse("not found", 404)(scope, receive, send)
        own = {"x-encoding": headers.get("accept-encoding", ""), "x-origin": headers.get("origin", "none")}
        await PlainTextResponse(f"{scope['path']} {len(self.asked)}", headers=own)(scope, receive, send)


@pytest.fixture
def gradio() -> Gradio:
    return Gradio()


@pytest.fixture
def client(gradio) -> TestClient:
    return TestClient(PageFiles(gradio, ["/", "/ko/"]), base_url="http://here:7860")


def test_a_file_is_fetched_once_for_all_visitors(gradio, client):
    first, second = client.get(SCRIPT), client.get(SCRIPT)
    assert first.text == second.text == f"{SCRIPT} 1"
    assert first.headers == second.headers and int(first.headers["content-length"]) == len(first.content)
    assert gradio.asked == [SCRIPT]
    client.get(f"/ko{SCRIPT}")
    assert gradio.asked == [SCRIPT], "both languages' pages have the same"


def test_each_encoding_is_an_answer_of_its_own(gradio, client):
    seen = [
        client.get(SCRIPT, headers={"accept-encoding": accepted}).headers["x-encoding"]
        for accepted in ("gzip, br", "gzip", "identity", "br, zstd", "gzip;q=1")
    ]
    assert seen == ["gzip, br", "gzip", "identity", "gzip, br", "gzip"]


def test_only_names_made_from_the_content_are_kept_by_browsers(client):
    assert "immutable" in client.get(SCRIPT).headers["cache-control"]
    for path in ("/static/js/iframeResizer.contentWindow.min.js", "/assets/index.js", "/theme.css"):
        assert "cache-control" not in client.get(path).headers, path


def test_where_a_page_was_asked_from_is_not_told_to_the_next(gradio, client):
    here = {"origin": "http://here:7860"}
    assert client.get(SCRIPT, headers=here).headers["x-origin"] == "none"
    for origin in ("http://elsewhere", "null"):
        assert client.get(SCRIPT, headers={"origin": origin}).headers["x-origin"] == origin
    assert len(gradio.asked) == 3, "other sites' requests are Gradio's own"


@pytest.mark.parametrize(
    "path, headers",
    [
        ("/", {}),
        ("/config", {}),
        ("/gradio_api/file=/tmp/a.js", {}),
        ("/assets/font-Akn07EZk2.woff2", {}),
        ("/assets/missing-Akn07EZk2.js", {}),
        ("/assets/x/..%2f/Index-Akn07EZk2.js", {}),
        ("/assets//Index-Akn07EZk2.js", {}),
        (SCRIPT, {"range": "bytes=0-3"}),
        (SCRIPT, {"if-none-match": '"a"'}),
    ],
)
def test_everything_else_is_asked_for_each_time(gradio, client, path, headers):
    client.get(path, headers=headers)
    client.get(path, headers=headers)
    assert len(gradio.asked) == 2


def test_a_post_is_passed_on(gradio, client):
    client.post(SCRIPT)
    client.post(SCRIPT)
    assert len(gradio.asked) == 2


@pytest.mark.parametrize("sent", [0, 1, 2])
def test_an_answer_that_broke_off_is_neither_an_error_nor_kept(sent):
    """Who asks may leave before the answer is whole: then servers stop, and the next asks for all of it."""
    broken = True

    async def server(scope, receive, send) -> None:
        messages = [
            {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]},
            {"type": "http.response.body", "body": b"ab", "more_body": True},
            {"type": "http.response.body", "body": b"cd"},
        ]
        for message in messages[: sent if broken else None]:
            await send(message)

    async def left(message) -> None:
        raise AssertionError(f"sent to who has left: {message}")

    files = PageFiles(server, ["/"])
    scope = {"type": "http", "method": "GET", "path": SCRIPT, "headers": []}
    asyncio.run(files(scope, None, left))
    broken = False
    answer = TestClient(files).get(SCRIPT)
    assert answer.content == b"abcd" and answer.headers["content-length"] == "4"


def test_headers_may_be_left_out():
    """ASGI allows an answer without any."""

    async def server(scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body"})

    answer = TestClient(PageFiles(server, ["/"])).get(SCRIPT)
    assert answer.content == b"" and answer.headers["content-length"] == "0"
