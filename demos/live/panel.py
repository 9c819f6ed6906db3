"""The live tab: camera, canvas, and controls that act on the very next frame."""

from __future__ import annotations

import html
import json
from typing import Any

import gradio as gr

from core.driving import FADING, VIEWS
from demos.driving.networks import road_networks
from demos.live.protocol import DEFAULT_WEIGHTS, MODES, OUTPUTS, Settings
from demos.portrait.controls import APERTURES, build_controls, network_names

_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
_AT_ONCE = _QUIET | {"queue": False}
# A number box tells what is being typed, too: "1" on the way to "16", and nothing.
_SETTINGS = """(mode, output, typed, shape, color, weights, view, shown, roads) => {
  const within = (value, low, high, first) => Math.min(high, Math.max(low, value ?? first));
  const f_number = within(typed, %s, %s, %s), opacity = within(shown, 0, 1, %s);
  window.live.settings(
    mode === 'driving' ? { mode, view, opacity, weights: roads } : { mode, output, f_number, shape, color, weights });
}"""
_PICTURE = "(file) => window.live.picture(file)"
_MIRROR = "(on) => window.live.mirror(on)"


def build_live_tab(w: dict[str, str]) -> None:
    """Lay out and wire the tab. Its controls speak to the page's own script, not to Gradio's server."""
    with gr.Row(equal_height=False):
        with gr.Column(scale=7, min_width=300, elem_classes="stage"):
            gr.HTML(_stage(w), elem_id="live-stage", padding=False)
        with gr.Column(scale=4, min_width=280):
            mode = gr.Radio(
                [(w[m], m) for m in MODES], value=MODES[0], label=w["live_mode"], elem_id="live-mode",
                elem_classes="pills", visible=bool(road_networks()),
            )  # fmt: skip
            with gr.Column() as portrait:
                controls = build_controls(w, OUTPUTS, DEFAULT_WEIGHTS["portrait"], "live")
            with gr.Column(visible=False) as driving:
                roads = _driving_controls(w)
            mirror = gr.Checkbox(True, label=w["mirror"], elem_id="live-mirror")
    chosen: list[Any] = [
        mode, controls.output, controls.f_number, controls.shape, controls.color, controls.weights, *roads
    ]  # fmt: skip
    settings = _SETTINGS % (*APERTURES, Settings.opacity)
    gr.on([component.change for component in chosen], None, chosen, js=settings, **_AT_ONCE)
    controls.image.change(None, controls.image, js=_PICTURE, **_AT_ONCE)
    mirror.change(None, mirror, js=_MIRROR, **_AT_ONCE)

    def switch(name: str) -> list:
        """The mode's controls; a street is not mirrored."""
        return [
            gr.update(visible=name == "portrait"),
            gr.update(visible=name == "driving"),
            name == "portrait",
        ]

    mode.change(switch, mode, [portrait, driving, mirror], **_QUIET)


def _driving_controls(w: dict[str, str]) -> list[gr.components.Component]:
    """View, opacity and network of the driving mode."""
    default = Settings()
    view = gr.Radio(
        [(w[f"dr_view_{v}"], v) for v in VIEWS], value=default.view, label=w["dr_views"], elem_id="live-view",
        elem_classes="pills",
    )  # fmt: skip
    opacity = gr.Slider(
        0, 1, default.opacity, step=0.05, label=w["dr_opacity"], buttons=[], elem_id="live-opacity"
    )
    names = [card.name for card in road_networks()]
    roads = gr.Radio(
        [(w.get(n, n), n) for n in names], value=names[0] if names else None, label=w["model"],
        elem_classes="pills", visible=len(names) > 1, elem_id="live-roads",
    )  # fmt: skip
    view.change(lambda v: gr.update(visible=v in FADING), view, opacity, **_QUIET)
    return [view, opacity, roads]


def _stage(w: dict[str, str]) -> str:
    texts = {key: text for key, text in w.items() if key.startswith("live_")}
    settings = {"mode": "portrait", "weights": network_names(DEFAULT_WEIGHTS["portrait"])[0]}
    resolutions = "".join(f"<option>{size}</option>" for size in ("640x480", "1280x720"))
    return (
        # 60 s: the first frame waits until its network is open.
        f"<div id=live data-patience=60000 data-words='{_attribute(texts)}' data-settings='{_attribute(settings)}'>"
        "<div id=live-screen><canvas id=live-canvas class=mirrored></canvas>"
        f"<div class=invite><button id=live-start class=go>{w['live_start']}</button><p>{w['live_private']}</p></div></div>"
        "<div class=status><span role=status><span id=live-status></span> <span id=live-figures aria-live=off></span></span>"
        f"<span class=tools><label hidden>{w['live_camera']} <select id=live-camera></select></label>"
        f"<label>{w['live_resolution']} <select id=live-resolution>{resolutions}</select></label>"
        f"<button id=live-save>{w['live_save']}</button><button id=live-stop>{w['live_stop']}</button></span></div></div>"
    )


def _attribute(values: dict) -> str:
    return html.escape(json.dumps(values, ensure_ascii=False), quote=True)
