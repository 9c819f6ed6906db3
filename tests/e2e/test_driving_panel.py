"""The driving panel in a real browser: two tiny networks of random weights, drawn streets, files of one's own."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from fastapi import FastAPI
from PIL import Image

from core.driving.street import StreetScene
from core.labels import get_label_set
from core.segmenter import Segmenter
from core.weights import load_card
from demos.driving import clip, networks
from demos.driving.clip import DrawnClip
from demos.driving.compare import place_html
from demos.driving.examples import EXAMPLES, SIZE, example_token
from demos.driving.picture import build_picture_tab
from demos.driving.scenes import Scenes
from demos.driving.server import driving_router
from demos.driving.video import build_video_tab
from demos.page_head import PageHead
from demos.scoring.server import scoring_router
from demos.words import words
from tests.demos.live.conftest import running
from tests.e2e.late_stream import LATE_STREAM

WAIT = 120_000
CITY = get_label_set("cityscapes")
STAGE = "#driving-viewer .dr-stage"
PATHS = {"/": "en", "/ko/": "ko"}
WIDTHS = {"widths": [16, 16, 16, 16], "stem": [8, 8], "expanded": [32] + [8] * 15}


def save_tiny(folder: Path, name: str, seed: int) -> None:
    """A checkpoint of random weights whose answer differs from place to place."""
    import torch

    from core.models import build_model
    from core.weights import Card, save_checkpoint

    torch.manual_seed(seed)
    model = build_model("driving_fast", **WIDTHS)
    with torch.no_grad():
        model.head.weight.mul_(30)
    card = Card(
        name=name, title="for tests", task="semantic", architecture="driving_fast", arguments=WIDTHS, labels="cityscapes",
        transform={"area": 64 * 128, "multiple": 32, "mean": [127.5] * 3, "std": [127.5] * 3}, licence="none", data=[],
        recipe="", measured={}, limits=[], sha256="", bytes=0, folder=folder / name,
    )  # fmt: skip
    save_checkpoint(card, model.state_dict())


@pytest.fixture(scope="module")
def asked() -> list[str]:
    """Names of the networks, each time that one is asked."""
    return []


@pytest.fixture(scope="module")
def roads(tmp_path_factory, asked) -> Iterator[str]:
    """Address of a server with the driving tabs alone, in both languages."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("roads")
        patch.setenv("TRIPTYCH_WEIGHTS", str(folder / "weights"))
        patch.setenv("TRIPTYCH_CACHE", str(folder / "cache"))
        patch.setattr("core.segmenter._segmenters", {})
        patch.setattr(clip, "FRAMES", 6)
        patch.setattr("demos.driving.video.FRAMES", 6)
        save_tiny(folder / "weights", "driving-fast", 0)
        save_tiny(folder / "weights", "driving-fcn", 1)

        def ask(name, frame, really=networks.ask):
            asked.append(name)
            return really(name, frame)

        patch.setattr("demos.driving.scene.ask", ask)
        scenes, drawn, app = Scenes(), DrawnClip(), FastAPI()
        app.include_router(driving_router(scenes))
        app.include_router(scoring_router())  # its style sheet
        for path, language in reversed(PATHS.items()):
            w = words(language)
            with gr.Blocks() as page:
                with gr.Tab(w["dr_picture"], elem_id="picture"):
                    build_picture_tab(w, scenes)
                with gr.Tab(w["video"], elem_id="clip"):
                    build_video_tab(w, drawn)
                with gr.Tab(w["dr_compare"], elem_id="compare"):
                    gr.HTML(place_html(example_token(EXAMPLES[0]), w), apply_default_css=False)
            gr.mount_gradio_app(
                app, page, path.rstrip("/") or "/", ssr_mode=False, footer_links=[], show_error=True
            )
        app.add_middleware(PageHead, pages=PATHS)
        with running(app) as port:
            yield f"http://127.0.0.1:{port}"


@pytest.fixture
def open_roads(browser, roads) -> Iterator:
    """``open_roads(path="/", script="", **context options)``: the page once the first street is shown; no script may fail.

    ``script`` runs before the page's own.
    """
    contexts, errors = [], []

    def make(path: str = "/", script: str = "", **options):
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        if script:
            page.add_init_script(script)
        page.goto(roads + path)
        wait_for_stage(page)
        return page

    yield make
    for context in contexts:
        context.close()
    assert errors == []


def wait_for_stage(page, condition: str = "") -> None:
    page.wait_for_selector(
        f"#driving-viewer .dr-above:not([inert]) .dr-stage{condition} img[src^=blob]", timeout=WAIT
    )


def show(page, view: str) -> None:
    page.click(f"#driving-viewer [data-view={view}].dr-pill")
    wait_for_stage(page, f"[data-view={view}]")


def shown(page, what: str = "img") -> np.ndarray:
    """The picture, or the shade over it, as the browser holds it, uint8 (H, W, 4)."""
    url = page.eval_on_selector(
        f"{STAGE} {what}",
        """async (e) => { if (e.decode) await e.decode();
        const c = document.createElement('canvas'); c.width = e.naturalWidth || e.width; c.height = e.naturalHeight || e.height;
        c.getContext('2d').drawImage(e, 0, 0); return c.toDataURL('image/png') }""",
    )
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).convert("RGBA"))


def point(page, x: float, y: float, stage: str = STAGE) -> str:
    """What the page says of a place, in shares of the picture's width and height."""
    page.locator(stage).scroll_into_view_if_needed()
    box = page.locator(stage).bounding_box()
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    page.wait_for_selector(f"{stage} .dr-chip:not([hidden])", timeout=WAIT)
    return page.inner_text(f"{stage} .dr-chip")


def download(page, kind: str) -> tuple[str, bytes]:
    with page.expect_download(timeout=WAIT) as waiting:
        page.click(f"a[data-file={kind}]")
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def answer_of(roads: str, name: str = "driving-fast"):
    """What core says of the first street, by another engine."""
    frame = StreetScene(EXAMPLES[0]).frame(*SIZE)
    return frame, Segmenter(load_card(name), engine="torch-cpu").semantic(frame.image)


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


def wait_told(page, text: str) -> None:
    """Until the page says so; if it never does, the failure tells what it says instead."""
    from playwright.sync_api import TimeoutError as Never

    try:
        page.wait_for_selector(f"text={text}", timeout=WAIT)
    except Never:
        seen = page.locator("#driving-video-status, .toast-body, button[id^=driving-video]:visible")
        pytest.fail(f"{text!r} was never told, but: {seen.all_inner_texts()}")


@pytest.mark.parametrize("script", ["", LATE_STREAM], ids=["", "late"])
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
