"""The page "How it is scored": examples that move, a pair of one's own, and every metric in words."""

from __future__ import annotations

from typing import Any

import gradio as gr

from core.labels import get_label_set, list_label_sets
from demos.label_names import set_name
from demos.medical.label_words import medical_name
from demos.portrait.messages import messages
from demos.scoring.example_pair import example_pair
from demos.scoring.examples import metrics_html, page_top, section
from demos.scoring.pair import (
    ScoredPair,
    bars_html,
    errors_html,
    figures_html,
    maps_html,
    matrix_html,
    score_files,
    score_pair,
)

_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
_FIRST = ("cityscapes", "voc", "camvid", "coco-panoptic", "idd-lite", "portrait")


def build_scoring_tab(w: dict[str, str]) -> None:
    """Lay out and wire the tab. All of the example's score is there before any event."""
    _html(page_top(w), elem_id="scoring-top")
    _html(section("pair", w, ""), elem_classes="sc-pair-title")
    _build_pair(w)
    _html(metrics_html(w))


def _html(text: str, **options: Any) -> gr.HTML:
    """HTML in our own style: Gradio's would reach into it."""
    return gr.HTML(text, apply_default_css=False, padding=False, **options)


def _example() -> ScoredPair:
    return score_pair(*example_pair(), get_label_set("cityscapes"))


def _build_pair(w: dict[str, str]) -> None:
    first = _example()
    names = sorted(list_label_sets(), key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST))
    with gr.Row(equal_height=False, elem_id="pair"):
        with gr.Column(scale=7, min_width=300):
            errors = _html(errors_html(first, w), elem_id="pair-errors")
            class_name = gr.Dropdown(
                _choices(first, w), value="", label=w["sc_errors_of"], filterable=False, elem_id="pair-class"
            )
            maps = _html(maps_html(first, w), elem_id="pair-maps")
            matrix = _html(matrix_html(first, w), elem_id="pair-matrix")
        with gr.Column(scale=4, min_width=280):
            label_set = gr.Dropdown(
                [(set_name(name, w["language"]), name) for name in names], value="cityscapes",
                label=w["sc_label_set"], filterable=False, elem_id="pair-labels",
            )  # fmt: skip
            train_ids = gr.Checkbox(False, label=w["sc_train_ids"], elem_id="pair-train-ids")
            prediction = gr.File(label=w["sc_prediction_file"], height=140, elem_id="pair-prediction")
            truth = gr.File(label=w["sc_truth_file"], height=140, elem_id="pair-truth")
            example = gr.Button(w["sc_example"], size="sm", variant="secondary", elem_id="pair-example")
            figures = _html(figures_html(first, w), elem_id="pair-figures")
            bars = _html(bars_html(first, w), elem_id="pair-bars")

    def scored(prediction_path, truth_path, set_key, as_train_ids) -> ScoredPair:
        if not prediction_path:
            return _example()
        return score_files(prediction_path, truth_path, set_key, as_train_ids)

    def show(pair: ScoredPair) -> list:
        chooser = gr.update(choices=_choices(pair, w), value="")
        return [
            errors_html(pair, w), chooser, maps_html(pair, w), matrix_html(pair, w), figures_html(pair, w),
            bars_html(pair, w),
        ]  # fmt: skip

    def on_pair(prediction_path, truth_path, set_key, as_train_ids):
        if not prediction_path and not truth_path:
            return [gr.skip()] * 6
        if not (prediction_path and truth_path):
            gr.Info(w["sc_now_other"], title="", duration=4)
            return [gr.skip()] * 6
        with messages(w):
            return show(scored(prediction_path, truth_path, set_key, as_train_ids))

    def on_class(name, prediction_path, truth_path, set_key, as_train_ids):
        with messages(w):
            both = prediction_path and truth_path
            return errors_html(
                scored(both and prediction_path, truth_path, set_key, as_train_ids), w, name or ""
            )

    given: list[Any] = [prediction, truth, label_set, train_ids]
    shown = [errors, class_name, maps, matrix, figures, bars]
    gr.on(
        [prediction.upload, truth.upload, label_set.input, train_ids.input], on_pair, given, shown,
        show_progress="minimal", show_progress_on=errors, api_visibility="private",
        trigger_mode="always_last",  # two files dropped at once: the second must not go unheard
    )  # fmt: skip
    class_name.input(on_class, [class_name, *given], errors, **_QUIET)
    example.click(
        lambda: [None, None, "cityscapes", False, *show(_example())], None, [*given, *shown], **_QUIET
    )


def _choices(pair: ScoredPair, w: dict[str, str]) -> list[tuple[str, str]]:
    return [(w["sc_all_classes"], "")] + [(medical_name(n, w["language"]), n) for n in pair.occurring()]
