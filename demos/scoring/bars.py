"""IoU by class as bars: a table that reads as one without the bars."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Mapping

from core.labels import LabelSet
from demos.scoring.numbers import ratio


def iou_bars(
    iou: Mapping[str, float], w: dict[str, str], labels: LabelSet, tell: Callable[[str], str], mean: float
) -> str:
    """One row a class in the given order, with the mean as a line across; absent classes are named below.

    Args:
        iou: 0 to 1 by class name; nan: the class is in neither prediction nor truth.
        w: texts.
        labels: whose colours the classes have.
        tell: a class's name as it is to be read; escaped here.
        mean: of the classes; nan: no line.
    """
    rows = ""
    for name, value in iou.items():
        if math.isnan(value):
            continue
        r, g, b = labels.by_name(name).color
        rows += (
            f'<tr data-iou="{value!r}"><th scope=row><i style="background:rgb({r},{g},{b})"></i>{html.escape(tell(name))}</th>'
            f'<td class=sc-track><span style="width:{100 * value:.2f}%"></span></td><td>{ratio(value)}</td></tr>'
        )
    absent = ", ".join(html.escape(tell(name)) for name, value in iou.items() if math.isnan(value))
    note = f"<p class=sc-note>{w['sc_absent'].format(names=absent)}</p>" if absent else ""
    line = "" if math.isnan(mean) else f' style="--sc-mean:{mean:.4f}"'
    about = "" if math.isnan(mean) else f" <small>{w['sc_bars_about']}</small>"
    return f"<table class=sc-bars{line}><caption>{w['sc_bars']}{about}</caption><tbody>{rows}</tbody></table>{note}"
