"""The confusion matrix as a drawing: rows of truth, columns of prediction, shares by depth of colour."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np

from demos.scoring.numbers import count

MOST = 40  # classes drawn; beyond that squares are too small to point at
_CELL = 30  # units of the drawing
_NAMED = 5  # confusions told in words


def _share(part: int, whole: int) -> str:
    percent = 100 * part / whole
    return f"{percent:.0f} %" if percent >= 9.95 or part == 0 else f"{percent:.2g} %"


def confusion_matrix(confusion: np.ndarray, names: Sequence[str], w: dict[str, str]) -> str:
    """The drawing, the words for the square that is pointed at, and the largest confusions in words.

    Args:
        confusion: int64 (N, N + 1), truth by prediction; the last column holds predictions of an ignored id.
        names: of the N classes, as they are to be read; escaped here.
        w: texts.

    Returns:
        HTML. Classes in neither truth nor prediction are left out; of more than `MOST`, the largest are drawn.
    """
    size = confusion.sum(1)
    seen = np.flatnonzero(size + confusion[:, :-1].sum(0))
    kept, note = seen, ""
    if len(seen) > MOST:
        kept = np.sort(seen[np.argsort(-size[seen], kind="stable")[:MOST]])
        note = f" <small>({w['sc_largest'].format(count=MOST, total=len(seen))})</small>"
    columns = [*kept.tolist()]
    if confusion[:, -1].any():
        columns.append(len(names))
    told = [*names, w["sc_ignored"]]
    words = _confusions(confusion, told, w)
    return (
        f"<div class=sc-matrix><h4>{w['sc_matrix']}{note}</h4><p class=sc-note>{w['sc_matrix_about']}</p>"
        f'<div class=sc-scroll tabindex=0 role=region aria-label="{html.escape(w["sc_matrix"])}">'
        f"{_drawing(confusion, kept.tolist(), columns, told, w)}</div>"
        f"<p class=sc-pointed aria-hidden=true>&nbsp;</p>{words}</div>"
    )


def _drawing(
    confusion: np.ndarray, rows: list[int], columns: list[int], names: Sequence[str], w: dict[str, str]
) -> str:
    size = confusion.sum(1)
    # Han and Hangul are twice as wide as Latin letters.
    longest = max((sum(2 if c > "\u2e80" else 1 for c in names[i]) for i in columns), default=0)
    margin = 14 + 7 * min(longest, 26)
    width, height = margin + _CELL * len(columns) + 4, margin + _CELL * len(rows) + 4
    parts = []
    for y, row in enumerate(rows):
        top = margin + _CELL * y
        label = html.escape(names[row])
        parts.append(f'<text x="{margin - 8}" y="{top + _CELL / 2}" class=row>{label}</text>')
        for x, column in enumerate(columns):
            n = int(confusion[row, column])
            hit = " hit" if row == column else ""
            place = f'x="{margin + _CELL * x}" y="{top}" width="{_CELL - 1}" height="{_CELL - 1}"'
            if not n:
                parts.append(f'<rect {place} class="none{hit}"/>')
                continue
            share = n / int(size[row])
            title = w["sc_cell"].format(
                truth=names[row], prediction=names[column], count=count(n), share=_share(n, int(size[row]))
            )
            # The root lets what is rare be seen: most errors are a few per cent.
            shade = 0.12 + 0.88 * share**0.6
            number = (
                f'<text x="{margin + _CELL * (x + 0.5) - 0.5}" y="{top + _CELL / 2}"'
                f' class="{"on" if shade > 0.55 else "off"}">{100 * share:.0f}</text>'
                if share >= 0.005
                else ""
            )
            parts.append(
                f'<g><title>{html.escape(title)}</title><rect {place} class="cell{hit}" style="--sc-shade:{shade:.3f}"'
                f' data-count="{n}"/>{number}</g>'
            )
    for x, column in enumerate(columns):
        at = margin + _CELL * (x + 0.5)
        parts.append(
            f'<text transform="translate({at},{margin - 8}) rotate(-90)" class=column>{html.escape(names[column])}</text>'
        )
    return (
        f'<svg viewBox="0 0 {width} {height}" style="--sc-width:{width}px" role=img '
        f'aria-label="{html.escape(w["sc_matrix"] + ". " + w["sc_matrix_about"])}">{"".join(parts)}</svg>'
    )


def _confusions(confusion: np.ndarray, names: Sequence[str], w: dict[str, str]) -> str:
    """The pairs of classes with the most pixels off the diagonal, in words: the drawing for those who read."""
    wrong = confusion.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")[:_NAMED]
    items = ""
    for row, column in zip(*np.unravel_index(order, wrong.shape), strict=True):
        n = int(wrong[row, column])
        if n:
            text = w["sc_cell"].format(
                truth=names[row],
                prediction=names[column],
                count=count(n),
                share=_share(n, int(confusion[row].sum())),
            )
            items += f"<li>{html.escape(text)}</li>"
    if not items:
        return f"<p class=sc-note>{w['sc_not_confused']}</p>"
    return f"<h5>{w['sc_confused']}</h5><ol class=sc-worst>{items}</ol>"
