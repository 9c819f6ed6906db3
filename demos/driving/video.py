"""The video tab: a drive, parsed frame by frame, in one of the views."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from core.driving import FADING, VIEWS, DrivingStream, Look
from core.errors import InputError
from core.media.convert import FrameFunction
from core.segmenter import load_segmenter
from demos.driving.clip import FRAMES, DrawnClip
from demos.driving.networks import default_network, network_name, road_networks
from demos.driving.viewer import OPACITY
from demos.fields import bounded_slider
from demos.portrait.video import build_stage, status_line, wire_stage

_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def build_video_tab(w: dict[str, str], clip: DrawnClip) -> None:
    """Lay out and wire the tab."""
    names = [card.name for card in road_networks()]
    idle = w["dr_video_idle"] if names else w["dr_no_video_network"]
    with gr.Row(equal_height=False):
        with gr.Column(scale=7, min_width=300, elem_classes="stage"):
            stage = build_stage(w, "driving-video", idle)
        with gr.Column(scale=4, min_width=280):
            drawn = gr.Button(w["dr_drawn_clip"], size="sm", elem_id="driving-drawn-clip")
            view = gr.Radio(
                [(w[f"dr_view_{v}"], v) for v in VIEWS], value="overlay", label=w["dr_views"], elem_classes="pills",
                elem_id="driving-video-view",
            )  # fmt: skip
            opacity = bounded_slider(
                0, 100, OPACITY, step=5, label=w["dr_opacity"], buttons=[], elem_id="driving-video-opacity"
            )  # fmt: skip
            steady = gr.Checkbox(
                True, label=w["dr_steady"], info=w["dr_steady_about"], elem_id="driving-video-steady"
            )
            weights = gr.Radio(
                [(network_name(n, w), n) for n in names], value=default_network() if names else None, label=w["model"],
                elem_classes="pills", visible=len(names) > 1, elem_id="driving-video-weights",
            )  # fmt: skip

    def make(view_name: str, percent: float, smooth: bool, name: str | None) -> tuple[str, FrameFunction]:
        if name is None:
            raise InputError(w["dr_no_video_network"])
        return view_name, DrivingStream(load_segmenter(name), Look(view_name, percent / 100), smooth)  # type: ignore[arg-type]

    def draw() -> Iterator[tuple]:
        for news in clip.draw():
            if isinstance(news, Path):
                yield status_line(w["dr_clip_ready"]), str(news), gr.update(interactive=True)
            else:
                bar = f"<div class=bar><i style='width:{100 * news / FRAMES:.1f}%'></i></div>"
                text = w["dr_drawing"].format(done=news, total=FRAMES)
                yield status_line(text, bar), gr.skip(), gr.update(interactive=False)

    view.change(lambda chosen: gr.update(visible=chosen in FADING), view, opacity, **_QUIET)
    drawn.click(draw, None, [stage.status, stage.source, drawn], concurrency_limit=None, **_QUIET)
    wire_stage(stage, w, idle, [view, opacity, steady, weights], make)
