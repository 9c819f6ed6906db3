"""The page "How it is scored" in a real browser: what moves there is what core counts."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.labels import get_label_set
from core.metrics import ConfusionMatrix, PanopticQuality, score_matte
from core.metrics.explain import OUTCOME_COLORS, Outcome
from demos.scoring import overlap, scene
from demos.scoring.example_pair import example_pair

WAIT = 30_000
PORTRAIT = get_label_set("portrait")


@pytest.fixture
def open_scoring(open_page):
    """``open_scoring(path="/", **options)``: the page with the tab open, and no error in its console."""
    errors: list[str] = []

    def make(path: str = "/", **options):
        page = open_page(path, **options)
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.click("#scoring-tab-button")
        page.wait_for_selector("#sc-overlap[data-ready] .sc-handle[data-name=prediction]", timeout=WAIT)
        return page

    yield make
    assert [e for e in errors if "Failed to load resource" not in e] == []


def figures(page, selector: str = "#sc-overlap .sc-numbers") -> dict[str, float]:
    data = page.eval_on_selector(selector, "e => ({ ...e.dataset })")
    return {key: float(value) for key, value in data.items()}


def place(page, name: str) -> overlap.Placed:
    """A shape where its handle is in the page, in cells."""
    x, y = page.evaluate(
        """name => { const stage = document.querySelector('#sc-overlap canvas').getBoundingClientRect();
        const box = document.querySelector(`#sc-overlap [data-name=${name}]`).getBoundingClientRect();
        return [(box.x - stage.x) / stage.width, (box.y - stage.y) / stage.height] }""",
        name,
    )
    shape = page.eval_on_selector(f"#sc-overlap [data-which={name}] input:checked", "e => e.value")
    return overlap.Placed(shape=shape, x=round(x * overlap.WIDTH), y=round(y * overlap.HEIGHT))


def by_core(page) -> dict[str, float]:
    """The same figures, of what stands in the page, by core's confusion matrix and matte score."""
    truth, prediction = place(page, "truth").mask(), place(page, "prediction").mask()
    matrix = ConfusionMatrix(PORTRAIT)
    matrix.add(prediction.astype(np.uint8), truth.astype(np.uint8))
    (tn, fp, _), (fn, tp, _) = matrix.score().confusion.tolist()
    return {
        "tp": tp, "fp": fp, "fn": fn, "tn": tn, "iou": matrix.score().iou["person"], "dice": 2 * tp / (2 * tp + fp + fn),
        "accuracy": matrix.score().pixel_accuracy,
        "boundary": score_matte(prediction.astype(np.float32), truth).boundary_iou,
    }  # fmt: skip


def settled(page) -> dict[str, float]:
    """The figures, once they are those of what stands in the page; fails if they never are."""
    for _ in range(60):
        shown, wanted = figures(page), by_core(page)
        if shown == wanted:
            return shown
        page.wait_for_timeout(50)
    raise AssertionError(f"the page says {shown}, core {wanted}")


def painted(page, stage: str = "#sc-overlap canvas") -> np.ndarray:
    """RGB of the middle of every cell, (rows, columns, 3)."""
    rows = page.eval_on_selector(
        stage,
        """(c, size) => { const [columns, rows] = size, context = c.getContext('2d'), out = [];
        for (let y = 0; y < rows; y++) for (let x = 0; x < columns; x++) {
          const at = [Math.floor((x + .5) * c.width / columns), Math.floor((y + .5) * c.height / rows)];
          out.push([...context.getImageData(...at, 1, 1).data]);
        } return out }""",
        [overlap.WIDTH, overlap.HEIGHT],
    )
    return np.array(rows).reshape(overlap.HEIGHT, overlap.WIDTH, 4)[..., :3]


def cell(page, x: int, y: int, stage: str = "#sc-overlap canvas") -> tuple[float, float]:
    """Where in the window the middle of a cell is."""
    page.locator(stage).scroll_into_view_if_needed()
    box = page.locator(stage).bounding_box()
    return box["x"] + (x + 0.5) * box["width"] / overlap.WIDTH, box["y"] + (y + 0.5) * box[
        "height"
    ] / overlap.HEIGHT


def drag(page, start: tuple[int, int], end: tuple[int, int], stage: str = "#sc-overlap canvas") -> None:
    page.mouse.move(*cell(page, *start, stage))
    page.mouse.down()
    page.mouse.move(*cell(page, *end, stage), steps=7)
    page.mouse.up()


