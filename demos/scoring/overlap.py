"""Two shapes on a small grid: which pixels they share, and what IoU, Dice and the others say of it."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, Field

from core.metrics.explain import OutcomeCounts, count_outcomes, mask_outcomes
from core.metrics.matte import boundary_mask
from demos.scoring.numbers import count, fraction, ratio, tinted

WIDTH, HEIGHT = 48, 32
BOUNDARY = max(1, round(0.02 * float(np.hypot(WIDTH, HEIGHT))))  # px, as `score_matte` has it
Shape = Literal["box", "disc", "person"]
SHAPES: tuple[Shape, ...] = ("box", "disc", "person")

_PERSON = """
.....####.....
....######....
....######....
....######....
....######....
.....####.....
......##......
....######....
..##########..
.############.
.############.
##############
##############
###.######.###
###.######.###
###.######.###
###.######.###
.##.######.##.
....######....
....######....
....##..##....
....##..##....
....##..##....
....##..##....
....##..##....
...###..###...
"""


def _outlines() -> dict[str, np.ndarray]:
    y, x = np.ogrid[-8.5:9.5, -8.5:9.5]
    person = [[letter == "#" for letter in row] for row in _PERSON.split()]
    return {"box": np.ones((14, 18), bool), "disc": x**2 + y**2 <= 8.9**2, "person": np.array(person)}


OUTLINES = _outlines()


class Placed(BaseModel):
    """A shape and where its left upper corner is, px; moved back where it would leave the picture."""

    shape: Shape
    x: int = Field(ge=0, lt=WIDTH)
    y: int = Field(ge=0, lt=HEIGHT)

    def model_post_init(self, _: Any) -> None:
        height, width = OUTLINES[self.shape].shape
        self.x, self.y = min(self.x, WIDTH - width), min(self.y, HEIGHT - height)

    def mask(self) -> np.ndarray:
        """bool (HEIGHT, WIDTH)."""
        mask = np.zeros((HEIGHT, WIDTH), bool)
        height, width = OUTLINES[self.shape].shape
        mask[self.y : self.y + height, self.x : self.x + width] = OUTLINES[self.shape]
        return mask


class Overlap(BaseModel):
    """What the visitor has put where."""

    truth: Placed
    prediction: Placed


START = Overlap(truth=Placed(shape="person", x=14, y=3), prediction=Placed(shape="person", x=15, y=5))


@dataclass(frozen=True)
class OverlapScore:
    """``outcomes`` uint8 (HEIGHT, WIDTH), their counts, and the counts of the two outlines alone."""

    outcomes: np.ndarray
    pixels: OutcomeCounts
    boundary: OutcomeCounts


def score_overlap(overlap: Overlap) -> OverlapScore:
    """Everything is counted by core."""
    prediction, truth = overlap.prediction.mask(), overlap.truth.mask()
    edges = mask_outcomes(boundary_mask(prediction, BOUNDARY), boundary_mask(truth, BOUNDARY))
    outcomes = mask_outcomes(prediction, truth)
    return OverlapScore(outcomes, count_outcomes(outcomes), count_outcomes(edges))


def reply(overlap: Overlap, w: dict[str, str]) -> dict[str, Any]:
    """What the page's script paints and shows: outcomes, handles, the numbers as HTML, and what is read aloud."""
    score = score_overlap(overlap)
    handles = []
    for name, placed in (("truth", overlap.truth), ("prediction", overlap.prediction)):
        height, width = OUTLINES[placed.shape].shape
        handles.append({
            "name": name, "x": placed.x, "y": placed.y, "width": width, "height": height,
            "left": 0, "top": 0, "right": WIDTH - width, "bottom": HEIGHT - height,
            "title": w[f"sc_{name}"], "label": w["sc_move"].format(name=w[f"sc_{name}"]),
        })  # fmt: skip
    n = score.pixels
    said = w["sc_said_overlap"].format(iou=ratio(n.iou), tp=n.tp, fp=n.fp, fn=n.fn)
    return {
        "state": overlap.model_dump(), "outcomes": "".join(map(str, score.outcomes.ravel().tolist())),
        "handles": handles, "html": numbers_html(score, w), "said": said,
    }  # fmt: skip


def numbers_html(score: OverlapScore, w: dict[str, str]) -> str:
    """Counts, then each formula with its numbers."""
    n, edge = score.pixels, score.boundary
    tp, fp, fn, tn = (tinted(code, getattr(n, code)) for code in ("tp", "fp", "fn", "tn"))
    counts = "".join(
        f"<div><dt><i class=sc-{code}></i>{w[f'sc_{code}']} <abbr>{code.upper()}</abbr></dt>"
        f"<dd>{count(getattr(n, code))} px</dd></div>"
        for code in ("tp", "fp", "fn", "tn")
    )
    symbols = {code: tinted(code, code.upper()) for code in ("tp", "fp", "fn", "tn")}
    iou = _row(
        "IoU", n.iou,
        f"{fraction(symbols['tp'], '{tp} + {fp} + {fn}'.format(**symbols))} = {fraction(tp, f'{tp} + {fp} + {fn}')}",
        f"{n.tp} / ({n.tp} + {n.fp} + {n.fn})", main=True,
    )  # fmt: skip
    rows = [
        _row("Dice", n.dice, fraction(f"2 · {tp}", f"2 · {tp} + {fp} + {fn}"),
             f"2 · {n.tp} / (2 · {n.tp} + {n.fp} + {n.fn})", w["sc_dice_about"]),
        _row(w["sc_accuracy"], n.pixel_accuracy, fraction(f"{tp} + {tn}", f"{tp} + {tn} + {fp} + {fn}"),
             f"({n.tp} + {n.tn}) / {n.tp + n.tn + n.fp + n.fn}", w["sc_accuracy_about"]),
        _row(w["sc_boundary"], edge.iou,
             fraction(tinted("tp", edge.tp), " + ".join(tinted(c, getattr(edge, c)) for c in ("tp", "fp", "fn"))),
             f"{edge.tp} / ({edge.tp} + {edge.fp} + {edge.fn})", w["sc_boundary_about"].format(width=BOUNDARY)),
    ]  # fmt: skip
    exact = " ".join(
        f'data-{key}="{value!r}"'
        for key, value in {
            "tp": n.tp, "fp": n.fp, "fn": n.fn, "tn": n.tn, "iou": n.iou, "dice": n.dice,
            "accuracy": n.pixel_accuracy, "boundary": edge.iou,
        }.items()
    )  # fmt: skip
    return f"<div class=sc-numbers {exact}>{iou}<dl class=sc-counts>{counts}</dl>{''.join(rows)}</div>"


def _row(name: str, value: float, formula: str, spoken: str, about: str = "", *, main: bool = False) -> str:
    label = html.escape(f"{name} = {spoken} = {ratio(value)}")
    note = f"<p>{about}</p>" if about else ""
    return (
        f'<div class="sc-row{" main" if main else ""}"><div class=sc-name>{name}</div>'
        f'<div class=sc-formula role=math aria-label="{label}">{formula} = <b>{ratio(value)}</b></div>{note}</div>'
    )
