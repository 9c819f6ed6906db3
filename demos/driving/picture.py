"""The picture tab: what is opened, and by which network; all that is shown of it is the viewer's."""

from __future__ import annotations

from typing import Any

import gradio as gr

from core.errors import InputError
from core.media.images import read_image
from demos.driving.about import about_html
from demos.driving.card import cards_about
from demos.driving.examples import EXAMPLES, example_token
from demos.driving.networks import TRUTH, default_network, network_name, road_networks
from demos.driving.scene import Scene
from demos.driving.scenes import Scenes
from demos.driving.truth import read_truth
from demos.driving.viewer import place_html
from demos.fields import FileImage
from demos.portrait.messages import messages

_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def build_picture_tab(w: dict[str, str], scenes: Scenes) -> None:
    """Lay out and wire the tab. The first drawn street is there before any event; it is parsed when the tab is seen."""
    first = example_token(EXAMPLES[0])
    names = [card.name for card in road_networks()]
    token = gr.State(first)
    with gr.Row(equal_height=False):
        with gr.Column(scale=7, min_width=300):
            viewer = _html(place_html(first, default_network(), w), elem_id="driving-viewer")
        with gr.Column(scale=4, min_width=280):
            source = FileImage(
                label=w["dr_your_picture"], show_label=False, type="filepath", height=190,
                sources=["upload", "clipboard"], placeholder=w["dr_drop"], buttons=[], elem_id="driving-source",
                visible=bool(names),
            )  # fmt: skip
            pasted = gr.File(file_types=["image"], elem_id="driving-paste", elem_classes="hidden-field")
            _html(f"{_thumbnails()}<h4>{w['dr_examples']}</h4>")
            with gr.Row(elem_classes="dr-streets"):
                streets = [
                    gr.Button(
                        w["dr_example"].format(number=n), elem_id=f"street-{seed}", elem_classes="dr-street"
                    )
                    for n, seed in enumerate(EXAMPLES, 1)
                ]
            weights = gr.Radio(
                [(network_name(n, w), n) for n in names], value=default_network() if names else None, label=w["model"],
                elem_classes="pills", elem_id="driving-weights", visible=len(names) > 1,
            )  # fmt: skip
            truth = gr.File(
                label=w["dr_truth_file"], height=150, elem_id="driving-truth", visible=bool(names)
            )
            _html(f"<p class=dr-note>{w['dr_truth_about']}</p>" if names else "")
            with gr.Accordion(w["about_model"], open=False, visible=bool(names)):
                about = gr.HTML(cards_about(names[0], w) if names else "", elem_classes="card")
    _html("<div id=dr-below></div>")  # legend, files and scores: on a phone they come after what is opened
    _html(about_html(w))

    def show(scene: Scene, name: str | None) -> tuple[str, str]:
        """Token and viewer of a scene that its network has seen: what is wrong with it is told before anything is shown."""
        scene.answer(name or TRUTH)
        return scene.token, place_html(scene.token, name or TRUTH, w)

    def on_picture(path: str | None, name: str | None):
        if not path:
            return [gr.skip()] * 3
        with messages(w):
            if name is None:
                raise InputError(w["dr_no_network"])
            return *show(scenes.keep(Scene(read_image(path))), name), None

    def on_street(seed: int):
        def open_street(name: str | None):
            scene = scenes.get(example_token(seed))
            assert scene is not None
            with messages(w):
                return None, None, *show(scene, name)

        return open_street

    def find(token_value: str) -> Scene:
        scene = scenes.get(token_value)
        if scene is None:
            raise InputError(w["dr_gone"])
        return scene

    def on_weights(token_value: str, name: str):
        with messages(w):
            return show(find(token_value), name)[1], cards_about(name, w)

    def on_truth(token_value: str, path: str | None, name: str | None):
        with messages(w):
            scene = find(token_value)
            if path:
                return show(scenes.keep(scene.with_truth(read_truth(path))), name)
            if scene.seed is not None:
                return show(find(example_token(scene.seed)), name)
            return show(scenes.keep(scene.with_truth(None)), name)

    def on_paste(path: str | None):
        return (path, None) if path else (gr.skip(), gr.skip())

    busy: dict[str, Any] = {
        "show_progress": "minimal",
        "show_progress_on": viewer,
        "api_visibility": "private",
    }
    opening = source.change(on_picture, [source, weights], [token, viewer, truth], **busy)
    opening.failure(lambda: None, None, source, **_QUIET)  # what cannot be read is not left standing there
    pasted.upload(on_paste, pasted, [source, pasted], **_QUIET)
    for seed, button in zip(EXAMPLES, streets, strict=True):
        button.click(on_street(seed), weights, [source, truth, token, viewer], **busy)
    weights.input(on_weights, [token, weights], [viewer, about], **busy)
    checking = gr.on([truth.upload, truth.clear], on_truth, [token, truth, weights], [token, viewer], **busy)
    checking.failure(lambda: None, None, truth, **_QUIET)


def _html(text: str, **options: Any) -> gr.HTML:
    """HTML in our own style: Gradio's would reach into it."""
    return gr.HTML(text, apply_default_css=False, padding=False, **options)


def _thumbnails() -> str:
    rules = "".join(
        f"#street-{seed}{{background-image:url(/driving/thumbs/{seed}.jpg)}}" for seed in EXAMPLES
    )
    return f"<style>{rules}</style>"
