"""What a view shows, in words: shares, counts, what blocks the way, where instances are from."""

from __future__ import annotations

from collections import Counter

import numpy as np

from core.driving import ParsedFrame
from core.driving.views import kind_mask
from demos.driving.networks import network_name
from demos.driving.scene import Answer, Scene
from demos.driving.truth import CITY
from demos.label_names import label_name


def percent(share: float, w: dict[str, str]) -> str:
    """A share, 0 to 1, as people read it in the page's language: more digits for what is small.

    >>> english = {"language": "en"}
    >>> percent(0.314, english), percent(0.0042, english), percent(0.00001, english), percent(0, {"language": "ko"})
    ('31 %', '0.4 %', '< 0.1 %', '0%')
    """
    value = 100 * share
    sign = "%" if w["language"] == "ko" else " %"
    if 0 < value < 0.1:
        return f"< 0.1{sign}"
    return f"{value:.0f}{sign}" if value >= 9.95 or value == 0 else f"{value:.1f}{sign}"


def caption(scene: Scene, weights: str, view: str, w: dict[str, str]) -> str:
    """One or two sentences on a view, as plain text."""
    answer = scene.answer(weights)
    parsed = answer.parsed
    about = w[f"dr_about_{view}"]
    if view in ("stuff", "things"):
        return about.format(share=percent(float(kind_mask(parsed.semantic, view).mean()), w))  # type: ignore[arg-type]
    if view == "categories":
        return about.format(shares=_shares(parsed, w))
    if view == "road":
        return _way(parsed, w)
    if view == "instances":
        return _things(scene, answer, w)
    if view == "panoptic":
        return about.format(segments=len(parsed.panoptic.segments), source=_source(scene, answer, w))
    if view == "confidence":
        return about.format(share=percent(parsed.doubt, w))
    if view == "errors":
        return about.format(share=percent(_wrong(scene, weights), w))
    return about


def _shares(parsed: ParsedFrame, w: dict[str, str]) -> str:
    rows = sorted(parsed.categories.items(), key=lambda row: -row[1])
    return ", ".join(
        f"{label_name(name, w['language'])} {percent(share, w)}" for name, share in rows if share
    )


def _way(parsed: ParsedFrame, w: dict[str, str]) -> str:
    path = parsed.path
    if not path.length:
        return w["dr_no_way"].format(share=percent(path.road_share, w))
    if not path.ends_at:
        return w["dr_way_free"].format(share=percent(path.road_share, w))
    name = label_name(path.ends_at, w["language"])
    return w["dr_about_road"].format(
        share=percent(path.road_share, w), length=percent(path.length, w), name=name
    )


def _things(scene: Scene, answer: Answer, w: dict[str, str]) -> str:
    found = answer.parsed.thing_ids
    if not found:
        return w["dr_nothing_to_count"]
    counts = Counter(found).most_common()
    names = ", ".join(f"{label_name(CITY.by_id(i).name, w['language'])} {n}" for i, n in counts)
    return w["dr_about_instances"].format(count=len(found), names=names, source=_source(scene, answer, w))


def _source(scene: Scene, answer: Answer, w: dict[str, str]) -> str:
    if answer.things_by:
        return w["dr_from_network"].format(name=network_name(answer.things_by, w))
    if answer.scores is not None:
        return w["dr_from_blobs"]
    drawn = scene.truth is not None and scene.truth.form == "drawn"
    return w["dr_from_truth" if drawn else "dr_from_file"]


def _wrong(scene: Scene, weights: str) -> float:
    """Share of wrong pixels among those that count; 0 where none does."""
    score = scene.score(weights)
    accuracy = score.pixels.pixel_accuracy if score else 1.0
    return 0.0 if np.isnan(accuracy) else 1 - accuracy
