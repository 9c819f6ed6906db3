"""One scene as the page shows it: picture, views, legend, scores, files. The script beside it fills in and follows."""

from __future__ import annotations

import html
import json

from core.driving import LegendRow
from demos.driving.captions import caption, percent
from demos.driving.files import FILES
from demos.driving.networks import TRUTH
from demos.driving.pictures import fades, views_of
from demos.driving.scene import Scene
from demos.driving.scores import scores_html
from demos.driving.truth import CITY
from demos.label_names import label_name
from demos.scoring.numbers import legend as outcome_legend

OPACITY = 55  # per cent, as core's own default look
_FILE_NAMES = {"labelids": "labelIds", "trainids": "trainIds"}  # as Cityscapes calls them
_FORMS = {"labelids": "labelIds", "trainids": "labelTrainIds", "instanceids": "instanceIds"}


def place_html(token: str, weights: str, w: dict[str, str]) -> str:
    """Where the script puts a scene: it asks the server for ``viewer_html`` and then for pictures."""
    return (
        f'<div class=dr-viewer data-token="{html.escape(token)}" data-weights="{html.escape(weights)}" '
        f'data-words="{attribute(_texts(w))}"><div class=dr-waiting role=status>{w["dr_loading"]}</div></div>'
    )


def viewer_html(scene: Scene, weights: str, w: dict[str, str]) -> str:
    """Everything about a scene but its pictures, which the script asks for one by one."""
    answer = scene.answer(weights)
    parsed = answer.parsed
    views = views_of(scene, weights)
    pills = "".join(
        f"<button type=button class=dr-pill data-view={view} data-fades={int(fades(view))} "
        f"aria-pressed={'true' if view == views[0] else 'false'}>{w[f'dr_view_{view}']}</button>"
        for view in views
    )
    return (
        f"<div class=dr-above>{_warnings(scene, weights, w)}{stage_html(scene, weights, w)}"
        f"<p class=dr-caption>{html.escape(caption(scene, weights, views[0], w))}</p>"
        f"<div class=dr-outcomes hidden>{outcome_legend(w, 'tp', 'fp', 'fn', 'void') if 'errors' in views else ''}</div>"
        f'<div class=dr-views role=group aria-label="{w["dr_views"]}">{pills}</div>'
        f"<label class=dr-opacity><span>{w['dr_opacity']}</span>"
        f"<input type=range min=0 max=100 value={OPACITY}><output>{OPACITY} %</output></label>"
        f"<p class=dr-note>{w['dr_point']} {html.escape(_origin(scene, w))}</p></div>"
        "<div class=dr-below>"
        f"{_legend(parsed.legend, w)}{_files(scene, weights, w)}"
        f"<p class=dr-time role=status>{_time(scene, weights, w)}</p>{scores_html(scene.score(weights), w)}</div>"
    )


def stage_html(scene: Scene, weights: str, w: dict[str, str]) -> str:
    """The picture's place, and what the script needs to say what is at a pixel."""
    height, width = scene.size
    return (
        f'<div class=dr-stage tabindex=0 role=group aria-label="{html.escape(w["dr_stage"])}" '
        f'style="--dr-width:{width};--dr-height:{height}" data-token="{scene.token}" data-weights="{html.escape(weights)}" '
        f'data-labels="{attribute(_labels(w))}" data-sure={int(weights != TRUTH)}><img alt="">'
        "<canvas hidden></canvas><div class=dr-chip role=status hidden></div></div>"
    )


def _warnings(scene: Scene, weights: str, w: dict[str, str]) -> str:
    """What must be said of a scene before it is believed."""
    parsed = scene.answer(weights).parsed
    texts = []
    if weights == TRUTH:
        texts.append(w["dr_no_network"])
    elif parsed.why_doubtful is not None:
        share = parsed.doubt if parsed.why_doubtful == "unsure" else parsed.upright
        texts.append(w[f"dr_doubtful_{parsed.why_doubtful}"].format(share=percent(share, w)))
    if not parsed.path.road_share:
        texts.append(w["dr_no_road"])
    return "".join(f"<p class=dr-warn>{html.escape(text)}</p>" for text in texts)


def _origin(scene: Scene, w: dict[str, str]) -> str:
    """Where a scene and its truth are from; nothing to say of a picture alone."""
    texts = [w["dr_drawn"]] if scene.seed is not None else []
    if scene.truth is not None and scene.truth.form in _FORMS:
        texts.append(w["dr_truth_read"].format(form=_FORMS[scene.truth.form]))
    return " ".join(texts)


def attribute(values: object) -> str:
    """JSON inside of a double-quoted attribute."""
    return html.escape(json.dumps(values, ensure_ascii=False), quote=True)


def _texts(w: dict[str, str]) -> dict[str, str]:
    return {key: w[f"dr_{key}"] for key in ("thing", "stuff", "sure", "truly", "unreachable", "time_view")}


def _labels(w: dict[str, str]) -> dict[int, dict[str, str]]:
    """Of every id: name, category, kind and colour, in the page's language."""
    language = w["language"]
    return {
        label.id: {
            "name": label_name(label.name, language), "category": label_name(label.category, language),
            "kind": "" if label.ignored else w["dr_thing" if label.isthing else "dr_stuff"],
            "color": "#" + bytes(label.color).hex(),
        }
        for label in CITY.labels
        if label.id >= 0
    }  # fmt: skip


def _time(scene: Scene, weights: str, w: dict[str, str]) -> str:
    answer = scene.answer(weights)
    parts = []
    if weights != TRUTH:
        parts = [f"{w['dr_time_network']} <b>{1000 * answer.network_s:.0f} ms</b>"]
        parts += [f"{w['dr_time_map']} <b>{1000 * answer.map_s:.0f} ms</b>"]
    parts.append(f"{w['dr_time_view']} <b class=dr-view-ms></b>")
    text = " · ".join(parts)
    if weights != TRUTH:
        text += f" ({w['dr_once']})"
    (height, width), (full_height, full_width) = scene.size, scene.photo.pixels.shape[:2]
    size = f"{width} × {height} px"
    if width != full_width:
        size = w["dr_size_small"].format(
            width=width, height=height, full_width=full_width, full_height=full_height
        )
    return f"{text[0].upper()}{text[1:]}<br>{size}"


def _legend(rows: list[LegendRow], w: dict[str, str]) -> str:
    items = "".join(
        f'<li><button type=button data-id={row.label.id} aria-pressed=false><i style="background:rgb{row.label.color}"></i>'
        f"<span>{html.escape(label_name(row.label.name, w['language']))}</span><b>{percent(row.share, w)}</b></button></li>"
        for row in rows
    )
    return f"<section class=dr-legend><h3>{w['dr_legend']}</h3><ul>{items}</ul></section>"


def _files(scene: Scene, weights: str, w: dict[str, str]) -> str:
    language = w["language"]
    kinds = [k for k in FILES if k != "panoptic" or "panoptic" in views_of(scene, weights)]
    links = "".join(
        f'<a class=download data-file={kind} data-busy="{w["dr_making"]}" '
        f'href="/driving/{language}/{scene.token}/{html.escape(weights)}/files/{kind}">{_FILE_NAMES.get(kind) or w[f"dr_file_{kind}"]}</a>'
        for kind in kinds
    )
    return f"<section class=dr-files><h3>{w['dr_files']}</h3><div>{links}</div></section>"
