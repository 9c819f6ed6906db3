"""What a network for roads can and cannot do: its card's facts as HTML."""

from __future__ import annotations

import html
from typing import Any

from core.labels import get_label_set
from core.weights import load_card
from demos.words import card_text


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
        rows = "".join(
            f"<tr><th>{tell(source)}</th><td>{row['n']}</td><td>{len(get_label_set(row['labels']).evaluated)}</td>"
            f"<td>{100 * row['miou']:.1f}</td></tr>"
            for source, row in results.items()
        )
        head = f"<tr><th></th><th>{w['dr_frames']}</th><th>{w['dr_classes']}</th><th>mIoU, %</th></tr>"
        figures = f"<h4>{w['dr_measured']}</h4><table>{head}{rows}</table>"
    limits = "".join(f"<li>{tell(limit)}</li>" for limit in card.limits)
    data = "".join(f"<li>{tell(d['name'])} ({tell(d['terms'])})</li>" for d in card.data)
    return (
        f"<p>{tell(card.title)}</p>{figures}<h4>{w['limits']}</h4><ul>{limits}</ul>"
        f"<h4>{w['trained_on']}</h4><ul>{data}</ul><h4>{w['licence']}</h4><p>{html.escape(card.licence)}</p>"
    )
