"""The photo panel in a real browser, with the real networks."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from demos.portrait.example import example_photo

WAIT = 30_000


@pytest.fixture
def portrait(tmp_path: Path) -> Path:
    """A person at 1500×1200, larger than the preview: the example, enlarged beside a flat wall."""
    person = Image.fromarray(example_photo().pixels).resize((1200, 1200))
    picture = Image.new("RGB", (1500, 1200), (120, 130, 140))
    picture.paste(person, (150, 0))
    path = tmp_path / "my holiday.jpg"
    picture.save(path, quality=92)
    return path


def result_sources(page) -> list[str]:
    return page.eval_on_selector_all("#result img", "images => images.map(i => i.src)")


def wait_for_new_result(page, before: list[str]) -> None:
    page.wait_for_function(
        "old => { const now = [...document.querySelectorAll('#result img')].map(i => i.src);"
        "return now.length > 1 && now.some(s => !old.includes(s)) && now.every(s => s) }",
        arg=before, timeout=WAIT,
    )  # fmt: skip


def upload(page, path: Path) -> None:
    before = result_sources(page)
    page.set_input_files("#source input[type=file]", str(path))
    wait_for_new_result(page, before)


def download(page, tmp_path: Path) -> Image.Image:
    with page.expect_download(timeout=WAIT) as waiting:
        page.click("a.download")
    target = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(target)
    image = Image.open(target)
    image.load()
    image.filename = target.name
    return image


def natural_pixels(page) -> np.ndarray:
    """The result as the browser holds it, (H, W) grey."""
    values = page.evaluate(
        """async () => { const images = [...document.querySelectorAll('#result img')];
        const i = images[images.length - 1]; await i.decode(); const c = document.createElement('canvas');
        c.width = i.naturalWidth; c.height = i.naturalHeight; const g = c.getContext('2d'); g.drawImage(i, 0, 0);
        return [c.width, c.height, ...g.getImageData(0, 0, c.width, c.height).data.filter((_, k) => k % 4 === 0)] }"""
    )
    return np.array(values[2:], np.float32).reshape(values[1], values[0])


def test_the_first_screen_shows_a_result_without_a_click(open_page):
    page = open_page()
    assert len(result_sources(page)) >= 2
    box = page.locator("#result img").first.bounding_box()
    assert box["y"] + 200 < 900, "it stands on the first screen"
    assert re.search(r"\d+ ms", page.inner_text("#status"))


def test_a_photo_is_blurred_live_and_downloaded_in_full(open_page, portrait, tmp_path):
    page = open_page()
    upload(page, portrait)
    shown = natural_pixels(page)
    assert max(shown.shape) == 1280
    before = result_sources(page)
    page.fill("#photo-f-number input[type=number]", "16")
    page.keyboard.press("Enter")
    wait_for_new_result(page, before)
    sharper = natural_pixels(page)
    assert np.abs(np.diff(sharper)).mean() > 1.05 * np.abs(np.diff(shown)).mean(), "f/16 blurs less"
    result = download(page, tmp_path)
    assert result.size == (1500, 1200)
    assert result.filename == "my holiday-blur.jpg"


def test_other_backgrounds(open_page, portrait, tmp_path):
    page = open_page()
    upload(page, portrait)
    for label, name, mode in (
        ("Transparent", "my holiday-cutout.png", "RGBA"),
        ("Matte", "my holiday-matte.png", "L"),
    ):
        before = result_sources(page)
        page.click(f"#photo-output label:has-text('{label}')")
        wait_for_new_result(page, before)
        result = download(page, tmp_path)
        assert (result.filename, result.mode, result.size) == (name, mode, (1500, 1200))
    matte = np.asarray(result)
    assert matte[600, 700] == 255 and matte[20, 20] == 0
    page.click("#photo-output label:has-text('Picture')")
    page.wait_for_selector("text=Choose a background picture first", timeout=WAIT)
    Image.new("RGB", (50, 50), (0, 200, 0)).save(tmp_path / "green.png")
    before = result_sources(page)
    page.set_input_files("#photo-image input[type=file]", str(tmp_path / "green.png"))
    wait_for_new_result(page, before)
    corner = np.asarray(download(page, tmp_path).convert("RGB"))[20, 20].astype(int)
    assert np.abs(corner - (0, 200, 0)).max() < 8


def test_a_bad_file_gives_a_message_and_loses_nothing(open_page, tmp_path):
    page = open_page()
    before = result_sources(page)
    bad = tmp_path / "holiday.jpg"
    bad.write_text("this is no photo")
    page.set_input_files("#source input[type=file]", str(bad))
    page.wait_for_selector("text=is not a photo", timeout=WAIT)
    assert result_sources(page) == before


def test_korean(open_page):
    page = open_page("/ko/")
    assert "배경" in page.inner_text("body") and "Background" not in page.inner_text("body")
    page.click("#language")
    page.wait_for_selector("text=Background", timeout=WAIT)


def test_a_korean_browser_gets_the_korean_page(open_page):
    page = open_page("/", locale="ko-KR")
    page.wait_for_selector("text=배경", timeout=WAIT)


@pytest.mark.parametrize("path", ["/", "/ko/"])
def test_a_phone_needs_no_sideways_scroll(open_page, path):
    page = open_page(path, viewport={"width": 360, "height": 780})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_an_old_download_link_says_so(open_page, server):
    page = open_page()
    response = page.request.get(f"{server}/download/portrait/none")
    assert response.status == 404 and "no longer in memory" in response.text()
