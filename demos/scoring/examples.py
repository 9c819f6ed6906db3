"""The moving examples' HTML: complete before any script runs, which then makes it move."""

from __future__ import annotations

import html
import json
from typing import Any

from demos.scoring import overlap, scene, scene_view
from demos.scoring.means import means_html
from demos.scoring.metric_words import METRICS
from demos.scoring.numbers import legend

SECTIONS = ("overlap", "scene", "means", "pair", "metrics")


def page_top(w: dict[str, str]) -> str:
    """Links to the sections, then one mask, a whole scene, two means."""
    links = "".join(f'<a href="#scoring-{name}">{w[f"sc_nav_{name}"]}</a>' for name in SECTIONS)
    return (
        f'<nav class=sc-nav aria-label="{w["sc_nav"]}">{links}</nav>'
        + section("overlap", w, overlap_html(w))
        + section("scene", w, scene_html(w))
        + section("means", w, means_html(w))
    )


def section(name: str, w: dict[str, str], inside: str) -> str:
    """A titled part of the page, with its words first."""
    return (
        f"<section class=sc-section id=scoring-{name}><h2>{w[f'sc_{name}']}</h2>"
        f"<p class=sc-about>{w[f'sc_{name}_about']}</p>{inside}</section>"
    )


def overlap_html(w: dict[str, str]) -> str:
    """Two shapes to drag, and the numbers beside them."""
    first = overlap.reply(overlap.START, w)
    config = {
        "path": f"scoring/{w['language']}/overlap", "columns": overlap.WIDTH, "rows": overlap.HEIGHT, "reply": first,
    }  # fmt: skip
    choices = "".join(
        f'<fieldset class=sc-pills data-which={which}><legend class="sc-line-{which}">{w[f"sc_{which}"]}</legend>'
        + "".join(
            f'<label><input type=radio name="sc-{which}" value={shape} '
            f'aria-label="{w["sc_shape_of"].format(which=w[f"sc_{which}"])}: {w[f"sc_{shape}"]}"'
            f"{' checked' if shape == getattr(overlap.START, which).shape else ''}><span>{w[f'sc_{shape}']}</span></label>"
            for shape in overlap.SHAPES
        )
        + "</fieldset>"
        for which in ("truth", "prediction")
    )
    return _demo(
        "overlap", config, w,
        f"{_stage(w['sc_overlap_picture'], overlap.WIDTH, overlap.HEIGHT)}{legend(w, 'tp', 'fp', 'fn')}"
        f"<div class=sc-choices>{choices}<button type=button class=sc-button data-do=reset>{w['sc_reset']}</button></div>",
        f"<div class=sc-panel>{first['html']}</div>",
    )  # fmt: skip


def scene_html(w: dict[str, str]) -> str:
    """The true and the predicted segments, what can be done with these, and panoptic quality."""
    first = scene_view.reply(scene.PRESETS["guess"], w)
    texts = {key: w[key] for key in ("sc_chosen", "sc_choose", "sc_class", "sc_join", "sc_drop")}
    config = {
        "path": f"scoring/{w['language']}/scene", "columns": scene.WIDTH, "rows": scene.HEIGHT, "reply": first,
        "presets": {name: preset.model_dump() for name, preset in scene.PRESETS.items()},
        "classes": [[label.id, w[scene_view.word_for(label.id)]] for label in scene.LABELS.labels], "words": texts,
        "chosen": "car-right",
    }  # fmt: skip
    presets = "".join(
        f"<button type=button class=sc-button data-preset={name} aria-pressed={'true' if name == 'guess' else 'false'}>"
        f"{w[f'sc_try_{name}']}</button>"
        for name in scene.PRESETS
    )
    size = scene.WIDTH, scene.HEIGHT
    left = (
        f"<h3>{w['sc_scene_prediction']}</h3>{_stage(w['sc_scene_prediction'], *size, 'prediction')}"
        "<div class=sc-tools></div>"
    )
    right = (
        f"<h3>{w['sc_scene_truth']}</h3>{_stage(w['sc_scene_truth'], *size, 'truth')}"
        f"{legend(w, 'tp', 'fp', 'fn', 'void')}"
    )
    above = (
        f'<div class=sc-presets role=group aria-label="{w["sc_try"]}"><span>{w["sc_try"]}</span>{presets}</div>'
        f"<div class=sc-panel>{first['html']}</div>"
    )
    below = f"<div class=sc-table-panel>{first['table']}</div><p class=sc-note>{w['sc_scene_rules']}</p>"
    return _demo("scene", config, w, left, right, above, below)


def _stage(text: str, columns: int, rows: int, name: str = "prediction") -> str:
    return (
        f'<div class=sc-stage data-stage={name} style="aspect-ratio:{columns}/{rows}">'
        f'<canvas role=img aria-label="{html.escape(text)}"></canvas></div>'
    )


def _demo(
    name: str,
    config: dict[str, Any],
    w: dict[str, str],
    left: str,
    right: str,
    above: str = "",
    below: str = "",
) -> str:
    data = html.escape(json.dumps(config, ensure_ascii=False, separators=(",", ":")), quote=True)
    return (
        f'<div class=sc-demo id=sc-{name} data-demo="{data}">{above}<div class=sc-columns><div class=sc-left>{left}</div>'
        f"<div class=sc-right>{right}</div></div>{below}<p class=sc-warn data-lost hidden>{w['sc_lost']}</p>"
        "<p class=sc-said role=status></p></div>"
    )


def metrics_html(w: dict[str, str]) -> str:
    """Every metric: what it is, whose it is, what it leaves out."""
    which = int(w["language"] == "ko")
    entries = "".join(
        f"<article class=sc-metric id=metric-{m.key}><h3>{m.name[which]}</h3><p>{m.about[which]}</p>"
        f"<p class=sc-note><b>{w['sc_left_out']}</b> {m.void[which]}</p>"
        f'<p class=sc-note><b>{w["sc_reference"]}</b> <a href="{m.link}" target=_blank rel="noreferrer noopener" lang=en>'
        f"{html.escape(m.reference)}</a></p></article>"
        for m in METRICS
    )
    return section("metrics", w, f"<div class=sc-metrics>{entries}</div>")
