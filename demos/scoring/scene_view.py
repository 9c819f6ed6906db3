"""What the page shows of a scored scene: maps to paint, handles to move, tables to read."""

from __future__ import annotations

from typing import Any

from core.metrics.explain import Outcome, SegmentFate
from core.metrics.panoptic import ClassQuality, MeanQuality, PanopticScore
from core.results import PanopticMap
from demos.scoring.numbers import CODES, fraction, ratio, tinted
from demos.scoring.scene import LABELS, PIECES, Scene, SceneScore, limits, score_scene

_VERDICTS = {
    Outcome.TRUE_POSITIVE: "sc_matched",
    Outcome.FALSE_POSITIVE: "sc_unmatched",
    Outcome.FALSE_NEGATIVE: "sc_missed",
    Outcome.VOID: "sc_forgiven",
}


def word_for(label_id: int) -> str:
    """The key of a label's word."""
    return f"sc_{LABELS.by_id(label_id).name}"


def reply(scene: Scene, w: dict[str, str]) -> dict[str, Any]:
    """What the page's script paints and shows."""
    score = score_scene(scene)
    fates = {fate.segment.id: fate for fate in score.ours}
    handles = []
    for piece in scene.pieces:
        left, right, top, bottom = limits(piece.name)
        height, width = PIECES[piece.name].shape
        label = w[word_for(piece.label)]
        verdict = _verdict(fates.get(piece.segment), w)
        handles.append({
            "name": piece.name, "x": piece.x, "y": piece.y, "width": width, "height": height, "left": left,
            "right": right, "top": top, "bottom": bottom, "segment": piece.segment,
            "label": w["sc_move"].format(name=f"{label}, {verdict}" if verdict else label), "title": label,
        })  # fmt: skip
    every = score.quality.per_class.values()
    counts = {key: sum(getattr(c, key) for c in every) for key in ("tp", "fp", "fn")}
    return {
        "state": scene.model_dump(),
        "maps": {
            "truth": _painted(score.truth, score.theirs, w),
            "prediction": _painted(score.prediction, score.ours, w),
        },
        "handles": handles,
        "html": quality_html(score.quality, w),
        "table": table_html(score, w),
        "said": w["sc_said_scene"].format(pq=ratio(score.quality.all.pq), **counts),
    }


def _verdict(fate: SegmentFate | None, w: dict[str, str]) -> str:
    if fate is None:
        return ""
    text = w["sc_not_asked" if fate.segment.iscrowd else _VERDICTS[fate.outcome]]
    return f"{text}, IoU {ratio(fate.iou, 2)}" if fate.partner is not None else text


def _painted(found: PanopticMap, fates: list[SegmentFate], w: dict[str, str]) -> dict[str, Any]:
    """Ids row by row, and of each segment its colour, its outcome and what is written on it."""
    segments = {}
    for fate in fates:
        label = w["sc_crowd" if fate.segment.iscrowd else word_for(fate.segment.label_id)]
        number = f" {ratio(fate.iou, 2)}" if fate.partner is not None and fate.outcome != Outcome.VOID else ""
        segments[fate.segment.id] = {
            "color": LABELS.by_id(fate.segment.label_id).color, "outcome": CODES[fate.outcome],
            "text": label + number, "verdict": _verdict(fate, w), "crowd": fate.segment.iscrowd,
            "thing": LABELS.by_id(fate.segment.label_id).isthing,
        }  # fmt: skip
    return {"ids": found.ids.ravel().tolist(), "segments": segments}


def quality_html(quality: PanopticScore, w: dict[str, str]) -> str:
    """PQ, SQ and RQ of everything, and the formula."""
    tiles = "".join(
        f"<div><dt>{name}</dt><dd>{ratio(value)}</dd></div>"
        for name, value in (("PQ", quality.all.pq), ("SQ", quality.all.sq), ("RQ", quality.all.rq))
    )
    tp, fp, fn = (tinted(code, code.upper()) for code in ("tp", "fp", "fn"))
    formula = (
        '<div class=sc-formula role=math aria-label="PQ = Σ IoU / (TP + ½ FP + ½ FN) = SQ · RQ">PQ = '
        f"{fraction('Σ IoU', f'{tp} + ½ {fp} + ½ {fn}')} = {fraction('Σ IoU', tp)} · "
        f"{fraction(tp, f'{tp} + ½ {fp} + ½ {fn}')} = SQ · RQ</div>"
    )
    exact = " ".join(
        f'data-{group}-{key}="{getattr(values, key)!r}"'
        for group, values in (("all", quality.all), ("things", quality.things), ("stuff", quality.stuff))
        for key in ("pq", "sq", "rq")
    )
    return f"<div class=sc-quality {exact}><dl class=sc-tiles>{tiles}</dl>{formula}</div>"


def table_html(score: SceneScore, w: dict[str, str]) -> str:
    """Counts and figures by class, and the means over things, stuff and all."""
    quality: PanopticScore = score.quality
    head = "".join(
        f"<th scope=col>{name}</th>" for name in (w["sc_match_ious"], "TP", "FP", "FN", "SQ", "RQ", "PQ")
    )
    rows = ""
    for label in LABELS.labels:
        c = quality.per_class[label.name]
        if not c.tp + c.fp + c.fn:
            continue
        matched = [
            f.iou for f in score.ours if f.segment.label_id == label.id and f.outcome == Outcome.TRUE_POSITIVE
        ]
        rows += _class_row(w[word_for(label.id)], c, matched)
    for name, values in (
        (w["sc_things"], quality.things), (w["sc_stuff"], quality.stuff), (w["sc_all"], quality.all),
    ):  # fmt: skip
        rows += _mean_row(name, values)
    return (
        f'<div class=sc-scroll tabindex=0 role=region aria-label="{w["sc_per_class"]}"><table class=sc-table>'
        f"<thead><tr><th scope=col>{w['sc_class']}</th>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _class_row(name: str, c: ClassQuality, matched: list[float]) -> str:
    counts = "".join(
        f"<td>{tinted(code, n) if n else n}</td>" for code, n in (("tp", c.tp), ("fp", c.fp), ("fn", c.fn))
    )
    ious = " + ".join(ratio(iou, 2) for iou in matched) or "–"
    return (
        f'<tr data-pq="{c.pq!r}"><th scope=row>{name}</th><td>{ious}</td>{counts}'
        f"<td>{ratio(c.sq)}</td><td>{ratio(c.rq)}</td><td>{ratio(c.pq)}</td></tr>"
    )


def _mean_row(name: str, values: MeanQuality) -> str:
    return (
        f"<tr class=mean><th scope=row>{name}</th><td></td><td colspan=3></td><td>{ratio(values.sq)}</td>"
        f"<td>{ratio(values.rq)}</td><td><b>{ratio(values.pq)}</b></td></tr>"
    )
