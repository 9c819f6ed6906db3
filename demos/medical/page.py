"""The panel as HTML: everything that stands on the page before a scan is there; the scripts beside fill it in."""

from __future__ import annotations

import html
import json

from core.medical.tasks import list_tasks
from demos.medical.downloads import KINDS
from demos.medical.examples import examples
from demos.medical.words import MEDICAL
from demos.scoring.numbers import legend as outcome_legend

PLANES = ("axial", "coronal", "sagittal")


def first_example() -> str:
    """A drawn T1 head where a network finds brains in such; else the drawn CT head, which rules can do."""
    brain = any(task.name.startswith("brain") and task.method == "network" for task in list_tasks())
    return "t1" if brain else "ct"


def page_html(w: dict[str, str]) -> str:
    """The panel."""
    texts = {
        key.removeprefix("md_"): w[key] for key in MEDICAL if not key.startswith(("md_about_", "md_example_"))
    }
    words = html.escape(json.dumps(texts, ensure_ascii=False), quote=True)
    return (
        f'<div id=medical class=md data-first={first_example()} data-state=empty data-words="{words}">'
        f"<p class=md-notice><b>{w['md_notice']}</b> {w['md_kept']}</p>"
        f"<div class=md-main>{_title()}{_toolbar(w)}{_planes(w)}{_readout(w)}{_looks(w)}</div>"
        f"<aside class=md-side>{_opening(w)}{_legend(w)}{_truth(w)}{_one(w)}{_files(w)}</aside></div>"
    )


def _title() -> str:
    return (
        "<p class=md-error role=alert hidden></p>"
        "<div class=md-title><h2 data-name></h2><span data-geometry></span><span data-took></span></div>"
        "<div data-notes></div>"
    )


def _pills(kind: str, choices: dict[str, str], label: str) -> str:
    buttons = "".join(
        f"<button type=button class=md-pill data-{kind}={name} aria-pressed=false>{text}</button>"
        for name, text in choices.items()
    )
    return f'<div class=md-pills role=group aria-label="{label}">{buttons}</div>'


def _toolbar(w: dict[str, str]) -> str:
    presets = {name: w[f"md_window_{name}"] for name in ("auto", "brain", "soft", "bone", "lung")}
    return (
        f"<div class=md-tools><span class=md-what>{w['md_window']}</span>{_pills('window', presets, w['md_window'])}"
        f"<label>{w['md_level']} <input type=number data-level step=any></label>"
        f"<label>{w['md_width']} <input type=number data-width step=any min=0></label></div>"
    )


def _planes(w: dict[str, str]) -> str:
    figures = "".join(
        f"<figure data-plane={plane}><figcaption><b>{w[f'md_{plane}']}</b><span class=md-number></span>"
        f'<button type=button class=md-enlarge aria-pressed=false title="{w["md_enlarge"]}" aria-label="{w["md_enlarge"]}: '
        f'{w[f"md_{plane}"]}">⤢</button></figcaption>'
        f'<div class=md-stack><canvas tabindex=0 role=img aria-label="{w["md_plane_keys"].format(plane=w[f"md_{plane}"])}"></canvas>'
        "<canvas class=md-cross></canvas></div>"
        f'<input type=range aria-label="{w[f"md_{plane}"]}"></figure>'
        for plane in PLANES
    )
    surface = (
        f"<figure data-surface data-state=none><figcaption><b>{w['md_surface']}</b></figcaption>"
        f'<canvas tabindex=0 role=img aria-label="{w["md_surface_keys"]}"></canvas>'
        f"<div class=md-over><button type=button class=md-make hidden>{w['md_surface_make']}</button>"
        "<p class=md-said role=status hidden></p></div></figure>"
    )
    return f"<div class=md-planes>{figures}{surface}</div>"


def _readout(w: dict[str, str]) -> str:
    return f"<p class=md-readout><i></i><span>{w['md_outside']}</span></p>"


