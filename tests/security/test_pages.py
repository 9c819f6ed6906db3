"""The sign-in page in a real browser: both languages, a phone, the keyboard, and the page behind it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.responses import HTMLResponse

from tests.demos.live.conftest import running
from tests.security.conftest import PASSWORD, USER

WAIT = 240_000
PHONE = {"viewport": {"width": 360, "height": 640}}


@pytest.fixture(scope="module")
def browser(launch):
    return launch("--host-resolver-rules=MAP evil.test 127.0.0.1, MAP triptych.test 127.0.0.1")


@pytest.fixture
def open_tab(browser):
    contexts = []

    def make(address: str, **options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(WAIT)
        page.goto(address)
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.mark.parametrize(
    "path, title, wrong, out",
    [("/", "Sign in", "is wrong", "Sign out"), ("/ko/", "로그인", "틀렸습니다", "로그아웃")],
)
def test_in_and_out_by_the_keyboard_on_a_phone(locked, open_tab, path, title, wrong, out):
    page = open_tab(locked.address + path, **PHONE)
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text) if message.type == "error" else None)
    assert page.inner_text("h1") == title
    assert page.evaluate("document.activeElement.name") == "username"
    page.keyboard.type(USER)
    page.keyboard.press("Tab")
    page.keyboard.type("not this")
    page.keyboard.press("Enter")
    assert wrong in page.inner_text("[role=alert]")
    assert page.evaluate("document.documentElement.scrollWidth") == 360, "nothing sticks out"
    page.get_by_label("Name" if path == "/" else "이름").fill(USER)
    page.get_by_label("Password" if path == "/" else "비밀번호").fill(PASSWORD)
    messages.clear()
    page.keyboard.press("Enter")
    page.wait_for_selector("#result img")
    assert page.url == locked.address + path
    assert not [text for text in messages if "Content Security Policy" in text or "Refused" in text], messages
    page.get_by_role("button", name=out).click()
    page.wait_for_selector("[name=password]")


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    """Address of another server on this machine, with an empty page."""

    async def app(scope, receive, send):
        await HTMLResponse("<title>elsewhere</title>")(scope, receive, send)

    with running(app) as port:
        yield f"http://127.0.0.1:{port}"


def test_a_page_of_another_site_gets_nothing(server, elsewhere, open_tab):
    page = open_tab(elsewhere)
    answers: list[tuple[str, int]] = []
    page.on("response", lambda answer: answers.append((answer.request.method, answer.status)))
    told = page.evaluate(
        """async (there) => {
            const tell = async (call) => { try { return (await call()).type } catch (error) { return error.name } };
            const socket = new WebSocket(there.replace('http', 'ws') + '/live/stream');
            return [
                await tell(() => fetch(there + '/config')),
                await tell(() => fetch(there + '/gradio_api/upload', { method: 'POST', body: new FormData(), mode: 'no-cors' })),
                await new Promise((done) => { socket.onopen = () => done('open'); socket.onerror = () => done('refused') }),
            ];
        }""",
        server.address,
    )
    assert told == ["TypeError", "TypeError", "refused"], "neither read nor sent"
    assert set(answers) == {("GET", 403), ("POST", 403)}
    page.evaluate(
        "(there) => document.body.appendChild(document.createElement('iframe')).src = there", server.address
    )
    page.wait_for_function("frames.length === 1")
    page.wait_for_timeout(2000)
    assert not page.frames[1].query_selector("#doors, h1"), "nor shown in a frame"
    page.evaluate(
        """(there) => {
            const form = document.body.appendChild(document.createElement('form'));
            Object.assign(form, { method: 'post', action: there + '/login' });
            form.submit();
        }""",
        server.address,
    )
    page.wait_for_url(f"{server.address}/login")
    assert "another site" in page.inner_text("body"), "nor does a form that sends itself"
    page.goto(elsewhere)
    page.evaluate("(there) => document.body.innerHTML = `<a href=${there}>a link</a>`", server.address)
    page.click("a")
    page.wait_for_selector("#doors")  # may be followed


def test_a_name_that_was_made_to_mean_this_machine_gets_nothing(server, open_tab):
    port = server.address.rsplit(":", 1)[1]
    page = open_tab(f"http://evil.test:{port}/")
    assert "evil.test" in page.inner_text("main") and page.title().startswith("Not let in")
    for path in ("/config", "/live/live.js"):
        answer = page.goto(f"http://evil.test:{port}{path}")
        assert answer and answer.status == 403
