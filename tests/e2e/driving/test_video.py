"""The driving panel's video tab in a real browser."""

from __future__ import annotations

import pytest

from tests.e2e.driving.stage import WAIT
from tests.e2e.late_stream import late_stream


def wait_told(page, text: str) -> None:
    """Until the page says so; if it never does, the failure tells what it says instead."""
    from playwright.sync_api import TimeoutError as Never

    try:
        page.wait_for_selector(f"text={text}", timeout=WAIT)
    except Never:
        seen = page.locator("#driving-video-status, .toast-body, button[id^=driving-video]:visible")
        pytest.fail(f"{text!r} was never told, but: {seen.all_inner_texts()}")


@pytest.mark.parametrize("script", ["", late_stream()], ids=["", "late"])
def test_the_drawn_drive_becomes_a_parsed_video(open_roads, script):
    page = open_roads(script=script)
    page.click("button[role=tab]:has-text('Video')")
    page.click("#driving-video-start")
    wait_told(page, "Choose a video first")
    page.click(".toast-close")  # it lies on the button for ten seconds
    page.click("#driving-drawn-clip")
    wait_told(page, "A drive through a drawn street")
    page.wait_for_selector("#driving-video-source video", timeout=WAIT)
    page.click("#driving-video-view label:has-text('Road ahead')")
    page.click("#driving-video-start")
    wait_told(page, "Done: 6 frames")
    page.wait_for_function(
        "() => document.querySelector('#driving-video-result video')?.videoWidth === 640", timeout=WAIT
    )
    with page.expect_download(timeout=WAIT) as waiting:
        page.click("#driving-video-download")
    assert waiting.value.suggested_filename == "drawn-street-road.mp4"
