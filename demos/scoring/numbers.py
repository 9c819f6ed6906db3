"""Numbers, fractions and colours as HTML: what the views of scores share."""

from __future__ import annotations

import html
import math

from core.metrics.explain import OUTCOME_COLORS, Outcome

CODES = {
    Outcome.TRUE_POSITIVE: "tp",
    Outcome.FALSE_POSITIVE: "fp",
    Outcome.FALSE_NEGATIVE: "fn",
    Outcome.TRUE_NEGATIVE: "tn",
    Outcome.VOID: "void",
}


def ratio(value: float, digits: int = 3) -> str:
    """A ratio from 0 to 1 as people read it; a dash where there is none.

    >>> ratio(0.52749), ratio(float("nan"))
    ('0.527', '–')
    """
    return "–" if math.isnan(value) else f"{value:.{digits}f}"


def count(value: int) -> str:
    """A number of pixels, its thousands apart by thin spaces.

    >>> count(1234567).replace("\\u2009", " ")
    '1 234 567'
    """
    return f"{value:,}".replace(",", "\u2009")


def tinted(code: str, text: str | int) -> str:
    """A number in the colour of its outcome (``tp``, ``fp``, ``fn``, ``tn``)."""
    return f'<span class="sc-n {code}">{html.escape(str(text))}</span>'


def fraction(top: str, bottom: str) -> str:
    """Two pieces of HTML, one above the other."""
    return f"<span class=sc-frac><span>{top}</span><span class=sc-over>/</span><span>{bottom}</span></span>"


def legend(w: dict[str, str], *codes: str) -> str:
    """What the colours mean, for some of the outcomes."""
    items = "".join(
        f"<li><i class=sc-{code}></i><b>{w[f'sc_{code}']}</b> {w[f'sc_{code}_about']}</li>" for code in codes
    )
    return f'<ul class=sc-legend aria-label="{html.escape(w["sc_colors"])}">{items}</ul>'


def color_style() -> str:
    """A style sheet that names core's colours of outcomes: ``--sc-tp`` and so on."""
    rules = ";".join(f"--sc-{CODES[o]}:rgb{color}" for o, color in OUTCOME_COLORS.items())
    return f"<style>:root{{{rules}}}</style>"
