"""The driving panel behind its door, on the real server with the real network."""

from __future__ import annotations

from tests.e2e.driving.stage import WAIT, wait_for_stage


def test_the_door_opens_from_the_front_page_and_by_its_address(open_page, server):
    page = open_page()
    page.click("#doors [data-door=driving]")
    wait_for_stage(page)
    assert (
        page.url.endswith("#driving")
        and page.get_attribute("#doors [data-door=driving]", "aria-current") == "true"
    )
    tabs = [tab.inner_text() for tab in page.locator("[role=tab]").all() if tab.is_visible()]
    assert tabs[:3] == ["Picture", "Video", "Compare"] and "Photo" not in tabs
    page.click("#language")
    page.wait_for_selector("#doors [data-door=driving][aria-current]", timeout=WAIT)
    wait_for_stage(page)
    assert "/ko/" in page.url, "the other language opens the same door"
    page.click("#doors [data-door=portrait]")
    page.wait_for_selector("#result img", timeout=WAIT)
    page.goto(f"{server}/ko/#driving")
    page.reload()
    wait_for_stage(page)
