"""A whole scene in a real browser: moved, joined, renamed, dropped; its panoptic quality is core's."""

from __future__ import annotations

import numpy as np

from core.metrics import PanopticQuality
from core.metrics.explain import OUTCOME_COLORS, Outcome
from demos.scoring import scene
from tests.e2e.scoring.reading import WAIT, drag, figures, painted


def by_core(state: scene.Scene) -> tuple[dict[str, float], list[float]]:
    """What the page has to show of a state: the means, and PQ of the classes that occur."""
    quality = PanopticQuality(scene.LABELS.labels)
    predicted, truth = scene.predicted_map(state), scene.truth_map()
    quality.add(predicted.ids, predicted.segments, truth.ids, truth.segments)
    score = quality.score()
    means = {
        f"{group}{key.capitalize()}": getattr(getattr(score, group), key)
        for group in ("all", "things", "stuff")
        for key in ("pq", "sq", "rq")
    }
    return means, [c.pq for c in score.per_class.values() if c.tp + c.fp + c.fn]


def scene_after(page, act) -> tuple[scene.Scene, dict[str, float]]:
    """Does something; the state that the page then sent, and its figures, which must become core's of that state."""
    sent: list[scene.Scene] = []

    def hear(request) -> None:
        if request.url.endswith("/scene"):
            sent.append(scene.Scene.model_validate(request.post_data_json))

    page.on("request", hear)
    with page.expect_response("**/scoring/*/scene"):
        act()
    shown: object = None
    for _ in range(WAIT // 50):
        means = figures(page, "#sc-scene .sc-quality")
        rows = page.eval_on_selector_all(
            "#sc-scene tr[data-pq]", "rows => rows.map(r => Number(r.dataset.pq))"
        )
        shown = means, rows
        if shown == by_core(sent[-1]):
            page.remove_listener("request", hear)
            return sent[-1], means
        page.wait_for_timeout(50)
    raise AssertionError(f"the page says {shown}, core {by_core(sent[-1])}")


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
