"""What people do to the photo panel besides what it asks for: scroll, type, hurry, go back, use no mouse."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from PIL import Image

from demos.portrait.example import example_photo
from tests.e2e.test_photo_panel import WAIT, download, result_sources, upload, wait_for_new_result

PHONE = {"width": 360, "height": 700}
LINE = "#result [data-testid=slider]"
TOAST = ".toast-body"


def test_the_wheel_over_the_picture_scrolls_the_page_and_with_ctrl_it_zooms(open_page):
    page = open_page(viewport=PHONE)
    page.hover("#result .content img >> nth=0", position={"x": 60, "y": 100})
    page.mouse.wheel(0, 200)
    page.wait_for_function("() => scrollY > 50", timeout=WAIT)
    scale = "() => document.querySelector('#result .content img').style.transform"
    assert page.evaluate(scale).endswith("scale(1)")
    page.hover("#result .content img >> nth=0", position={"x": 60, "y": 100})
    page.keyboard.down("Control")
    for _ in range(4):
        page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    page.wait_for_function(f"() => !({scale})().endsWith('scale(1)')", timeout=WAIT)


def test_a_finger_on_the_picture_scrolls_the_page(open_page):
    page = open_page(viewport=PHONE, has_touch=True)
    box = page.locator("#result .content img >> nth=0").bounding_box()
    touch = functools.partial(page.context.new_cdp_session(page).send, "Input.dispatchTouchEvent")
    x, y = box["x"] + 60, box["y"] + 250
    touch({"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for way in range(0, 200, 10):
        touch({"type": "touchMove", "touchPoints": [{"x": x, "y": y - way}]})
    touch({"type": "touchEnd", "touchPoints": []})
    page.wait_for_function("() => scrollY > 50", timeout=WAIT)


def test_the_line_moves_by_the_arrow_keys(open_page):
    page = open_page()
    line = page.locator(f"{LINE}[role=slider][aria-label='Before and after']")
    line.focus()
    before = line.bounding_box()["x"]
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.wait_for_selector(f"{LINE}[aria-valuenow='60']", timeout=WAIT)
    width = page.locator("#result .content").bounding_box()["height"]  # the example is square
    assert line.bounding_box()["x"] - before == pytest.approx(0.1 * width, abs=3)
    page.keyboard.press("Home")
    page.wait_for_selector(f"{LINE}[aria-valuenow='0']", timeout=WAIT)
    assert line.bounding_box()["x"] - before == pytest.approx(-0.5 * width, abs=3)
    page.keyboard.press("End")
    page.wait_for_selector(f"{LINE}[aria-valuenow='100']", timeout=WAIT)


def test_a_number_may_be_typed_digit_by_digit(open_page):
    page = open_page()
    box = page.locator("#photo-f-number input[type=number]")
    box.click()
    for text in ("16", "8"):
        before = result_sources(page)
        box.press("Control+a")
        box.press("Delete")
        page.wait_for_timeout(300)
        box.press_sequentially(text, delay=150)
        wait_for_new_result(page, before)
    page.wait_for_selector("text=network, edges: not needed again", timeout=WAIT)
    assert page.locator(TOAST).count() == 0


def test_what_is_set_while_a_photo_opens_is_done_with_that_photo(open_page, tmp_path):
    large = Image.fromarray(example_photo().pixels).resize((3000, 3000))
    large.save(tmp_path / "large.jpg")
    page = open_page()
    page.set_input_files("#source input[type=file]", str(tmp_path / "large.jpg"))
    page.wait_for_selector("#source img", timeout=WAIT)
    page.click("#photo-output label:has-text('Transparent')")
    page.wait_for_selector("text=full size 3000 × 3000 px", timeout=WAIT)
    page.wait_for_timeout(3000)  # whatever was under way
    result = download(page, tmp_path)
    assert (result.filename, result.size, result.mode) == ("large-cutout.png", (3000, 3000), "RGBA")


def test_a_background_that_cannot_be_read_is_told_and_stands_in_nobodys_way(open_page, tmp_path):
    page = open_page()
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no picture")
    page.click("#photo-output label:has-text('Picture')")
    page.wait_for_selector("text=Choose a background picture first", timeout=WAIT)
    page.set_input_files("#photo-image input[type=file]", str(bad))
    page.wait_for_selector("#status >> text=bad.png is not a photo", timeout=WAIT)
    good = tmp_path / "good.png"
    Image.fromarray(np.ascontiguousarray(example_photo().pixels[:, ::-1])).save(good)
    upload(page, good)
    page.wait_for_selector("#source img", timeout=WAIT)
    page.wait_for_selector("#status >> text=bad.png is not a photo", timeout=WAIT)
    before = result_sources(page)
    page.click("#photo-output label:has-text('Matte')")
    wait_for_new_result(page, before)
    assert download(page, tmp_path).filename == "good-matte.png"


PASTE = """async () => { for (const width of [300, 320]) {
  const c = new OffscreenCanvas(width, 200); c.getContext('2d').fillRect(0, 0, width, 200);
  const files = new DataTransfer(); files.items.add(new File([await c.convertToBlob()], 'pasted.png', {type: 'image/png'}));
  document.body.dispatchEvent(new ClipboardEvent('paste', {clipboardData: files, bubbles: true, cancelable: true}));
  await new Promise((soon) => setTimeout(soon, 100)); } }"""


def test_of_two_pictures_pasted_in_a_hurry_the_second_stays(open_page):
    page = open_page()
    page.evaluate(PASTE)
    page.wait_for_selector("text=shown in full size, 320 × 200 px", timeout=WAIT)


def test_back_leads_back_to_the_door_before(open_page):
    page = open_page()
    page.click("#doors [data-door=driving]")
    page.wait_for_selector("#driving-viewer", timeout=WAIT)
    page.go_back()
    page.wait_for_selector("#doors [data-door=portrait][aria-current=true]", timeout=WAIT)
    page.wait_for_selector("#result img", timeout=WAIT)


def test_a_long_message_fits_a_phone(open_page):
    page = open_page(viewport=PHONE)
    page.route("**/download/portrait/*", lambda route: route.fulfill(status=404, body="no JSON"))
    page.click("a.download")
    page.wait_for_selector("a.download:has-text('no longer in memory')", timeout=WAIT)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_camera_field_speaks_the_pages_language(open_page):
    page = open_page("/ko/")
    page.click(
        "#source button[aria-label='Capture from camera'], #source button[aria-label*='카메라']", timeout=WAIT
    )
    field = page.locator("#source div[title='grant webcam access'] .wrap")
    field.wait_for(timeout=WAIT)
    assert field.evaluate("wrap => getComputedStyle(wrap).fontSize") == "0px", "Gradio's English is not seen"
    assert "카메라" in field.evaluate("wrap => getComputedStyle(wrap, '::after').content")
