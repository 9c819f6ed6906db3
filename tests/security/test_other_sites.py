"""What a page of another site can do with a server on its reader's machine, in a real browser: follow a link to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.responses import HTMLResponse

from tests.demos.live.conftest import running

TELL = """async (there) => {
    const tell = (call) => call().then((answer) => answer.type, (error) => error.name);
    const stream = new Promise((done) => {
        const socket = new WebSocket(there.replace('http', 'ws') + '/live/stream');
        socket.onopen = () => done('open');
        socket.onerror = () => done('refused');
    });
    return [
        await tell(() => fetch(there + '/config')),
        await tell(() => fetch(there + '/gradio_api/upload', { method: 'POST', body: new FormData(), mode: 'no-cors' })),
        await stream,
    ];
}"""
# Later, for the call itself has to have ended before the page goes.
SEND_A_FORM = """(there) => {
    const form = document.body.appendChild(document.createElement('form'));
    Object.assign(form, { method: 'post', action: there + '/login' });
    setTimeout(() => form.submit());
}"""


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    """Address of another server on this machine, with an empty page."""

    async def app(scope, receive, send):
        await HTMLResponse("<title>elsewhere</title>")(scope, receive, send)

    with running(app) as port:
        yield f"http://127.0.0.1:{port}"


def test_it_can_neither_read_nor_send(server, elsewhere, open_tab):
    assert open_tab(elsewhere).evaluate(TELL, server.address) == ["TypeError", "TypeError", "refused"]


def test_it_cannot_show_the_page_in_a_frame(server, elsewhere, open_tab):
    page = open_tab(elsewhere)
    with page.expect_event("requestfailed") as refused:
        page.evaluate(
            "(there) => { document.body.appendChild(document.createElement('iframe')).src = there }",
            server.address,
        )
    assert refused.value.url == f"{server.address}/"
    # Asked for an element while Chromium puts its error there, Playwright may wait for ever.
    for _ in range(100):
        if page.frames[1].url.startswith("chrome-error:"):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"the frame shows {page.frames[1].url}")


def test_a_form_that_sends_itself_is_refused(server, elsewhere, open_tab):
    page = open_tab(elsewhere)
    page.evaluate(SEND_A_FORM, server.address)
    page.wait_for_url(f"{server.address}/login")
    assert "another site" in page.inner_text("body")


def test_a_link_may_be_followed(server, elsewhere, open_tab):
    page = open_tab(elsewhere)
    page.evaluate("(there) => { document.body.innerHTML = `<a href=${there}>a link</a>` }", server.address)
    page.click("a")
    page.wait_for_selector("#doors")
