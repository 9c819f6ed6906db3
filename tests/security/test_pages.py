"""The sign-in page in a real browser: both languages, a phone, the keyboard, and the page behind it."""

from __future__ import annotations

import pytest

from tests.security.conftest import PASSWORD, USER

PHONE = {"viewport": {"width": 360, "height": 640}}


@pytest.mark.parametrize(
    "path, title, wrong, out",
    [("/", "Sign in", "is wrong", "Sign out"), ("/ko/", "로그인", "틀렸습니다", "로그아웃")],
)
def test_in_and_out_by_the_keyboard_on_a_phone(locked, open_tab, path, title, wrong, out):
    page = open_tab(locked.address + path, **PHONE)
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text) if message.type == "error" else None)
    assert page.inner_text("h1") == title
    page.wait_for_function("document.activeElement?.name === 'username'")
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


def test_a_name_that_was_made_to_mean_this_machine_gets_nothing(server, open_tab):
    port = server.address.rsplit(":", 1)[1]
    page = open_tab(f"http://evil.test:{port}/")
    assert "evil.test" in page.inner_text("main") and page.title().startswith("Not let in")
    for path in ("/config", "/live/live.js"):
        answer = page.goto(f"http://evil.test:{port}{path}")
        assert answer and answer.status == 403
