"""Networks beside each other: a card each, with the map, the time, the size and the score."""

from __future__ import annotations

import html
import statistics
import threading
import time

from core.errors import InputError
from core.segmenter import load_segmenter
from core.weights import load_card
from demos.driving.captions import percent
from demos.driving.networks import TRUTH, network_name, road_networks
from demos.driving.pictures import fades, views_of
from demos.driving.scene import Scene
from demos.driving.viewer import OPACITY, attribute, stage_html
from demos.portrait.messages import explain
from demos.scoring.numbers import ratio

VIEWS = ("overlay", "color", "confidence", "errors")
_RUNS = 3
_measuring = threading.Lock()  # networks that run at once would only slow each other


def place_html(token: str, w: dict[str, str]) -> str:
    """Where the script puts the cards, of the scene that is open then; ``token``: of the scene until one is opened."""
    texts = {"unreachable": w["dr_unreachable"]} | {
        key: w[f"dr_{key}"] for key in ("thing", "stuff", "sure", "truly")
    }
    return (
        f'<div class=dr-compare data-token="{html.escape(token)}" data-words="{attribute(texts)}">'
        f"<div class=dr-waiting role=status>{w['dr_loading']}</div></div>"
    )


def cards_html(scene: Scene, w: dict[str, str]) -> str:
    """The frame of the page: which views there are, and a place for every network's card."""
    names = [card.name for card in road_networks()]
    shown = ([TRUTH] if scene.truth else []) + names
    views = [v for v in VIEWS if any(v in views_of(scene, name) for name in shown)]
    pills = "".join(
        f"<button type=button class=dr-pill data-view={view} data-fades={int(fades(view))} "
        f"aria-pressed={'true' if view == views[0] else 'false'}>{w[f'dr_view_{view}']}</button>"
        for view in views
    )
    notes = {
        0: f"<p class=dr-warn>{w['dr_compare_none']}</p>",
        1: f"<p class=dr-note>{w['dr_compare_one']}</p>",
    }
    places = "".join(
        f'<figure class=dr-card data-token="{scene.token}" data-weights="{html.escape(name)}" '
        f'data-views="{" ".join(views_of(scene, name))}"><figcaption><b>{html.escape(network_name(name, w))}</b></figcaption>'
        f"<div class=dr-waiting role=status>{w['dr_loading']}</div></figure>"
        for name in shown
    )
    return (
        f"<p class=dr-about>{w['dr_compare_about']}</p>{notes.get(len(names), '')}"
        f'<div class=dr-views role=group aria-label="{w["dr_views"]}">{pills}</div>'
        f"<label class=dr-opacity><span>{w['dr_opacity']}</span>"
        f"<input type=range min=0 max=100 value={OPACITY}><output>{OPACITY} %</output></label>"
        f"<div class=dr-cards>{places}</div><p class=dr-note>{w['dr_card_about']}</p>"
    )


def card_html(scene: Scene, weights: str, w: dict[str, str]) -> str:
    """A card's inside: name, picture, figures; or what is wrong with the network, as the others can still be seen."""
    name = html.escape(network_name(weights, w))
    try:
        rows = [] if weights == TRUTH else _figures(scene, weights, w)
        stage = stage_html(scene, weights, w)
        _ = scene.answer(weights)
    except InputError as error:
        why = html.escape(w["dr_card_failed"].format(why=explain(error, w)))
        return f"<figcaption><b>{name}</b></figcaption><p class=dr-warn>{why}</p>"
    figures = "".join(
        f"<div data-figure={key}><dt>{what}</dt><dd>{value}</dd></div>" for key, what, value in rows
    )
    return f"<figcaption><b>{name}</b></figcaption>{stage}<dl class=dr-figures>{figures}</dl>"


def _figures(scene: Scene, weights: str, w: dict[str, str]) -> list[tuple[str, str, str]]:
    answer = scene.answer(weights)
    rows = [
        ("time", w["dr_card_time"], f"{1000 * measure(scene, weights):.0f} ms"),
        ("size", w["dr_card_size"], f"{load_card(weights).bytes / 1e6:.1f} MB"),
    ]
    if (score := scene.score(weights)) is not None:
        rows.append(("miou", "mIoU", ratio(score.pixels.miou)))
        if score.segments is not None:
            rows.append(("pq", "PQ", ratio(score.segments.all.pq)))
    return [*rows, ("sure", w["dr_card_sure"], percent(1 - answer.parsed.doubt, w))]


def measure(scene: Scene, weights: str) -> float:
    """Seconds from the picture to its map at its own size: the median of three."""
    segmenter = load_segmenter(weights)
    with _measuring:
        spent = []
        for _ in range(_RUNS):
            began = time.perf_counter()
            segmenter.semantic(scene.photo.pixels).train_ids()
            spent.append(time.perf_counter() - began)
    return statistics.median(spent)
