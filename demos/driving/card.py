"""What a network for roads can and cannot do: its card's facts as HTML."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

from core.labels import get_label_set
from core.weights import load_card
from demos.driving.networks import instance_network
from demos.label_names import label_name
from demos.words import card_text


def cards_about(name: str, w: dict[str, str]) -> str:
    """The card of a semantic network, and below it the card of what tells things apart, where that is a network.

    Raises:
        InputError: there is no such card.
    """
    things = instance_network()
    return "<hr>".join(card_html(n, w) for n in (name, things.name if things else "") if n)


def card_html(name: str, w: dict[str, str]) -> str:
    """Title, figures by source, limits, data, licence.

    Raises:
        InputError: there is no such card.
    """
    card = load_card(name)

    def tell(text: str) -> str:
        return html.escape(card_text(text, w["language"]))

    results: dict[str, dict[str, Any]] = card.measured.get("results", {})
    figures = ""
    if results:
        table = _instance_table if card.task == "instance" else _semantic_table
        figures = f"<h4>{w['dr_measured']}</h4><table>{table(results, w, tell)}</table>"
    limits = "".join(f"<li>{tell(limit)}</li>" for limit in card.limits)
    data = "".join(f"<li>{tell(d['name'])} ({tell(d['terms'])})</li>" for d in card.data)
    return (
        f"<p>{tell(card.title)}</p>{figures}<h4>{w['limits']}</h4><ul>{limits}</ul>"
        f"<h4>{w['trained_on']}</h4><ul>{data}</ul><h4>{w['licence']}</h4><p>{html.escape(card.licence)}</p>"
    )


def _semantic_table(results: dict[str, dict[str, Any]], w: dict[str, str], tell: Callable[[str], str]) -> str:
    rows = "".join(
        f"<tr><th>{tell(source)}</th><td>{row['n']}</td><td>{len(get_label_set(row['labels']).evaluated)}</td>"
        f"<td>{100 * row['miou']:.1f}</td></tr>"
        for source, row in results.items()
    )
    return f"<tr><th></th><th>{w['dr_frames']}</th><th>{w['dr_classes']}</th><th>mIoU, %</th></tr>{rows}"


def _instance_table(results: dict[str, dict[str, Any]], w: dict[str, str], tell: Callable[[str], str]) -> str:
    street = results["cityscapes"]
    rows = [(tell("cityscapes"), street["n"], "AP", street["ap"]), ("", "", "AP50", street["ap50"])]
    if photos := results.get("coco"):
        shown = [name for name in photos if name != "n"]
        rows += [
            (tell("coco") if n == 0 else "", photos["n"] if n == 0 else "", f"AP50, {label_name(name, w['language'])}", photos[name]["ap50"])
            for n, name in enumerate(shown)
        ]  # fmt: skip
    if panoptic := results.get("panoptic"):
        rows.append((tell("cityscapes"), street["n"], "PQ", panoptic["fused"]["all"]))
    lines = "".join(
        f"<tr><th>{a}</th><td>{n}</td><td>{m}</td><td>{100 * v:.1f}</td></tr>" for a, n, m, v in rows
    )
    return f"<tr><th></th><th>{w['dr_frames']}</th><th></th><th>%</th></tr>{lines}"
