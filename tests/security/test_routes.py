"""What is open of all that Gradio brings, and what every answer says."""

from __future__ import annotations

import functools

import httpx
import pytest

from demos.access.headers import CSP
from demos.access.routes import OWN, RouteGate
from tests.security.routes import all_routes

# What the pages and Gradio's client ask for. A new version of Gradio with other routes below these names has to be looked at.
OPEN = {
    "GET /", "HEAD /", "GET /config", "GET /config/", "GET /theme.css", "GET /favicon.ico", "GET /robots.txt",
    "GET /assets/any", "GET /static/any", "GET /gradio_api/info", "GET /gradio_api/upload_progress",
    "GET /gradio_api/queue/data", "GET /gradio_api/heartbeat/any", "GET /gradio_api/call/any/any",
    "GET /gradio_api/file=any", "HEAD /gradio_api/file=any", "POST /gradio_api/upload", "POST /gradio_api/queue/join",
    "GET /gradio_api/app_id", "POST /gradio_api/cancel", "POST /gradio_api/reset", "POST /gradio_api/run/any", "POST /gradio_api/call/any",
}  # fmt: skip


def test_gradio_has_open_what_its_pages_need_and_no_more(locked):
    gate = RouteGate(locked.app, ["/", "/ko/"])
    theirs = [(method, path) for method, path in all_routes(locked.app) if not path.startswith(OWN)]
    opened = {f"{method} {path}" for method, path in theirs if gate._is_open(method, path)}
    assert opened == OPEN | {line.replace(" /", " /ko/") for line in OPEN}
    assert len(theirs) > 2 * len(OPEN), "the list is complete"


@pytest.mark.parametrize(
    "method, path",
    [
        ("GET", "/gradio_api/proxy=https://example.hf.space/"),
        ("GET", "/ko/gradio_api/proxy=https://example.hf.space/"),
        ("GET", "/gradio_api/deep_link?session_hash=a"),
        ("GET", "/gradio_api/runs"),
        ("POST", "/gradio_api/run-history/connect"),
        ("GET", "/gradio_api/run-history/buckets"),
        ("POST", "/gradio_api/process_recording"),
        ("POST", "/gradio_api/component_server"),
        ("GET", "/gradio_api/vibe-code"),
        ("POST", "/gradio_api/vibe-edit"),
        ("GET", "/gradio_api/token"),
        ("GET", "/gradio_api/user"),
        ("GET", "/gradio_api/openapi.json"),
        ("GET", "/gradio_api/mcp/"),
        ("GET", "/gradio_api/stream/a/b/1/playlist-file"),
        ("GET", "/gradio_api/custom_component/a/client/component/index.js"),
        ("GET", "/gradio_api/file/etc/passwd"),
        ("GET", "/monitoring"),
        ("GET", "/ko/monitoring/summary"),
        ("GET", "/svelte/any.js"),
        ("GET", "/pwa_icon"),
        ("GET", "/openapi.json"),
        ("GET", "/docs"),
        ("POST", "/login"),
        ("GET", "/logout"),
        ("DELETE", "/"),
        ("PUT", "/gradio_api/upload"),
    ],
)
def test_what_is_closed_is_not_there(server, method, path):
    answer = httpx.request(method, server.address + path, json={}, timeout=60)
    assert (answer.status_code, answer.text) == (404, "not found")


@pytest.mark.parametrize("page", ["", "/ko"])
def test_what_cannot_be_read_is_refused_in_words(server, page):
    """The server of these tests also fails on any traceback in what it prints."""
    post = functools.partial(httpx.post, timeout=60)
    boundary = {"content-type": "multipart/form-data; boundary=x"}
    answers = [
        post(f"{server.address}{page}/gradio_api/upload", content=b"--x\r\n???", headers=boundary),
        post(f"{server.address}{page}/gradio_api/upload", content=b"abc"),
        post(f"{server.address}{page}/gradio_api/queue/join", json={"data": "no list"}),
        post(f"{server.address}{page}/gradio_api/queue/join", json=[]),
        post(
            f"{server.address}{page}/gradio_api/queue/join",
            json={"data": [], "fn_index": 10**9, "session_hash": "a"},
        ),
        post(f"{server.address}{page}/gradio_api/call/portrait", json={"data": 3}),
        post(f"{server.address}{page}/gradio_api/call/no-such", json={"data": []}),
        post(f"{server.address}{page}/gradio_api/reset", json={"event_id": 7}),
        post(
            f"{server.address}/scoring/en/overlap",
            content=b'{"truth": NaN}',
            headers={"content-type": "application/json"},
        ),
    ]
    for answer in answers:
        assert 400 <= answer.status_code < 500, (answer.request.url, answer.status_code, answer.text)
        assert "Traceback" not in answer.text and 'File "' not in answer.text


@pytest.mark.parametrize(
    "path",
    ["/", "/config", "/theme.css", "/live/live.js", "/medical/en/x/scan", "/no/such", "/gradio_api/file=/x"],
)
def test_every_answer_keeps_the_browser_to_this_server(server, path):
    headers = httpx.get(server.address + path, timeout=60).headers
    assert headers["content-security-policy"] == CSP
    assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY"
    assert (
        headers["referrer-policy"] == "same-origin"
        and headers["cross-origin-resource-policy"] == "same-origin"
    )
    assert "server" not in headers, "nobody needs to know with what it is served"
    assert "http" not in CSP and "*" not in CSP


def test_other_sites_get_no_word_by_gradios_own_rules(server):
    """Gradio alone would let any site read where the host's name is not this machine's."""
    answer = httpx.get(f"{server.address}/config", headers={"origin": "https://evil.example"})
    assert answer.status_code == 403 and "access-control-allow-origin" not in answer.headers
