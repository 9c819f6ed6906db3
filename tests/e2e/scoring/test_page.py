"""The page "How it is scored" in a real browser: a pair of one's own, its languages, small and dark screens."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.labels import get_label_set
from core.metrics import ConfusionMatrix
from demos.scoring.example_pair import example_pair
from tests.e2e.scoring.reading import WAIT, figures, painted, settled


def upload(page, which: str, path: Path) -> None:
    page.set_input_files(f"#pair-{which} input[type=file]", str(path))


def test_a_pair_of_ones_own_is_scored(open_scoring, tmp_path):
    rng = np.random.default_rng(0)
    labels = get_label_set("voc")
    truth = np.kron(rng.choice([0, 8, 12, 15, 255], (6, 8)), np.ones((10, 10))).astype(np.uint8)
    prediction = np.where(rng.random(truth.shape) < 0.8, truth, 8).astype(np.uint8)
    prediction[prediction == 255] = 0
    Image.fromarray(prediction).save(tmp_path / "guess.png")
    Image.fromarray(truth).save(tmp_path / "truth.png")
    page = open_scoring()
    example = ConfusionMatrix(get_label_set("cityscapes"))
    example.add(*example_pair())
    assert figures(page, "#pair-figures .sc-result")["miou"] == example.score().miou, "there before any file"
    page.click("#pair-labels input")
    page.click("#pair-labels [role=option]:has-text('Pascal VOC')")
    upload(page, "prediction", tmp_path / "guess.png")
    page.wait_for_selector("text=Now choose the other PNG", timeout=WAIT)
    upload(page, "truth", tmp_path / "truth.png")
    matrix = ConfusionMatrix(labels)
    matrix.add(prediction, truth)
    score = matrix.score()
    page.wait_for_function(
        "v => Number(document.querySelector('#pair-figures .sc-result').dataset.miou) === v",
        arg=score.miou,
        timeout=WAIT,
    )
    assert figures(page, "#pair-figures .sc-result")["accuracy"] == score.pixel_accuracy
    bars = page.eval_on_selector_all(
        "#pair-bars tr[data-iou]", "rows => rows.map(r => Number(r.dataset.iou))"
    )
    assert bars == [v for v in score.iou.values() if not np.isnan(v)]
    names = list(score.iou)
    there, taken = names.index("dog"), names.index("cat")
    page.locator("#pair-matrix g", has=page.locator("title", has_text="dog → cat")).hover()
    assert f"dog → cat: {score.confusion[there, taken]} px" in page.inner_text("#pair-matrix .sc-pointed")
    before = page.get_attribute("#pair-errors img", "src")
    page.click("#pair-class input")
    page.click("#pair-class [role=option]:has-text('dog')")
    page.wait_for_function(
        "old => document.querySelector('#pair-errors img').src !== old", arg=before, timeout=WAIT
    )
    assert page.get_attribute("#pair-errors img", "alt").startswith("Error picture: dog")
    page.click("#pair-example")
    page.wait_for_function(
        "v => Number(document.querySelector('#pair-figures .sc-result').dataset.miou) === v",
        arg=example.score().miou, timeout=WAIT,
    )  # fmt: skip


def test_what_cannot_be_scored_is_told_in_the_pages_language(open_scoring, tmp_path):
    Image.fromarray(np.zeros((4, 6, 3), np.uint8)).save(tmp_path / "colours.png")
    Image.fromarray(np.full((4, 6), 7, np.uint8)).save(tmp_path / "small.png")
    Image.fromarray(np.full((4, 8), 7, np.uint8)).save(tmp_path / "large.png")
    page = open_scoring("/ko/")
    shown = figures(page, "#pair-figures .sc-result")
    upload(page, "prediction", tmp_path / "colours.png")
    page.wait_for_selector("text=이제 나머지 PNG를 고르세요", timeout=WAIT)
    upload(page, "truth", tmp_path / "small.png")
    page.wait_for_selector("text=colours.png 파일은 컬러 그림입니다", timeout=WAIT)
    assert figures(page, "#pair-figures .sc-result") == shown
    page.click("#pair-example")
    page.wait_for_selector("#pair-truth input[type=file]", state="attached", timeout=WAIT)
    upload(page, "prediction", tmp_path / "small.png")
    upload(page, "truth", tmp_path / "large.png")
    page.wait_for_selector("text=예측은 6 × 4, 정답은 8 × 4", timeout=WAIT)
    Image.new("L", (6, 4)).save(tmp_path / "photo.jpg")
    page.click("#pair-example")
    page.wait_for_selector("#pair-truth input[type=file]", state="attached", timeout=WAIT)
    upload(page, "prediction", tmp_path / "photo.jpg")
    upload(page, "truth", tmp_path / "small.png")
    page.wait_for_selector("text=photo.jpg 파일은 PNG가 아닙니다", timeout=WAIT)


# Symbols, units, keys, file formats and names of papers, packages and data sets: the same in Korean.
_NAMES = """
Triptych English IoU mIoU fwIoU iIoU Dice PQ SQ RQ TP FP FN TN AP MAE HD95 HD ASSD F1 PNG CT MRI px mm id train thing
stuff Tab Shift COCO Cityscapes CamVid IDD Lite Pascal VOC VOCevalseg panopticapi pycocotools cityscapesscripts DeepMind
surface distance CVPR et al Rhemann Cheng Long
"""


def test_korean_is_korean_throughout(open_scoring):
    page = open_scoring("/ko/", locale="en-US")
    said = page.inner_text("#scoring-tab")
    spoken = page.eval_on_selector_all(
        "#scoring-tab [aria-label], #scoring-tab [alt], #scoring-tab svg title",
        "all => all.map(e => e.getAttribute('aria-label') || e.getAttribute('alt') || e.textContent)",
    )
    left = {word for text in [said, *spoken] for word in re.findall("[A-Za-z][A-Za-z0-9]+", text)} - set(
        _NAMES.split()
    )
    assert not left
    assert "자동차" in said and "교집합" in said
    page.focus("#sc-overlap [data-name=prediction]")
    page.keyboard.press("ArrowRight")
    settled(page)
    assert "참 양성" in page.inner_text("#sc-overlap .sc-panel"), "what the server sends is Korean too"


def test_an_address_opens_a_part_of_the_page_even_where_its_tab_has_no_room(open_page):
    page = open_page(viewport={"width": 260, "height": 700})
    assert page.locator("[role=tab]:has-text('How it is scored')").count() == 0
    page.evaluate("location.hash = 'scoring-pair'")
    page.wait_for_function(
        "Math.abs(document.getElementById('scoring-pair')?.getBoundingClientRect().y) < 60", timeout=WAIT
    )


@pytest.mark.parametrize("path", ["/", "/ko/"])
def test_a_phone_needs_no_sideways_scroll(open_scoring, path):
    page = open_scoring(path, viewport={"width": 360, "height": 780})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for name in ("#sc-overlap canvas", "#sc-scene [data-stage=prediction] canvas", "#pair-errors img"):
        box = page.locator(name).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 360


def test_the_dark_page_paints_anew(open_scoring):
    page = open_scoring(color_scheme="dark")
    dark = painted(page, "#sc-scene [data-stage=truth] canvas").mean()
    page.evaluate("document.body.classList.remove('dark')")
    page.wait_for_timeout(200)
    assert painted(page, "#sc-scene [data-stage=truth] canvas").mean() > dark + 30