def _looks(w: dict[str, str]) -> str:
    shows = {name: w[f"md_show_{name}"] for name in ("mask", "errors", "uncertainty", "none")}
    sides = {name: w[f"md_{name}"] for name in ("radiological", "neurological")}
    drags = {"cross": w["md_drag_cross"], "window": w["md_drag_window"]}
    return (
        f"<div class=md-looks><div class=md-tools><span class=md-what>{w['md_show']}</span>{_pills('show', shows, w['md_show'])}"
        f"<label>{w['md_opacity']} <input type=range data-opacity min=0 max=100 value=35><output></output></label>"
        f"<label class=md-check><input type=checkbox data-outline checked> {w['md_outline']}</label></div>"
        f"<p class=md-note data-about-show=uncertainty hidden>{w['md_uncertainty_about']}</p>"
        f"<div data-about-show=errors hidden>{outcome_legend(w, 'tp', 'fp', 'fn')}</div>"
        f"<div class=md-tools><span class=md-what>{w['md_drag']}</span>{_pills('drag', drags, w['md_drag'])}"
        f"<span class=md-note>{w['md_drag_hint']}</span></div>"
        f"<div class=md-tools><span class=md-what>{w['md_convention']}</span>{_pills('convention', sides, w['md_convention'])}</div></div>"
    )


def _opening(w: dict[str, str]) -> str:
    buttons = {name: w[f"md_example_{name}"] for name in examples()}
    return (
        f"<section class=md-drop><b>{w['md_drop']}</b><button type=button data-choose>{w['md_choose']}</button>"
        f"<span class=md-note>{w['md_formats']}</span><input type=file data-scan-files multiple hidden tabindex=-1 "
        f'aria-label="{w["md_choose"]}"></section>'
        "<section class=md-progress role=status hidden><div class=bar><i></i></div><span></span>"
        f"<button type=button data-cancel>{w['md_cancel']}</button></section>"
        f"<section><h3>{w['md_examples']}</h3>{_pills('example', buttons, w['md_examples'])}</section>"
        f"<section class=md-ask><label data-time hidden>{w['md_time']} <select></select></label>"
        f"<label>{w['md_task']} <select data-tasks></select></label>"
        f"<button type=button data-run>{w['md_run']}</button>"
        f"<details data-about-task hidden><summary>{w['md_about_task']}</summary><div class=card></div></details></section>"
    )


def _legend(w: dict[str, str]) -> str:
    return (
        f"<section class=md-legend hidden><h3>{w['md_labels']}</h3><table></table>"
        f"<p class=md-note data-scores hidden></p><div class=md-pills><button type=button class=md-pill data-all=1>{w['md_all']}</button>"
        f"<button type=button class=md-pill data-all=0>{w['md_no_labels']}</button></div></section>"
    )


def _truth(w: dict[str, str]) -> str:
    return (
        f"<details class=md-truth hidden><summary>{w['md_truth']}</summary><p class=md-note>{w['md_truth_about']}</p>"
        f"<button type=button data-choose-truth>{w['md_truth_choose']}</button>"
        f'<input type=file data-truth-files multiple hidden tabindex=-1 aria-label="{w["md_truth_choose"]}"></details>'
    )


def _one(w: dict[str, str]) -> str:
    buttons = "".join(
        f"<button type=button class=md-pill data-slice={plane}>{w[f'md_{plane}']}</button>"
        for plane in PLANES
    )
    return (
        f"<details class=md-one><summary>{w['md_one']}</summary><p class=md-note>{w['md_one_about']}</p>"
        f'<div class=md-pills role=group aria-label="{w["md_one_run"]}">{buttons}</div>'
        "<p class=md-note data-one role=status></p><div class=md-pills data-maps hidden></div></details>"
    )


def _files(w: dict[str, str]) -> str:
    links = "".join(
        f'<a class=download data-file={kind} data-busy="{w["md_making"]}" href="#">{w[f"md_file_{kind}"]}</a>'
        for kind in KINDS
    )
    return f"<section class=md-files hidden><h3>{w['md_files']}</h3><div>{links}</div></section>"
