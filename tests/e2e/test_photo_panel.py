"""The photo panel in a real browser, with the real networks."""

from __future__ import annotations

import base64
import functools
import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from demos.portrait.example import example_photo
from tests.e2e.fake_camera import camera_options, write_camera

WAIT = 120_000


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
    """The result as the browser holds it, float32 (H, W) grey."""
    url = page.evaluate(
        """async () => { const images = [...document.querySelectorAll('#result img')];
        const i = images[images.length - 1]; await i.decode(); const c = document.createElement('canvas');
        c.width = i.naturalWidth; c.height = i.naturalHeight; c.getContext('2d').drawImage(i, 0, 0);
        return c.toDataURL('image/png') }"""
    )
    picture = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))
    return np.asarray(picture.convert("L"), np.float32)


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


def test_a_bad_file_is_told_in_korean(open_page, tmp_path):
    page = open_page("/ko/")
    bad = tmp_path / "holiday.jpg"
    bad.write_text("this is no photo")
    page.set_input_files("#source input[type=file]", str(bad))
    page.wait_for_selector("text=holiday.jpg 파일은 사진이 아닙니다", timeout=WAIT)
    page.wait_for_selector("#source input[type=file]", state="attached", timeout=WAIT)


def test_one_of_two_people_stays_sharp(open_page, tmp_path):
    person = Image.fromarray(example_photo().pixels[:, 80:430])
    picture = Image.new("RGB", (1200, 700), (150, 160, 150))
    for left in (50, 800):
        picture.paste(person, (left, 188))
    picture.save(tmp_path / "pair.png")
    page = open_page()
    upload(page, tmp_path / "pair.png")
    faces = page.locator("#people label")
    faces.nth(1).wait_for(timeout=WAIT)
    assert faces.count() == 2
    both, before = natural_pixels(page), result_sources(page)
    faces.nth(1).click()
    wait_for_new_result(page, before)
    one = natural_pixels(page)
    change = np.abs(one - both)[260:340]
    assert change[:, 160:230].mean() < 1, "the left face is as it was"
    assert change[:, 910:980].mean() > 5, "the right one is blurred"


def test_a_pasted_picture_is_the_new_photo(open_page, portrait, tmp_path):
    page = open_page()
    upload(page, portrait)
    before = result_sources(page)
    page.evaluate(
        """async () => { const c = new OffscreenCanvas(300, 200); c.getContext('2d').fillRect(0, 0, 300, 200);
        const files = new DataTransfer();
        files.items.add(new File([await c.convertToBlob()], 'pasted.png', {type: 'image/png'}));
        document.body.dispatchEvent(new ClipboardEvent('paste',
            {clipboardData: files, bubbles: true, cancelable: true})) }"""
    )
    wait_for_new_result(page, before)
    page.wait_for_selector("text=Nobody was found in this picture", timeout=WAIT)
    assert download(page, tmp_path).size == (300, 200)


def test_the_example_can_be_had_again(open_page, portrait):
    page = open_page()
    upload(page, portrait)
    before = result_sources(page)
    page.click("#example")
    wait_for_new_result(page, before)
    page.wait_for_selector("#source img", state="detached", timeout=WAIT)
    assert natural_pixels(page).shape == (512, 512)


def test_a_new_f_number_keeps_what_the_network_said(open_page):
    page = open_page()
    before = result_sources(page)
    page.fill("#photo-f-number input[type=number]", "8")
    page.keyboard.press("Enter")
    wait_for_new_result(page, before)
    page.fill("#photo-f-number input[type=number]", "4")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=network, edges: not needed again", timeout=WAIT)


def test_korean(open_page):
    page = open_page("/ko/", locale="en-US")
    body = page.inner_text("body")
    assert "배경" in body and not re.search("background|upload|drop|click", body, re.IGNORECASE)
    assert page.evaluate("document.documentElement.lang") == "ko"
    page.click("button[role=tab]:has-text('동영상')")
    assert not re.search("upload|drop|click", page.inner_text("body"), re.IGNORECASE), "Gradio's words too"
    page.click("#language")
    page.wait_for_selector("text=Background", timeout=WAIT)


def test_a_korean_browser_gets_the_korean_page(open_page):
    page = open_page("/", locale="ko-KR")
    page.wait_for_selector("text=배경", timeout=WAIT)


def test_a_choice_of_language_is_kept(open_page):
    page = open_page("/", locale="ko-KR")
    page.click("#language")
    page.wait_for_selector("text=Background", timeout=WAIT)
    page.goto(page.url.split("/ko")[0])
    page.wait_for_selector("text=Background", timeout=WAIT)


@pytest.mark.parametrize("path", ["/", "/ko/"])
def test_a_phone_needs_no_sideways_scroll(open_page, path):
    page = open_page(path, viewport={"width": 360, "height": 780})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_an_old_download_link_says_so(open_page, server):
    page = open_page()
    response = page.request.get(f"{server}/download/portrait/none")
    assert response.status == 404 and "no longer in memory" in response.text()


def fail(status: int, route) -> None:
    route.fulfill(status=status, body="no JSON")


def test_a_download_that_fails_says_why_and_may_be_asked_for_again(open_page, tmp_path):
    page = open_page("/ko/")
    page.wait_for_selector("a.download", timeout=WAIT)
    label = page.inner_text("a.download")
    for status, told in ((404, "메모리에서 지워졌습니다"), (502, "처리하지 못했습니다")):
        answer = functools.partial(fail, status)
        page.route("**/download/portrait/*", answer, times=1)
        page.click("a.download")
        page.wait_for_selector(f"a.download:has-text('{told}')", timeout=WAIT)
    download(page, tmp_path)
    page.wait_for_selector(f"a.download:text-is('{label}')", timeout=WAIT)


def test_a_snapshot_of_the_webcam_becomes_the_photo(open_page, launch, tmp_path):
    camera = launch(*camera_options(write_camera(tmp_path / "camera.y4m", frames=30)))
    page = open_page(using=camera)
    page.click("#source button[aria-label='Capture from camera']", timeout=WAIT)
    page.click("#source button:has(.icon-wrap)", timeout=WAIT)
    # Gradio's button is there before the camera's first picture, and does nothing until then.
    page.wait_for_function("() => document.querySelector('#source video')?.videoWidth > 0", timeout=WAIT)
    before = result_sources(page)
    page.click("#source .button-wrap button >> nth=0", timeout=WAIT)
    wait_for_new_result(page, before)
    result = download(page, tmp_path)
    assert result.size == (640, 480)
    assert "error" not in page.inner_text("#status").lower()
