"""How right an answer is: means, panoptic quality, and IoU by class."""

from __future__ import annotations

from demos.driving.scene import SceneScore
from demos.driving.truth import CITY
from demos.label_names import label_name
from demos.scoring.bars import iou_bars
from demos.scoring.numbers import count, ratio


def scores_html(score: SceneScore | None, w: dict[str, str]) -> str:
    """The figures of one picture; nothing where the truth is not known."""
    if score is None:
        return ""
    pixels = score.pixels
    figures = [
        ("miou", w["sc_miou"], pixels.miou), ("category", w["sc_category_miou"], pixels.category_miou),
        ("accuracy", w["sc_accuracy"], pixels.pixel_accuracy),
    ]  # fmt: skip
    if score.segments is not None:
        parts = score.segments
        figures += [
            ("pq", "PQ", parts.all.pq), ("pq-things", w["dr_pq_things"], parts.things.pq),
            ("pq-stuff", w["dr_pq_stuff"], parts.stuff.pq),
        ]  # fmt: skip
    tiles = "".join(f"<div><dt>{name}</dt><dd>{ratio(value)}</dd></div>" for _, name, value in figures)
    exact = " ".join(f'data-{key}="{value!r}"' for key, _, value in figures)
    warning = "" if pixels.pixels else f"<p class=dr-warn>{w['sc_nothing_counts']}</p>"
    bars = iou_bars(pixels.iou, w, CITY, lambda name: label_name(name, w["language"]), pixels.miou)
    return (
        f"<section class=dr-scores {exact}><h3>{w['dr_scores']}</h3>{warning}<dl class=sc-tiles>{tiles}</dl>"
        f"<p class=sc-note>{w['dr_scores_about']} {w['sc_pixels'].format(pixels=count(pixels.pixels))}</p>"
        f"<details><summary>{w['dr_per_class']}</summary>{bars}</details></section>"
    )
