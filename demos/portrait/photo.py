"""The photo tab: everything live, nothing computed twice."""

from __future__ import annotations

import time
from typing import Any

import cv2
import gradio as gr
import numpy as np

from core.media.images import read_image
from core.portrait.people import Person
from demos.portrait.controls import build_controls, hand_over_file, make_effect
from demos.portrait.example import example_photo
from demos.portrait.messages import messages
from demos.portrait.session import Session, Sessions

OUTPUTS = ("blur", "color", "image", "cutout", "matte")
DOWNLOAD = "/download/portrait/"


def build_photo_tab(w: dict[str, str], sessions: Sessions) -> None:
    """Lay out and wire the tab. The example's result is its first value: visible before any event."""
    first_pair, first_status = _first_screen(w)
    token = gr.State(None)
    with gr.Row(equal_height=False):
        with gr.Column(scale=7, min_width=300):
            result = gr.ImageSlider(
                first_pair, label=w["result"], format="jpeg", interactive=False, buttons=["fullscreen"],
                max_height=620, elem_id="result",
            )  # fmt: skip
            status = gr.HTML(first_status, elem_id="status")
        with gr.Column(scale=4, min_width=280):
            source = hand_over_file(
                gr.Image(
                    label=w["your_photo"],
                    type="filepath",
                    sources=["upload", "clipboard", "webcam"],
                    height=210,
                    elem_id="source",
                )
            )
            example = gr.Button(w["example"], size="sm")
            controls = build_controls(w, OUTPUTS, "portrait-fine", "photo")
            people = gr.CheckboxGroup([], label=w["people"], visible=False, elem_id="people")

    def show(session: Session, values: tuple, chosen: list[int] | None) -> tuple:
        *settings, weights = values
        session.weights = weights
        began = time.perf_counter()
        found = session.stages().people
        ready = time.perf_counter()
        keep = None
        if chosen is not None and 1 < len(found) != len(chosen):
            keep = tuple(found[i].centre for i in chosen if i < len(found))
        picture = session.render(make_effect(w, settings, keep), weights)
        spent = (ready - began, time.perf_counter() - ready)
        return _pair(session.preview, picture, found), _status(w, session, spent, found)

    def on_photo(path: str | None, *values):
        if not path:
            return gr.skip(), gr.skip(), gr.skip(), gr.skip()
        with messages(w):
            return open_photo(read_image(path), values)

    def on_example(*values):
        with messages(w):
            return open_photo(example_photo(), values)

    def open_photo(photo, values):
        session = sessions.open(photo)
        session.weights = values[-1]
        found = session.stages().people
        pair, text = show(session, values, None)
        several = len(found) > 1
        choices = [(w["person"].format(number=i + 1), i) for i in range(len(found))] if several else []
        return (
            session.token,
            pair,
            text,
            gr.update(choices=choices, value=list(range(len(choices))), visible=several),
        )

    def on_setting(token_value, chosen, *values):
        with messages(w):
            session = sessions.get(token_value) or sessions.open(example_photo())
            if values[0] == "image" and not values[4]:
                return session.token, gr.skip(), f"<div class=status><span>{w['choose_picture']}</span></div>"
            pair, text = show(session, values, chosen if token_value else None)
            return session.token, pair, text

    settings = controls.all()
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    opened = [token, result, status, people]
    source.change(on_photo, [source, *settings], opened, show_progress="minimal", api_visibility="private")
    example.click(on_example, settings, opened, **quiet)
    changes = [
        c.change for c in (controls.output, controls.shape, controls.color, controls.image, controls.weights)
    ]
    gr.on(
        [controls.f_number.change, people.input, *changes],
        on_setting,
        [token, people, *settings],
        [token, result, status],
        trigger_mode="always_last",
        **quiet,
    )


def _first_screen(w: dict[str, str]) -> tuple[tuple[np.ndarray, np.ndarray], str]:
    from core.portrait.effect import Effect

    Session(example_photo()).render(Effect(), "portrait-fine")  # opens the network: not the photo's own time
    session = Session(example_photo())
    began = time.perf_counter()
    found = session.stages().people
    ready = time.perf_counter()
    picture = session.render(Effect(), "portrait-fine")
    spent = (ready - began, time.perf_counter() - ready)
    return _pair(session.preview, picture, found), _status(w, None, spent, found, picture.shape)


def _pair(before: np.ndarray, after: np.ndarray, people: list[Person]) -> tuple[np.ndarray, np.ndarray]:
    """Both as RGB; a cut-out over a checkerboard; people numbered where there are several."""
    if after.ndim == 2:
        after = cv2.cvtColor(after, cv2.COLOR_GRAY2RGB)
    elif after.shape[2] == 4:
        rows, columns = np.indices(after.shape[:2]) // 12
        board = np.where((rows + columns) % 2, 205, 255).astype(np.float32)[..., None]
        alpha = after[..., 3:].astype(np.float32) / 255
        after = (after[..., :3] * alpha + board * (1 - alpha)).astype(np.uint8)
    if len(people) > 1:
        before = before.copy()
        height, width = before.shape[:2]
        size = max(12, min(height, width) // 28)
        for number, person in enumerate(people, 1):
            x, y = round(person.centre[0] * width), round(person.centre[1] * height)
            cv2.circle(before, (x, y), size, (79, 70, 229), -1, cv2.LINE_AA)
            text, scale = str(number), size / 18
            (tw, th), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, scale, 1)
            place = (x - tw // 2, y + th // 2)
            cv2.putText(before, text, place, cv2.FONT_HERSHEY_DUPLEX, scale, (255, 255, 255), 1, cv2.LINE_AA)
    return before, after


def _status(
    w: dict[str, str],
    session: Session | None,
    spent: tuple[float, float],
    people: list[Person],
    shape: tuple[int, ...] | None = None,
) -> str:
    height, width = (shape or session.preview.shape)[:2]  # type: ignore[union-attr]
    first, render = (f"{1000 * s:.0f}" for s in spent)
    text = w["times"].format(first=first, render=render, width=width, height=height)
    if not people:
        text = f"<span class=warn>{w['nobody']}</span> {text}"
    link = DOWNLOAD + (session.token if session else "example")
    return f'<div class=status><span>{text}</span><a class=download href="{link}" download>{w["download"]}</a></div>'
