"""The driving panel's pictures in a real browser: drawn streets, files of one's own, networks beside each other."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.driving.street import StreetScene
from demos.driving.examples import EXAMPLES, SIZE, example_token
from tests.e2e.driving.stage import CITY, STAGE, WAIT, answer_of, download, point, show, shown, wait_for_stage


def test_the_first_screen_shows_a_parsed_street_and_says_that_it_is_drawn(open_roads):
    page = open_roads()
    box = page.locator(f"{STAGE} img").bounding_box()
    assert box["y"] + box["height"] < 900 and box["width"] > 600
    text = page.inner_text("body")
    assert "drawn by the program" in text and re.search(r"Network \d+ ms · map \d+ ms", text)
    assert "Scores against the truth" in text and "What am I looking at?" in text
    shares = [b.inner_text() for b in page.locator(".dr-legend b").all()]
    assert shares and all(re.fullmatch(r"(< )?[\d.]+ %", share) for share in shares)


def test_every_view_and_opacity_comes_without_asking_the_network_again(open_roads, asked):
    page = open_roads()
    before, captions = len(asked), set()
    for pill in page.locator("#driving-viewer .dr-pill").all():
        show(page, pill.get_attribute("data-view"))
        captions.add(page.inner_text(".dr-caption"))
    assert len(captions) == 12
    show(page, "overlay")
    old = page.get_attribute(f"{STAGE} img", "src")
    page.fill(".dr-opacity input", "0")
    page.wait_for_function(
        f"old => document.querySelector('{STAGE} img')?.src !== old", arg=old, timeout=WAIT
    )
    drawn = StreetScene(EXAMPLES[0]).frame(*SIZE).image
    assert np.abs(shown(page)[..., :3].astype(int) - drawn).mean() < 4, (
        "at opacity 0 the picture itself is seen"
    )
    assert len(asked) == before


def test_pointing_names_what_core_says(open_roads, roads):
    page = open_roads()
    frame, scores = answer_of(roads)
    show(page, "color")
    colors = shown(page)
    for x, y in ((0.25, 0.3), (0.5, 0.8), (0.9, 0.97)):
        told = point(page, x, y)
        row, column = int(y * SIZE[1]), int(x * SIZE[0])
        label = CITY.evaluated[int(scores.train_ids()[row, column])]
        assert told.startswith(label.name) and ("thing" if label.isthing else "stuff") in told
        sure = int(re.search(r"(\d+) % sure", told)[1])
        assert abs(sure - 100 * scores.confidence()[row, column]) <= 2
        truth = CITY.by_id(int(frame.label_ids()[row, column]))
        assert truth == label or f"truth: {truth.name}" in told
        assert tuple(colors[row, column, :3]) == label.color
    page.focus(STAGE)
    before = page.evaluate(f"document.querySelector('{STAGE} .dr-mark').style.top")
    page.keyboard.press("Shift+ArrowUp")
    page.wait_for_function(
        f"old => document.querySelector('{STAGE} .dr-mark').style.top !== old", arg=before, timeout=WAIT
    )
    page.keyboard.press("Escape")
    page.wait_for_selector(f"{STAGE} .dr-chip", state="hidden", timeout=WAIT)


def test_a_class_of_the_legend_stays_in_the_light(open_roads, roads):
    page = open_roads()
    first = page.locator(".dr-legend button").first
    first.click()
    page.wait_for_selector(f"{STAGE} canvas:not([hidden])", timeout=WAIT)
    _, scores = answer_of(roads)
    lit = scores.semantic().ids == int(first.get_attribute("data-id"))
    assert ((shown(page, "canvas")[..., 3] == 0) == lit).mean() > 0.999
    first.click()
    page.mouse.move(0, 0)
    page.wait_for_selector(f"{STAGE} canvas", state="hidden", timeout=WAIT)


def test_downloads_hold_the_map_at_full_size(open_roads, roads):
    page = open_roads()
    frame, scores = answer_of(roads)
    ids = scores.semantic().ids
    name, data = download(page, "labelids")
    assert name == f"street-{EXAMPLES[0]}_labelIds.png"
    assert (np.asarray(Image.open(io.BytesIO(data))) == ids).mean() > 0.999
    _, data = download(page, "trainids")
    assert (np.asarray(Image.open(io.BytesIO(data))) == scores.train_ids()).mean() > 0.999
    page.fill(".dr-opacity input", "0")
    page.wait_for_selector("a[data-file=overlay][href$='opacity=0']", timeout=WAIT)
    _, data = download(page, "overlay")
    assert (np.asarray(Image.open(io.BytesIO(data))) == frame.image).all()
    name, data = download(page, "panoptic")
    assert name.endswith("_panoptic.zip")
    assert "panoptic.json" in zipfile.ZipFile(io.BytesIO(data)).namelist()


@pytest.fixture
def own(tmp_path) -> tuple[Path, Path]:
    """A picture of one's own, 300×200, and its instance ids."""
    frame = StreetScene(3).frame(300, 200)
    Image.fromarray(frame.image).save(tmp_path / "my drive.png")
    Image.fromarray(frame.instance_ids.astype(np.uint16)).save(tmp_path / "my_instanceIds.png")
    return tmp_path / "my drive.png", tmp_path / "my_instanceIds.png"


