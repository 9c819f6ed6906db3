"""The settings that photos and videos share, and how they become an `Effect`."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
import numpy as np

from core.errors import InputError
from core.media.images import read_image
from core.portrait.effect import Effect
from core.weights import Card, list_cards, load_card
from demos.fields import FileImage, bounded_slider
from demos.words import card_text

APERTURES = (1.4, 16, 2.8)
"""F-numbers: the smallest, the largest, the first."""


@dataclass
class Controls:
    """The components, in the order in which handlers get their values."""

    output: gr.Radio
    f_number: gr.Slider
    shape: gr.Radio
    color: gr.ColorPicker
    image: gr.Image
    weights: gr.Radio

    def all(self) -> list[gr.components.Component]:
        return [self.output, self.f_number, self.shape, self.color, self.image, self.weights]


def build_controls(
    w: dict[str, str], outputs: tuple[str, ...], default_weights: str, prefix: str
) -> Controls:
    """Lay the settings out; which ones are shown follows the chosen background."""
    output = gr.Radio(
        [(w[o], o) for o in outputs], value="blur", label=w["background"], elem_id=f"{prefix}-output",
        elem_classes="pills",
    )  # fmt: skip
    f_number = bounded_slider(
        *APERTURES, step=0.1, label=w["f_number"], info=w["f_number_about"], buttons=[],
        elem_id=f"{prefix}-f-number",
    )  # fmt: skip
    shape = gr.Radio(
        [(w[s], s) for s in ("disc", "hexagon")], value="disc", label=w["shape"], elem_classes="pills"
    )
    color = gr.ColorPicker("#00b140", label=w["background_color"], visible=False)
    image = FileImage(
        label=w["background_image"], type="filepath", sources=["upload", "clipboard"], height=160,
        visible=False, buttons=[], elem_id=f"{prefix}-image",
    )  # fmt: skip
    names = network_names(default_weights)
    weights = gr.Radio(
        [(w.get(n, n), n) for n in names], value=names[0], label=w["model"], elem_classes="pills",
        visible=len(names) > 1,
    )  # fmt: skip
    with gr.Accordion(w["about_model"], open=False):
        about = gr.HTML(about_card(names[0], w), elem_classes="card")
    weights.change(
        lambda name: about_card(name, w), weights, about, show_progress="hidden", api_visibility="private"
    )

    def shown(chosen: str) -> list:
        blur = gr.update(visible=chosen == "blur")
        return [blur, blur, gr.update(visible=chosen == "color"), gr.update(visible=chosen == "image")]

    output.change(
        shown, output, [f_number, shape, color, image], show_progress="hidden", api_visibility="private"
    )
    return Controls(output, f_number, shape, color, image, weights)


def network_names(first: str) -> list[str]:
    """The matte networks that are there, ``first`` leading if it is one of them.

    Raises:
        InputError: there is none.
    """
    names = [card.name for card in list_cards() if card.task == "matte"]
    if not names:
        raise InputError("no network for portraits is installed", "a folder below weights/", "see README.md")
    return sorted(names, key=lambda name: name != first)


def parse_css_color(text: str) -> tuple[int, int, int]:
    """What a colour picker gives (``#00b140``, ``rgba(0, 177, 64, 1)``) → (0, 177, 64).

    Raises:
        InputError: anything else.
    """
    if match := re.fullmatch(r"#([0-9a-fA-F]{6})", text.strip()):
        r, g, b = bytes.fromhex(match[1])
        return r, g, b
    number = r"(\d{1,3}(?:\.\d*)?)"
    if match := re.fullmatch(rf"rgba?\(\s*{number}[,\s]+{number}[,\s]+{number}(?![\d.]).*\)", text.strip()):
        r, g, b = (min(255, round(float(v))) for v in match.groups())
        return r, g, b
    raise InputError(f"colour {text!r}", "a colour such as #00b140")


def make_effect(
    w: dict[str, str],
    settings: Sequence[Any],
    keep: tuple[tuple[float, float], ...] | None = None,
    read: Callable[[str], np.ndarray] = lambda path: read_image(path).pixels,
) -> Effect:
    """An `Effect` from the controls' values: background, f-number, shape, colour, picture.

    Args:
        read: from a background picture's path its pixels, uint8 RGB.

    Raises:
        InputError: no background picture yet, or one that cannot be read.
    """
    output, f_number, shape, color, image = settings
    picture = None
    if output == "image":
        if not image:
            raise InputError(w["choose_picture"])
        picture = read(image)
    return Effect(output, float(f_number), shape, parse_css_color(color), picture, keep)


def about_card(name: str, w: dict[str, str]) -> str:
    """A card's facts as HTML: figures beside the peers measured in the same run, limits, data, licence."""
    card: Card = load_card(name)
    results: dict[str, dict[str, dict[str, float]]] = card.measured.get("results", {})
    makers = sorted(results, key=lambda maker: maker != name)

    def tell(text: str) -> str:
        return html.escape(card_text(text, w["language"]))

    text = f"<p>{tell(card.title)}</p>"
    if name in results:
        head = "".join(f"<th>{html.escape(w.get(maker, maker))}</th>" for maker in makers)
        rows = "".join(
            f"<tr><th>{w['empty'] if source == 'empty' else tell(source)}</th>"
            + "".join(f"<td>{_figure(results[maker].get(source, {}))}</td>" for maker in makers)
            + "</tr>"
            for source in results[name]
        )
        text += f"<h4>{w['measured']} (IoU)</h4><table><tr><th>{w['source']}</th>{head}</tr>{rows}</table>"
    limits = "".join(f"<li>{tell(limit)}</li>" for limit in card.limits)
    data = "".join(f"<li>{tell(d['name'])} ({tell(d['terms'])})</li>" for d in card.data)
    return (
        f"{text}<h4>{w['limits']}</h4><ul>{limits}</ul><h4>{w['trained_on']}</h4><ul>{data}</ul>"
        f"<h4>{w['licence']}</h4><p>{html.escape(card.licence)}</p>"
    )


def _figure(figures: dict[str, float]) -> str:
    if "iou" in figures:
        return f"{figures['iou']:.3f}"
    return f"{100 * figures['mean']:.2f} %" if "mean" in figures else ""
