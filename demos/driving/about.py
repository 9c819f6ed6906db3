"""What am I looking at: stuff, things, semantic, instance and panoptic, each in a few lines beside a picture of it."""

from __future__ import annotations

from demos.driving.examples import EXAMPLES, example_token
from demos.driving.networks import TRUTH

# What is explained → the view that shows it.
_PARTS = {
    "semantic": "color",
    "stuff": "stuff",
    "things": "things",
    "instances": "instances",
    "panoptic": "panoptic",
}


def about_html(w: dict[str, str]) -> str:
    """The section; its pictures are views of the first drawn street's truth, and load when they come into sight."""
    base = f"/driving/{w['language']}/{example_token(EXAMPLES[0])}/{TRUTH}/views"
    items = "".join(
        f'<li><img src="{base}/{view}?opacity=80" alt="" loading=lazy width=400 height=200>'
        f"<b>{w[f'dr_what_{part}']}</b>{w[f'dr_what_{part}_about']}</li>"
        for part, view in _PARTS.items()
    )
    return (
        f"<section class=dr-what><h2>{w['dr_about']}</h2><ul>{items}</ul>"
        f'<p><a href="#scoring">{w["dr_what_more"]}</a></p></section>'
    )
