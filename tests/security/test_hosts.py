"""Names that are not ours, and other sites' pages: what is refused, and what has to go on working."""

from __future__ import annotations

import doctest

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from demos.access import hosts, options, routes
from demos.access.hosts import HostGate, is_ours, split_host
from demos.access.options import Access
from demos.access.pages import Languages

LANGUAGES = Languages({"/": "en", "/ko/": "ko"}, "en", True)
OWN, LAN = Access(), Access("0.0.0.0", ("demo.example",))


def client(access: Access = OWN) -> TestClient:
    """A server behind the gate that answers everything with "in"."""

    async def app(scope, receive, send):
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            return await send({"type": "websocket.close"})
        await PlainTextResponse("in")(scope, receive, send)

    return TestClient(HostGate(app, access, LANGUAGES))


@pytest.mark.parametrize(
    "host, own, lan",
    [
        ("127.0.0.1:7860", True, True),
        ("localhost:7860", True, True),
        ("LOCALHOST.", True, True),
        ("[::1]:7860", True, True),
        ("127.0.0.1:80", True, True),  # a forwarded port
        ("demo.example", False, True),
        ("demo.example:443", False, True),
        ("192.168.0.7:7860", False, True),  # an address cannot be made to mean another machine
        ("[fe80::1]:7860", False, True),
        ("evil.example:7860", False, False),
        ("127.0.0.1.evil.example", False, False),
        ("localhost.evil.example", False, False),
        ("demo.example.evil.example", False, False),
        ("evil.example:127.0.0.1", False, False),
        ("evil.example@127.0.0.1", False, False),
        ("127.0.0.1/evil", False, False),
        ("2130706433", False, False),
        ("", False, False),
    ],
)
def test_which_names_are_ours(host, own, lan):
    for access, ours in ((OWN, own), (LAN, lan)):
        assert is_ours(host, access) is ours
        answer = client(access).get("/", headers={"host": host})
        assert answer.status_code == (200 if ours else 403) and (answer.text == "in") is ours


def test_the_machines_own_name_is_ours_where_others_come(monkeypatch):
    monkeypatch.setattr("socket.gethostname", lambda: "Den")
    assert is_ours("den:7860", LAN) and is_ours("den.local:7860", LAN)
    assert not is_ours("den:7860", OWN) and not is_ours("den.evil.example", LAN)


def test_a_refused_visitor_is_told_what_to_do_in_his_language():
    asked = {"host": "triptych.test:7860", "accept": "text/html"}
    english = client().get("/", headers=asked).text
    assert "does not answer to the name triptych.test" in english and "--name triptych.test" in english
    korean = client().get("/", headers=asked | {"accept-language": "ko-KR"}).text
    assert "<html lang=ko>" in korean and "‘triptych.test’" in korean
    hostile = client().get("/", headers=asked | {"host": "<script>alert(1)</script>"})
    assert hostile.status_code == 403 and "<script" not in hostile.text
    assert (
        split_host("<b>:1") == ("<b>", 1)
        and "<b>" not in client().get("/", headers=asked | {"host": "<b>:1"}).text
    )


HERE = {"host": "127.0.0.1:7860"}
PAGE = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


@pytest.mark.parametrize(
    "method, headers, inside",
    [
        ("POST", {}, True),  # a program
        ("POST", {"origin": "http://127.0.0.1:7860", "sec-fetch-site": "same-origin"}, True),
        ("POST", {"origin": "http://127.0.0.1:7860"}, True),
        ("GET", {"sec-fetch-site": "none", **PAGE}, True),  # from the address line
        ("GET", {"sec-fetch-site": "cross-site", **PAGE}, True),  # a link
        ("GET", {"sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"}, True),
        ("POST", {"origin": "https://evil.example"}, False),
        (
            "POST",
            {"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-site"},
            False,
        ),  # another server here
        ("POST", {"origin": "http://127.0.0.1:8000"}, False),
        ("POST", {"origin": "http://localhost:7860"}, False),
        ("POST", {"origin": "null"}, False),  # a file, or a frame without rights
        ("POST", {"origin": "http://127.0.0.1:99999999"}, False),
        ("POST", {"origin": "file://"}, False),
        ("POST", {"sec-fetch-site": "cross-site", **PAGE}, False),  # a form that sends itself
        ("PUT", {"sec-fetch-site": "cross-site"}, False),
        ("DELETE", {"origin": "https://evil.example"}, False),
        ("OPTIONS", {"origin": "https://evil.example", "access-control-request-method": "POST"}, False),
        ("GET", {"origin": "https://evil.example"}, False),  # to read by CORS
        (
            "GET",
            {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
            False,
        ),
        (
            "GET",
            {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"},
            False,
        ),
        # What a page that goes by a wrong name could add itself.
        ("POST", {"origin": "https://evil.example", "x-forwarded-host": "evil.example"}, False),
    ],
)
def test_whose_pages_may_ask(method, headers, inside):
    answer = client().request(method, "/", headers=HERE | headers)
    assert answer.status_code == (200 if inside else 403), answer.text
    assert "access-control-allow-origin" not in answer.headers


def test_behind_a_proxy_the_name_counts_whatever_host_and_port_it_passes_on():
    inside = {"origin": "https://demo.example"}
    for host in ("demo.example", "127.0.0.1:7860", "demo.example:8443"):
        assert client(LAN).post("/", headers=inside | {"host": host}).status_code == 200
    assert (
        client(LAN).post("/", headers={"origin": "https://evil.example", "host": "demo.example"}).status_code
        == 403
    )
    assert client(OWN).post("/", headers=HERE | inside).status_code == 403


@pytest.mark.parametrize(
    "headers, inside",
    [
        (HERE, True),
        (HERE | {"origin": "http://127.0.0.1:7860"}, True),
        (HERE | {"origin": "https://elsewhere.example"}, False),
        (HERE | {"origin": "http://127.0.0.1:7861"}, False),
        (HERE | {"origin": "null"}, False),
        ({"host": "evil.example:7860", "origin": "http://evil.example:7860"}, False),
        ({"host": "evil.example:7860"}, False),
    ],
)
def test_whose_pages_may_open_a_websocket(headers, inside):
    if inside:
        with client().websocket_connect("/live/stream", headers=headers):
            return
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        client().websocket_connect("/live/stream", headers=headers),
    ):
        pass
    assert refused.value.code == 1008


@pytest.mark.parametrize("module", [hosts, options, routes])
def test_examples_in_docstrings(module):
    outcome = doctest.testmod(module)
    assert outcome.attempted and not outcome.failed
