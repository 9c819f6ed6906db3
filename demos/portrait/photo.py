"""The photo tab: everything live, nothing computed twice."""

from __future__ import annotations

import html
from dataclasses import replace
from typing import Any

import gradio as gr
import numpy as np

from core.errors import InputError
from core.media.images import Photo, read_image
from core.portrait.effect import Effect
from demos.fields import FileImage, NamedChoices
from demos.portrait.controls import build_controls, make_effect, network_names
from demos.portrait.example import example_photo
from demos.portrait.messages import explain, messages
from demos.portrait.pictures import as_shown, faces_style, status_html
from demos.portrait.session import Session, Sessions

OUTPUTS = ("blur", "color", "image", "cutout", "matte")
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def build_photo_tab(w: dict[str, str], sessions: Sessions) -> None:
    """Lay out and wire the tab. The example's result is its first value: visible before any event."""
    first_pair, first_status = _first_screen(w)
    token = gr.State(None)
    with gr.Row(equal_height=False):
        with gr.Column(scale=7, min_width=300, elem_classes="stage"):
            result = gr.ImageSlider(
                first_pair, label=w["result"], show_label=False, format="jpeg", interactive=False,
                buttons=["fullscreen"], max_height=560, elem_id="result",
            )  # fmt: skip
            gr.HTML(
                f"<div class=caption><span>{w['caption_before']}</span><span>{w['caption']}</span>"
                f"<span>{w['caption_after']}</span></div>",
                elem_classes="under",
            )
            status = gr.HTML(first_status, elem_id="status")
        with gr.Column(scale=4, min_width=280):
            source = FileImage(
                label=w["your_photo"], show_label=False, type="filepath", height=190,
                sources=["upload", "webcam", "clipboard"], webcam_options=gr.WebcamOptions(mirror=False),
                placeholder=w["drop_photo"], buttons=[], elem_id="source",
            )  # fmt: skip
            # Takes what is pasted: the field above has no input while it shows a photo.
            pasted = gr.File(file_types=["image"], elem_id="paste", elem_classes="hidden-field")
            faces = gr.HTML("", elem_classes="hidden-field")  # a style sheet
            people = NamedChoices([], label=w["people"], visible=False, elem_id="people")
            controls = build_controls(w, OUTPUTS, "portrait-fine", "photo")
            example = gr.Button(w["example"], size="sm", variant="secondary", elem_id="example")

    def show(session: Session, values: tuple, chosen: list[int] | None) -> tuple:
        *settings, _ = values
        found = session.people
        keep = None
        if chosen is not None and 1 < len(found) != len(chosen):
            keep = tuple(found[i].centre for i in chosen if i < len(found))
        lacking = ""
        try:
            effect = make_effect(w, settings, keep, session.background)
        except InputError as error:
            if settings[0] != "image":
                raise
            # A background not yet chosen, or one that cannot be read, is no reason to show nothing of a photo.
            effect, lacking = replace(Effect(), keep=keep), html.escape(explain(error, w))
        picture, spent = session.show(effect)
        text = status_html(w, session, spent)
        if lacking:
            text = f"<div class=status><b class=warn>{lacking}</b></div>"
        return (session.preview, as_shown(picture)), text

    def show_new(session: Session, values: tuple) -> tuple:
        """Everything, and the list of people anew."""
        session.weights = values[-1]
        found = session.people
        several = len(found) > 1
        names = session.names(len(found)) if several else []
        choices = [(w["person"].format(number=i + 1), name) for i, name in enumerate(names)]
        listed = gr.update(choices=choices, value=names, visible=several)
        style = faces_style(session.preview, found) if several else ""
        return session.token, *show(session, values, None), listed, style

    def find(token_value: str | None, path: str | None) -> Session:
        """The visitor's session; opened again where it has been forgotten, the example's where there is none."""
        return sessions.get(token_value) or sessions.open(read_image(path) if path else example_photo())

    def on_photo(path: str | None, *values):
        if not path:
            return [gr.skip()] * 5
        with messages(w):
            return show_new(sessions.open(read_image(path)), values)

    def on_example(*values):
        with messages(w):
            return None, *show_new(sessions.open(example_photo()), values)

    def on_network(token_value, path, *values):
        with messages(w):
            return show_new(find(token_value, path), values)

    def on_setting(token_value, path, chosen, *values):
        with messages(w):
            session = find(token_value, path)
            session.weights = values[-1]
            return session.token, *show(session, values, session.choice(chosen))

    def on_paste(path: str | None):
        return (path, None) if path else (gr.skip(), gr.skip())

    settings = controls.all()
    shown = [token, result, status]
    opened = [*shown, people, faces]
    # Shown once it has taken half a second: see page.css. One after another: what is set while a photo is being opened is
    # done with that photo, not with the one before.
    busy: dict[str, Any] = {
        "show_progress": "minimal",
        "show_progress_on": result,
        "api_visibility": "private",
        "concurrency_id": "photo",
        "concurrency_limit": 1,
    }
    opening = source.change(on_photo, [source, *settings], opened, **busy)
    opening.failure(lambda: None, None, source, **_QUIET)  # what cannot be read is not left standing there
    pasted.upload(on_paste, pasted, [source, pasted], **_QUIET)
    example.click(on_example, settings, [source, *opened], **busy)
    controls.weights.change(on_network, [token, source, *settings], opened, **busy)
    changes = [c.change for c in (controls.output, controls.shape, controls.color, controls.image)]
    gr.on(
        [controls.f_number.change, people.input, *changes], on_setting, [token, source, people, *settings], shown,
        trigger_mode="always_last", **busy,
    )  # fmt: skip


def _first_screen(w: dict[str, str]) -> tuple[tuple[np.ndarray, np.ndarray], str]:
    """The example's before and after, and its status line."""
    photo: Photo = example_photo()
    name = network_names("portrait-fine")[0]
    Session(photo, weights=name).show(Effect())  # opens the network, whose time is not the photo's
    session = Session(photo, weights=name)
    picture, spent = session.show(Effect())
    return (session.preview, as_shown(picture)), status_html(w, session, spent, example=True)
