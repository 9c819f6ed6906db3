"""``python -m tests.e2e.tour``: make the README's pictures anew, as a visitor sees the pages."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import Page, sync_playwright

from tests.e2e.browser import BROWSER_OPTIONS, find_browser
from tests.e2e.fake_camera import camera_options, write_camera
from tests.e2e.process import ROOT, serving

FOLDER = ROOT / "demos" / "tour"
WAIT = 60_000
QUALITY = 82


def photo(page: Page) -> None:
    page.wait_for_selector("#result img", timeout=WAIT)


def driving(page: Page) -> None:
    page.click("[data-door=driving]")
    page.wait_for_selector("#driving-viewer .dr-above:not([inert]) .dr-stage img[src^=blob]", timeout=WAIT)


def compare(page: Page) -> None:
    page.click("#driving-compare-tab-button")
    page.wait_for_selector(".dr-card[data-weights=driving-unet] .dr-figures [data-figure=miou]", timeout=WAIT)


def medical(page: Page) -> None:
    page.click("[data-door=medical]")
    page.wait_for_selector("#medical[data-state=shown]", timeout=WAIT)


def live(page: Page) -> None:
    page.click("[data-door=portrait]")
    page.click("#live-tab-button")
    page.click("#live-start")
    page.wait_for_function("() => document.querySelector('#live-figures').dataset.rate > 15", timeout=WAIT)


def scoring(page: Page) -> None:
    page.click("#scoring-tab-button")


STOPS = (photo, driving, compare, medical, live, scoring)


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as made, sync_playwright() as p:
        folder = Path(made)
        camera = camera_options(write_camera(folder / "camera.y4m", numbered=False))
        browser = p.chromium.launch(executable_path=find_browser(), args=[*BROWSER_OPTIONS, *camera])
        with serving("--port", "7940", "--lang", "en", folder=folder, environment=os.environ) as server:
            page = browser.new_page(viewport={"width": 1280, "height": 860})
            page.goto(server.address)
            for stop in STOPS:
                stop(page)
                page.wait_for_timeout(3000)
                picture = cv2.imdecode(np.frombuffer(page.screenshot(), np.uint8), cv2.IMREAD_COLOR)
                cv2.imwrite(
                    str(FOLDER / f"{stop.__name__}.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
                )
            browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
