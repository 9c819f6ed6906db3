"""Cameras that are refused, missing, busy, unplugged or looked at by nobody."""

from __future__ import annotations

from urllib.parse import urlparse

from tests.e2e.live.watching import KEEP_STREAMS, UNPLUG, WAIT, moves, stands_still, start


def test_a_camera_unplugged_and_back(open_live):
    page = open_live(script=KEEP_STREAMS)
    start(page)
    page.evaluate(UNPLUG)
    page.wait_for_selector("text=The camera was unplugged", timeout=WAIT)
    stands_still(page)
    page.evaluate("() => navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    moves(page)
    assert page.inner_text("#live-status") == ""


def test_a_camera_stopped_by_hand_does_not_come_back_by_itself(open_live):
    page = open_live(script=KEEP_STREAMS)
    start(page)
    page.evaluate(UNPLUG)
    page.wait_for_selector("text=The camera was unplugged", timeout=WAIT)
    page.click("#live-start")
    moves(page)
    page.click("#live-stop")
    page.wait_for_selector("text=The camera is off.", timeout=WAIT)
    page.evaluate("() => navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    stands_still(page)
    assert page.evaluate("() => streams.every((s) => s.getTracks().every((t) => t.readyState === 'ended'))")


def test_permission_denied(open_live, launch):
    deaf = launch("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream=deny")
    page = open_live(using=deaf)
    page.click("#live-start")
    page.wait_for_selector("text=does not let this page use the camera", timeout=WAIT)
    assert page.is_visible("#live-start"), "and it can be tried again"


def test_no_camera(open_live, browser):
    page = open_live(using=browser)
    page.click("#live-start")
    page.wait_for_selector("text=No camera was found", timeout=WAIT)


def test_a_camera_in_use(open_live):
    page = open_live(
        script="navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotReadableError') }"
    )
    page.click("#live-start")
    page.wait_for_selector("text=in use by another program", timeout=WAIT)


def test_a_page_that_is_neither_https_nor_localhost(open_live, launch, server):
    far = launch("--host-resolver-rules=MAP triptych.test 127.0.0.1")
    page = open_live(using=far, address=f"http://triptych.test:{urlparse(server).port}")
    page.click("#live-start")
    page.wait_for_selector("text=only to pages on https or on this machine", timeout=WAIT)


def test_a_camera_that_nobody_looks_at_is_switched_off(open_live):
    page = open_live(script=KEEP_STREAMS + "window.later = 0; const real = performance.now.bind(performance);"
                     "performance.now = () => real() + later;")  # fmt: skip
    start(page)
    page.click("button[role=tab]:has-text('Photo')")
    page.wait_for_timeout(500)
    assert page.evaluate("() => streams[0].getTracks()[0].readyState") == "live", (
        "a glance elsewhere is no end"
    )
    page.evaluate("() => { window.later = 61000 }")
    page.wait_for_function("() => streams[0].getTracks()[0].readyState === 'ended'", timeout=WAIT)
    page.click("button[role=tab]:has-text('Live')")
    page.wait_for_selector("text=nobody looked at it for a minute", timeout=WAIT)
    page.evaluate("() => { window.later = 0 }")
    start(page)
    moves(page)
