"""A server with the driving tabs alone: two tiny networks of random weights, drawn streets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import pytest
from fastapi import FastAPI

from demos.driving import clip, networks
from demos.driving.clip import DrawnClip
from demos.driving.compare import place_html
from demos.driving.examples import EXAMPLES, example_token
from demos.driving.picture import build_picture_tab
from demos.driving.scenes import Scenes
from demos.driving.server import driving_router
from demos.driving.video import build_video_tab
from tests.e2e.driving.stage import wait_for_stage
from tests.e2e.pages import watched_pages
from tests.e2e.panels import panel_alone

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

        def build(w: dict[str, str]) -> None:
            with gr.Tab(w["dr_picture"], elem_id="picture"):
                build_picture_tab(w, scenes)
            with gr.Tab(w["video"], elem_id="clip"):
                build_video_tab(w, drawn)
            with gr.Tab(w["dr_compare"], elem_id="compare"):
                gr.HTML(place_html(example_token(EXAMPLES[0]), w), apply_default_css=False)

        with panel_alone(app, build) as address:
            yield address


@pytest.fixture
def open_roads(browser, roads) -> Iterator:
    """``open_roads(path="/", script="", **context options)``: the page once the first street is shown.

    ``script`` runs before the page's own. No script may fail, and no request may leave this machine.
    """
    with watched_pages(browser) as visit:

        def make(path: str = "/", script: str = "", **options):
            page = visit(roads + path, browser, script, **options)
            wait_for_stage(page)
            return page

        yield make
