"""A password stands before everything the server has."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AuthenticationError
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from demos.access import sign_in
from demos.access.options import Access
from demos.access.pages import Languages
from demos.live.server import STREAM_PATH
from tests.security.conftest import PASSWORD, USER
from tests.security.routes import all_routes

FORM = {"username": USER, "password": PASSWORD}
BROWSER = {"accept": "text/html,*/*;q=0.8"}


@pytest.fixture
def guest(locked):
    """Who has not signed in."""
    with httpx.Client(base_url=locked.address, timeout=60) as client:
        yield client


@pytest.fixture
def member(locked):
    """Who has."""
    with httpx.Client(base_url=locked.address, timeout=60) as client:
        assert client.post("/login", data=FORM, headers=BROWSER).status_code == 303
        yield client


def test_every_route_there_is_asks_for_it(locked, guest):
    routes = all_routes(locked.app)
    paths = {path for _, path in routes}
    for some in ("/", "/ko/", "/config", "/ko/config", "/gradio_api/queue/join", "/gradio_api/upload",
                 "/ko/gradio_api/file=any", "/download/portrait/any", "/driving/any/any/any", "/medical/any",
                 "/scoring/any/scene", "/live/any", "/static/any"):  # fmt: skip
        assert some in paths, "the list is complete"
    for method, path in routes:
        if (method, path) != ("POST", "/login"):
            assert guest.request(method, path).status_code == 401, f"{method} {path}"
    assert guest.get("/there/is/no/such").status_code == 401, "nor is it told what there is"


def test_the_live_view_asks_for_it_too(locked, guest, member):
    address = locked.address.replace("http", "ws") + STREAM_PATH
    with pytest.raises(InvalidStatus) as refused:
        connect(address)
    assert refused.value.response.status_code == 403
    cookies = "; ".join(f"{name}={value}" for name, value in member.cookies.items())
    with connect(address, additional_headers={"Cookie": cookies}, compression=None) as wire:
        assert '"ready"' in wire.recv(60)
    with pytest.raises(InvalidStatus):
        connect(address, additional_headers={"Cookie": cookies}, origin="https://evil.example")


def test_the_form_leads_to_the_page_that_was_asked_for(locked):
    for path, language, title in (("/", "en", "Sign in"), ("/ko/", "ko", "로그인")):
        with httpx.Client(base_url=locked.address, timeout=60, headers=BROWSER) as client:
            form = client.get(path)
            assert form.status_code == 401 and f"<h1>{title}</h1>" in form.text
            assert f"lang={language}" in form.text and f'name=next value="{path}"' in form.text
            assert "script" not in form.headers["content-security-policy"] and "<script" not in form.text
            inside = client.post("/login", data=FORM | {"next": path})
            assert (inside.status_code, inside.headers["location"]) == (303, path)
            assert "gradio_config" in client.get(path).text


@pytest.mark.parametrize(
    "path", ["https://evil.example", "//evil.example", "/\\evil.example", '"><script>', "/config"]
)
def test_it_leads_nowhere_else(locked, path):
    inside = httpx.post(f"{locked.address}/login", data=FORM | {"next": path}, headers=BROWSER)
    assert inside.headers["location"] == "/"


def test_the_cookie_is_for_this_server_alone_and_for_no_script(locked, member):
    answer = httpx.post(f"{locked.address}/login", data=FORM)
    assert answer.json() == {"success": True}, "what Gradio's own client asks for"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and "secure" not in cookie
    assert f"-{locked.port}=" in cookie, "another port's server has its own"
    behind = httpx.post(f"{locked.address}/login", data=FORM, headers={"x-forwarded-proto": "https"})
    assert "secure" in behind.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    "form",
    [
        {"username": USER, "password": PASSWORD + " "},
        {"username": USER, "password": PASSWORD.upper()},
        {"username": USER.upper(), "password": PASSWORD},
        {"username": USER},
        {"password": PASSWORD},
        {},
        {"username": USER, "password": "x" * 20_000},
    ],
)
def test_what_is_not_quite_right_is_wrong(monkeypatch, guest, form):
    monkeypatch.setattr(sign_in, "PAUSE_S", 0)
    answer = guest.post("/login", data=form, headers=BROWSER | {"cookie": "triptych-language=ko"})
    assert answer.status_code == 401 and "틀렸습니다" in answer.text and not answer.cookies
    for body in (b"\xff", b"username=%ff&password=%00", b"&" * 1000, b"{}"):
        assert guest.post("/login", content=body).status_code == 401
    assert guest.get("/config").status_code == 401


def test_guesses_come_one_at_a_time_and_each_costs_a_pause(monkeypatch):
    async def app(scope, receive, send):
        raise AssertionError("nobody is let in")

    async def guess() -> list[int]:
        gate = sign_in.SignInGate(
            app, Access(user=USER, password=PASSWORD), Languages({"/": "en"}, "en", False)
        )
        # Addresses of one IPv6 network are one machine's.
        first, second = (
            httpx.AsyncClient(
                transport=httpx.ASGITransport(gate, client=(address, 1)), base_url="http://localhost"
            )
            for address in ("2001:db8::1", "2001:db8::2")
        )
        wrong = asyncio.create_task(first.post("/login", data={"username": USER, "password": "a"}))
        while not gate._trying:
            await asyncio.sleep(0.001)
        began = time.monotonic()
        meanwhile = await second.post("/login", data=FORM)  # not even the right one
        answers = [meanwhile.status_code, (await wrong).status_code]
        assert time.monotonic() - began > 0.2, "the pause"
        return [*answers, (await second.post("/login", data=FORM)).status_code]

    monkeypatch.setattr(sign_in, "PAUSE_S", 0.4)
    # In a thread of its own: Playwright keeps a loop in this one.
    with ThreadPoolExecutor(1) as other:
        assert other.submit(lambda: asyncio.run(guess())).result() == [429, 401, 200]


def test_who_signs_out_is_out(locked, member):
    cookies = dict(member.cookies)
    assert member.get("/config").status_code == 200
    assert member.post("/logout", headers={"origin": "https://evil.example"}).status_code == 403
    assert member.get("/config").status_code == 200
    assert member.post("/logout").status_code == 303
    assert member.get("/config").status_code == 401
    assert httpx.get(f"{locked.address}/config", cookies=cookies).status_code == 401, (
        "a copy of the cookie, too"
    )


def test_a_time_comes_when_it_is_asked_for_again(monkeypatch, guest):
    monkeypatch.setattr(sign_in, "SIGNED_IN_S", 0)
    assert guest.post("/login", data=FORM).status_code == 200
    assert guest.get("/config").status_code == 401


def test_gradios_own_client_signs_in(locked):
    with pytest.raises(AuthenticationError):
        Client(locked.address, verbose=False)
    client = Client(locked.address, auth=(USER, PASSWORD), verbose=False)
    assert "/portrait" in client.view_api(return_format="dict")["named_endpoints"]
    client.close()