def test_a_picture_and_a_truth_of_ones_own(open_roads, own, tmp_path):
    page = open_roads()
    show(page, "things")
    first = page.get_attribute(STAGE, "data-token")
    page.set_input_files("#driving-source input[type=file]", str(own[0]))
    page.wait_for_function(
        f"old => document.querySelector('{STAGE}')?.dataset.token !== old", arg=first, timeout=WAIT
    )
    wait_for_stage(page, "[data-view=things]")
    assert shown(page).shape == (200, 300, 4) and page.locator(".dr-scores").count() == 0
    assert "drawn by the program" not in page.inner_text("#driving-viewer")
    token = page.get_attribute(STAGE, "data-token")
    Image.new("L", (64, 64), 7).save(tmp_path / "small_labelIds.png")
    page.set_input_files("#driving-truth input[type=file]", str(tmp_path / "small_labelIds.png"))
    page.wait_for_selector("text=the truth has 64×64 px, the picture 300×200", timeout=WAIT)
    assert page.get_attribute(STAGE, "data-token") == token, "what was there stays"
    page.wait_for_selector("#driving-truth input[type=file]", state="attached", timeout=WAIT)
    page.set_input_files("#driving-truth input[type=file]", str(own[1]))
    page.wait_for_selector(".dr-scores[data-pq]", timeout=WAIT)
    assert "read as instanceIds" in page.inner_text("#driving-viewer")
    show(page, "errors")
    assert "Where the network is wrong" in page.inner_text(".dr-caption")
    page.click(f"#street-{EXAMPLES[1]}")
    wait_for_stage(page, f"[data-token={example_token(EXAMPLES[1])}]")


def test_a_bad_file_gives_a_message_and_loses_nothing(open_roads, tmp_path):
    page = open_roads("/ko/")
    (tmp_path / "drive.jpg").write_text("this is no picture")
    old = page.get_attribute(f"{STAGE} img", "src")
    page.set_input_files("#driving-source input[type=file]", str(tmp_path / "drive.jpg"))
    page.wait_for_selector("text=drive.jpg 파일은 사진이 아닙니다", timeout=WAIT)
    assert page.get_attribute(f"{STAGE} img", "src") == old
    show(page, "road")


def test_a_pasted_picture_is_opened(open_roads):
    page = open_roads()
    first = page.get_attribute(STAGE, "data-token")
    page.evaluate(
        """async () => { const c = new OffscreenCanvas(128, 64); c.getContext('2d').fillRect(0, 0, 128, 64);
        const files = new DataTransfer();
        files.items.add(new File([await c.convertToBlob()], 'pasted.png', {type: 'image/png'}));
        document.body.dispatchEvent(new ClipboardEvent('paste', {clipboardData: files, bubbles: true, cancelable: true})) }"""
    )
    page.wait_for_function(
        f"old => document.querySelector('{STAGE}')?.dataset.token !== old", arg=first, timeout=WAIT
    )
    wait_for_stage(page)
    assert shown(page).shape == (64, 128, 4)


def test_another_network_and_all_of_them_beside_each_other(open_roads, roads):
    page = open_roads()
    page.click("#driving-weights label:has-text('FCN')")
    wait_for_stage(page, "[data-weights=driving-fcn]")
    _, scores = answer_of(roads, "driving-fcn")
    told = point(page, 0.5, 0.5)
    assert told.startswith(CITY.evaluated[int(scores.train_ids()[SIZE[1] // 2, SIZE[0] // 2])].name)
    page.click("button[role=tab]:has-text('Compare')")
    page.wait_for_selector(".dr-card[data-weights=driving-fcn] .dr-figures [data-figure=miou]", timeout=WAIT)
    names = [b.inner_text() for b in page.locator(".dr-card figcaption b").all()]
    assert names == ["Truth", "Fast", "FCN"]
    for card in page.locator(".dr-card").all()[1:]:
        assert re.search(r"Time\s+\d+ ms\s+Size\s+0\.\d MB\s+mIoU\s+0\.\d{3}\s+PQ", card.inner_text())
    point(page, 0.5, 0.5, ".dr-card[data-weights=truth] .dr-stage")
    page.wait_for_function(
        "() => document.querySelectorAll('.dr-card .dr-chip:not([hidden])').length === 3", timeout=WAIT
    )
    assert (
        page.inner_text(".dr-card[data-weights=driving-fcn] .dr-chip").splitlines()[0] == told.splitlines()[0]
    )
    page.click("#compare .dr-pill[data-view=errors]")
    page.wait_for_function(
        "() => document.querySelectorAll('.dr-card .dr-stage[data-view=errors]').length === 2", timeout=WAIT
    )


def test_korean(open_roads):
    page = open_roads("/ko/")
    for view in page.locator("#driving-viewer .dr-pill").all():
        show(page, view.get_attribute("data-view"))
        assert re.search("[가-힣]", page.inner_text(".dr-caption"))
    assert re.search("[가-힣]", point(page, 0.5, 0.5))
    proper = r"Cityscapes|COCO|label(Train)?Ids|trainIds|instanceIds|PNG|IoU|FCN|PQ|AP|stuff|thing|zip|for tests|none|ms|px"
    for name in ("picture", "clip", "compare"):
        page.click(f"#{name}-button")
        if name == "compare":
            page.wait_for_selector(".dr-card[data-weights=driving-fcn] .dr-figures", timeout=WAIT)
        text = re.sub(proper, "", page.inner_text("body"))
        left = re.findall(r"[A-Za-z]{3,}", text)
        assert not left, left


@pytest.mark.parametrize("path", ["/", "/ko/"])
def test_a_phone_needs_no_sideways_scroll(open_roads, path):
    page = open_roads(path, viewport={"width": 360, "height": 780})
    for name in ("picture", "clip", "compare"):
        page.click(f"#{name}-button")
        if name == "compare":
            page.wait_for_selector(".dr-card[data-weights=driving-fcn] .dr-figures", timeout=WAIT)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