def test_the_first_screen_shows_a_result_without_a_click(open_page):
    page = open_page()
    page.evaluate("location.hash = 'scoring'")
    page.wait_for_selector("#sc-overlap[data-ready]", timeout=WAIT)
    page.reload()
    page.wait_for_selector("#sc-overlap[data-ready] .sc-handle[data-name=prediction]", timeout=WAIT)
    assert settled(page)["iou"] == overlap.score_overlap(overlap.START).pixels.iou
    box = page.locator("#sc-overlap .sc-row.main").bounding_box()
    assert box["y"] + box["height"] < 900 and page.locator("#sc-overlap canvas").bounding_box()["y"] < 500


def test_dragging_moves_the_numbers_and_they_are_cores(open_scoring):
    page = open_scoring()
    before = settled(page)
    start = overlap.START.prediction
    inside = start.x + 6, start.y + 12
    drag(page, inside, (inside[0] + 9, inside[1] - 3))
    after = settled(page)
    moved = place(page, "prediction")
    assert (moved.x, moved.y) == (start.x + 9, start.y - 3) and after["iou"] < before["iou"]
    assert place(page, "truth") == overlap.START.truth
    assert f"{after['iou']:.3f}" in page.inner_text("#sc-overlap .sc-row.main")
    drag(page, (inside[0] + 9, inside[1] - 3), (47, 31))  # beyond the border it stays whole
    assert settled(page)["tp"] + figures(page)["fp"] == before["tp"] + before["fp"]


def test_the_picture_is_what_is_counted(open_scoring):
    page = open_scoring()
    page.focus("#sc-overlap [data-name=prediction]")
    page.keyboard.press("ArrowRight")
    shown = settled(page)
    pixels = painted(page).astype(int)
    for outcome, key in (
        (Outcome.TRUE_POSITIVE, "tp"),
        (Outcome.FALSE_POSITIVE, "fp"),
        (Outcome.FALSE_NEGATIVE, "fn"),
    ):
        close = np.abs(pixels - OUTCOME_COLORS[outcome]).max(axis=2) < 20
        assert close.sum() == shown[key], key


def test_arrow_keys_move_and_the_border_stops(open_scoring):
    page = open_scoring()
    page.focus("#sc-overlap [data-name=truth]")
    start = overlap.START.truth
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowLeft")
    settled(page)
    assert place(page, "truth") == overlap.Placed(shape="person", x=start.x - 6, y=start.y - 1)
    for _ in range(12):
        page.keyboard.press("Shift+ArrowRight")
    settled(page)
    assert place(page, "truth").x == overlap.WIDTH - overlap.OUTLINES["person"].shape[1]
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.name") == "prediction"
    page.wait_for_function(
        "document.querySelector('#sc-overlap .sc-said').textContent.startsWith('IoU 0.000')", timeout=WAIT
    )


def test_shapes_can_be_chosen(open_scoring):
    page = open_scoring()
    for which, shape in (("truth", "disc"), ("prediction", "box"), ("prediction", "disc")):
        page.check(f"#sc-overlap [data-which={which}] [value={shape}]", force=True)
        settled(page)
        assert place(page, which).shape == shape
    page.click("#sc-overlap [data-do=reset]")
    settled(page)
    assert (place(page, "truth"), place(page, "prediction")) == (
        overlap.START.truth,
        overlap.START.prediction,
    )


