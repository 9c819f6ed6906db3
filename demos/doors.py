"""The front door: one card an application; a click on it shows that application's tabs and hides the others'."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import APIRouter
from fastapi.responses import FileResponse, Response

from demos.language import LanguageGate
from demos.theme import FAVICON
from demos.words import LANGUAGES

# Application → its tabs, the first one first; "live" and "scoring" belong to several.
DOORS: dict[str, tuple[str, ...]] = {
    "portrait": ("photo", "video", "live", "scoring"),
    "driving": ("driving-picture", "driving-video", "driving-compare", "live", "scoring"),
    "medical": ("medical", "scoring"),
}
FIRST = "portrait"
_PICTURES = Path(__file__).parent / "doors"  # made by demos/door_pictures.py


def page_path(language: str, home: str) -> str:
    """Where a language's page is: the home language at ``/``, the other below its code."""
    return "/" if language == home else f"/{language}/"


def tab(name: str, label: str) -> gr.Tab:
    """A tab of ``DOORS``; in the page from the start, and seen once its application is."""
    # "hidden" rather than False: Gradio forgets to show again what it was told not to show at all.
    return gr.Tab(label, id=name, elem_id=f"{name}-tab", visible=True if name in DOORS[FIRST] else "hidden")


def wire_doors(tabs: gr.Tabs, parts: dict[str, gr.Tab]) -> None:
    """Make the doors open: in the browser alone, through buttons that the page's script presses.

    Args:
        tabs: all of them.
        parts: every tab of ``DOORS`` by its name.
    """
    for door, names in DOORS.items():
        shown: list[dict[str, Any]] = [
            {"__type__": "update", "visible": True if name in names else "hidden"} for name in parts
        ]
        first = {"__type__": "update", "selected": names[0]}
        button = gr.Button(door, elem_id=f"open-{door}", elem_classes="hidden-field")
        button.click(
            None, None, [*parts.values(), tabs], js=f"() => {json.dumps([*shown, first])}", queue=False,
            api_visibility="private",
        )  # fmt: skip


def doors_router() -> APIRouter:
    """``GET /doors/NAME.jpg``: the doors' pictures."""
    router = APIRouter()

    @router.get("/doors/{door}.jpg")
    def picture(door: str) -> Response:
        if not _has_picture(door):
            return Response(status_code=404)
        headers = {"Cache-Control": "private, max-age=3600"}
        return FileResponse(_PICTURES / f"{door}.jpg", media_type="image/jpeg", headers=headers)

    return router


def _has_picture(door: str) -> bool:
    return door in DOORS and (_PICTURES / f"{door}.jpg").exists()


def masthead(w: dict[str, str], home: str) -> str:
    """Name, language and doors."""
    language = w["language"]
    other = next(code for code in LANGUAGES if code != language)
    link = (
        f'<a href="{page_path(other, home)}" lang="{other}" id="language" '
        f"onclick=\"document.cookie='{LanguageGate.COOKIE}={other};path=/;max-age=31536000;samesite=lax'\">"
        f"{LANGUAGES[other]}</a>"
    )
    mark = FAVICON.read_text(encoding="utf-8").replace("#246f62", "currentColor")
    doors = "".join(
        f'<a href="#{door}" data-door="{door}"{" aria-current=true" if door == FIRST else ""}>'
        + (f'<img src="/doors/{door}.jpg" alt="" width=116 height=84>' if _has_picture(door) else "")
        + f"<span><b>{w[door]}</b><span>{w[f'{door}_about']}</span></span></a>"
        for door in DOORS
    )
    return (
        f"<div id=masthead>{mark}<h1>Triptych</h1><p>{w['tagline']}</p>{link}</div>"
        f'<nav id=doors aria-label="{w["applications"]}">{doors}</nav>'
    )
