"""The live view's driving mode in a real browser, with a network that stands in: the lower half is road, the upper sky."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import gradio as gr
import numpy as np
import pytest
from fastapi import FastAPI

from demos.live import connection
from demos.live.panel import build_live_tab
from demos.live.server import live_router
from demos.page_head import PageHead
from demos.words import words
from tests.core.cli.roads import card
from tests.demos.live.conftest import RoadBelow, running
from tests.e2e.fake_camera import camera_options, write_camera

WAIT = 120_000
ROAD, SKY = (128, 64, 128), (70, 130, 180)


class Blinded(RoadBelow):
    """May be made to know nothing."""

    blind = False

    def semantic(self, frame: np.ndarray):
        return super().semantic(np.zeros_like(frame) if self.blind else frame)


@pytest.fixture
def serve(tmp_path, monkeypatch) -> Iterator:
    """``serve(*cards) → address`` of a page with the live tab alone; the segmenter is ``serve.network``."""
    network = Blinded()
    monkeypatch.setenv("TRIPTYCH_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setattr(connection, "load_segmenter", lambda _name: network)
    with contextlib.ExitStack() as servers:

        def start(*cards: tuple[str, str]) -> str:
            for name, task in cards:
                card(tmp_path / "weights", name, task)
            with gr.Blocks() as page:
                build_live_tab(words("en"))
            app = FastAPI()
            app.include_router(live_router())
            gr.mount_gradio_app(app, page, "/", ssr_mode=False)
            app.add_middleware(PageHead, pages={"/": "en"})
            return f"http://127.0.0.1:{servers.enter_context(running(app))}/"

        start.network = network  # type: ignore[attr-defined]
        yield start


@pytest.fixture
def page(launch, tmp_path):
    """An empty page in a browser with a camera."""
    browser = launch(*camera_options(write_camera(tmp_path / "camera.y4m", frames=30, fps=10)))
    yield browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
    browser.close()


def pixel(page, x: int, y: int) -> np.ndarray:
    """RGB of the canvas at (x, y)."""
    return np.array(
        page.evaluate(
            f"""() => {{ const seen = document.querySelector('#live-canvas'), copy = new OffscreenCanvas(1, 1);
            const brush = copy.getContext('2d'); brush.drawImage(seen, {x}, {y}, 1, 1, 0, 0, 1, 1);
            return [...brush.getImageData(0, 0, 1, 1).data].slice(0, 3) }}"""
        )
    )


def wait_for(page, x: int, y: int, is_there) -> None:
    deadline = time.monotonic() + WAIT / 1000
    while not is_there(seen := pixel(page, x, y)):
        assert time.monotonic() < deadline, seen
        time.sleep(0.2)


def wait_for_pixel(page, x: int, y: int, color: tuple[int, int, int]) -> None:
    wait_for(page, x, y, lambda rgb: np.abs(rgb - color).max() <= 15)


def test_roads_are_seen_live_and_doubt_is_told(serve, page):
    page.goto(serve(("portrait-fast", "matte"), ("driving-fast", "semantic")))
    page.click("#live-mode label:has-text('Driving')", timeout=WAIT)
    page.wait_for_selector("#live-view", timeout=WAIT)
    assert not page.is_visible("#live-output"), "the portrait's controls are gone"
    page.wait_for_function("() => !document.querySelector('#live-canvas').classList.contains('mirrored')")
    page.click("#live-view label:has-text('Colours')")
    page.wait_for_selector("#live-opacity", state="hidden", timeout=WAIT)
    page.click("#live-start")
    wait_for_pixel(page, 320, 460, ROAD)
    wait_for_pixel(page, 320, 20, SKY)
    page.click("#live-view label:has-text('Road ahead')")
    wait_for(
        page, 320, 460, lambda rgb: rgb[1] > max(rgb[0], rgb[2]) + 20
    )  # road's purple, greened by the free path
    serve.network.blind = True
    page.wait_for_selector("#live-status:has-text('hardly looks like a road')", timeout=WAIT)
    serve.network.blind = False
    page.wait_for_selector("#live-status:has-text('hardly')", state="hidden", timeout=WAIT)
    page.click("#live-mode label:has-text('Portrait')")
    page.wait_for_selector("#live-output", timeout=WAIT)
    assert not page.is_visible("#live-view")
    page.click("#live-output label:has-text('Matte')")
    wait_for_pixel(page, 40, 460, (255, 255, 255))  # the stand-in's person is the left half


def test_the_door_of_driving_opens_its_mode(serve, page):
    page.goto(serve(("portrait-fast", "matte"), ("driving-fast", "semantic")) + "#driving")
    page.wait_for_selector("#live-view", timeout=WAIT)
    page.evaluate("location.hash = '#portrait'")
    page.wait_for_selector("#live-output", timeout=WAIT)


def test_without_a_network_for_roads_there_is_no_such_mode(serve, page):
    page.goto(serve(("portrait-fast", "matte")))
    page.wait_for_selector("#live-output", timeout=WAIT)
    assert page.locator("#live-mode").count() == 0
