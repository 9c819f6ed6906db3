"""Two shapes in a real browser: dragged, moved by keys and fingers; their numbers are core's."""

from __future__ import annotations

import numpy as np

from core.metrics.explain import OUTCOME_COLORS, Outcome
from demos.scoring import overlap
from tests.e2e.scoring.reading import WAIT, cell, drag, figures, painted, place, settled


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