def test_a_finger_drags_on_a_phone(open_scoring):
    page = open_scoring(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    start = overlap.START.prediction
    x, y = cell(page, start.x + 6, start.y + 12)
    to_x, to_y = cell(page, start.x + 16, start.y + 11)
    touch = page.context.new_cdp_session(page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        touch.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": a, "y": b} for a, b in points]}
        )

    scrolled = page.evaluate("scrollY")
    send("touchStart", (x, y))
    for step in range(1, 9):
        send("touchMove", (x + (to_x - x) * step / 8, y + (to_y - y) * step / 8))
    send("touchEnd")
    settled(page)
    assert place(page, "prediction") == overlap.Placed(shape="person", x=start.x + 10, y=start.y - 1)
    assert (
        page.evaluate("scrollY") == scrolled and page.evaluate("document.documentElement.scrollWidth") <= 390
    )
    numbers = page.locator("#sc-overlap .sc-row.main").bounding_box()
    assert numbers["y"] < page.locator("#sc-overlap canvas").bounding_box()["y"] + 350, "seen while dragging"


def scene_after(page, act) -> tuple[scene.Scene, dict[str, float]]:
    """Does something; what the page then holds, and the figures it shows for it, which must be core's."""
    with page.expect_response("**/scoring/*/scene") as answer:
        act()
    page.wait_for_timeout(150)  # a burst of moves sends more than one
    state = scene.Scene.model_validate(answer.value.request.post_data_json)
    shown = figures(page, "#sc-scene .sc-quality")
    quality = PanopticQuality(scene.LABELS.labels)
    predicted, truth = scene.predicted_map(state), scene.truth_map()
    quality.add(predicted.ids, predicted.segments, truth.ids, truth.segments)
    score = quality.score()
    for group in ("all", "things", "stuff"):
        for key in ("pq", "sq", "rq"):
            assert shown[f"{group}{key.capitalize()}"] == getattr(getattr(score, group), key), (
                f"{group} {key}"
            )
    rows = page.eval_on_selector_all("#sc-scene tr[data-pq]", "rows => rows.map(r => Number(r.dataset.pq))")
    assert rows == [c.pq for c in score.per_class.values() if c.tp + c.fp + c.fn]
    return state, shown


def test_a_scene_is_changed_and_scored_by_core(open_scoring):
    page = open_scoring()
    first = figures(page, "#sc-scene .sc-quality")["allPq"]
    assert first == scene.score_scene(scene.PRESETS["guess"]).quality.all.pq
    assert "no match, IoU 0.43" in page.inner_text("#sc-scene .sc-tools")
    page.focus("#sc-scene [data-name=car-right]")
    state, moved = scene_after(page, lambda: page.keyboard.press("ArrowLeft"))
    assert moved["allPq"] > first and "matched, IoU 0.5" in page.inner_text("#sc-scene .sc-tools")
    assert next(p.x for p in state.pieces if p.name == "car-right") == 22
    _, named = scene_after(page, lambda: page.click("#sc-scene [data-label='5']"))
    assert named["thingsPq"] < moved["thingsPq"]
    assert page.get_attribute("#sc-scene [data-label='5']", "aria-pressed") == "true"
    state, _ = scene_after(page, lambda: page.select_option("#sc-scene .sc-tools select", "car-left"))
    assert {p.segment for p in state.pieces if p.name.startswith("car")} == {5}
    page.focus("#sc-scene [data-name=walker]")
    state, _ = scene_after(page, lambda: page.keyboard.press("Delete"))
    assert "walker" not in {p.name for p in state.pieces}
    assert page.locator("#sc-scene [data-name=walker]").count() == 0
    assert page.evaluate("document.activeElement.classList.contains('sc-handle')"), "the keyboard is not lost"
    _, perfect = scene_after(page, lambda: page.click("#sc-scene [data-preset=perfect]"))
    assert perfect["allPq"] == 1 and page.get_attribute("[data-preset=perfect]", "aria-pressed") == "true"
    page.focus("#sc-scene [data-name=walker]")
    state, _ = scene_after(page, lambda: page.click("#sc-scene [data-do=drop]"))
    assert "walker" not in {p.name for p in state.pieces}


def test_a_thing_is_dragged_and_its_picture_follows(open_scoring):
    page = open_scoring()
    stage = "#sc-scene [data-stage=prediction] canvas"
    x, y = 23 + 7, 21 + 4  # inside the right car
    red = np.array(OUTCOME_COLORS[Outcome.FALSE_POSITIVE])
    assert (np.abs(painted(page, stage).astype(int) - red).max(axis=2) < 12).any(), "its label is red"
    drag(page, (x, y), (x - 4, y), stage)
    page.wait_for_function(
        "document.querySelector('#sc-scene .sc-tools').textContent.includes('IoU 1.00')", timeout=WAIT
    )
    assert not (np.abs(painted(page, stage).astype(int) - red).max(axis=2) < 12).any()
    assert figures(page, "#sc-scene .sc-quality")["thingsRq"] == 1


def test_a_server_that_is_gone_is_told(open_scoring):
    page = open_scoring()
    page.route("**/scoring/en/overlap", lambda route: route.abort())
    page.focus("#sc-overlap [data-name=prediction]")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#sc-overlap [data-lost]:visible", timeout=WAIT)
    page.unroute("**/scoring/en/overlap")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#sc-overlap [data-lost]", state="hidden", timeout=WAIT)
    settled(page)


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
