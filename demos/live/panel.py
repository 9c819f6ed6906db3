"""The live tab: camera, canvas, and controls that act on the very next frame."""

from __future__ import annotations

import html
import json
from typing import Any

import gradio as gr

from demos.live.protocol import OUTPUTS
from demos.portrait.controls import build_controls, network_names

DEFAULT_WEIGHTS = "portrait-fast"
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
_SETTINGS = """(output, f_number, shape, color, weights) =>
    window.live.settings({ mode: 'portrait', output, f_number, shape, color, weights })"""
_PICTURE = "(file) => window.live.picture(file)"
_MIRROR = "(on) => window.live.mirror(on)"


def build_live_tab(w: dict[str, str]) -> None:
    """Lay out and wire the tab. Its controls speak to the page's own script, not to Gradio's server."""
    with gr.Row(equal_height=False):
        with gr.Column(scale=7, min_width=300, elem_classes="stage"):
            gr.HTML(_stage(w), elem_id="live-stage", padding=False)
        with gr.Column(scale=4, min_width=280):
            controls = build_controls(w, OUTPUTS, DEFAULT_WEIGHTS, "live")
            mirror = gr.Checkbox(True, label=w["mirror"], elem_id="live-mirror")
    chosen: list[Any] = [controls.output, controls.f_number, controls.shape, controls.color, controls.weights]
    gr.on([component.change for component in chosen], None, chosen, js=_SETTINGS, **_QUIET)
    controls.image.change(None, controls.image, js=_PICTURE, **_QUIET)
    mirror.change(None, mirror, js=_MIRROR, **_QUIET)


def _stage(w: dict[str, str]) -> str:
    texts = {key: text for key, text in w.items() if key.startswith("live_")}
    settings = {"mode": "portrait", "weights": network_names(DEFAULT_WEIGHTS)[0]}
    resolutions = "".join(f"<option>{size}</option>" for size in ("640x480", "1280x720"))
    return (
        f"<div id=live data-words='{_attribute(texts)}' data-settings='{_attribute(settings)}'>"
        "<div id=live-screen><canvas id=live-canvas class=mirrored></canvas>"
        f"<div class=invite><button id=live-start class=go>{w['live_start']}</button><p>{w['live_private']}</p></div></div>"
        "<div class=status><span role=status><span id=live-status></span> <span id=live-figures></span></span>"
        f"<span class=tools><label hidden>{w['live_camera']} <select id=live-camera></select></label>"
        f"<label>{w['live_resolution']} <select id=live-resolution>{resolutions}</select></label>"
        f"<button id=live-save>{w['live_save']}</button><button id=live-stop>{w['live_stop']}</button></span></div></div>"
    )


def _attribute(values: dict) -> str:
    return html.escape(json.dumps(values, ensure_ascii=False), quote=True)
