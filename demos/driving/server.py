"""The driving panel's part of the server: scenes, their pictures and files, and the scripts beside."""

from __future__ import annotations

import time
from functools import lru_cache
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import cv2
from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse, Response

from core.driving.street import StreetScene
from core.errors import InputError
from core.media.frames import encode_frame
from demos.driving.captions import caption
from demos.driving.compare import card_html, cards_html
from demos.driving.examples import EXAMPLES, example_of
from demos.driving.files import make_file
from demos.driving.pictures import encode, probe, render, views_of
from demos.driving.scene import Scene
from demos.driving.scenes import Scenes
from demos.driving.viewer import OPACITY, viewer_html
from demos.routing import offer_files, telling
from demos.words import words

PATH = "/driving"
FILES = {
    "driving.js": "text/javascript",
    "viewer.js": "text/javascript",
    "compare.js": "text/javascript",
    "stage.js": "text/javascript",
    "driving.css": "text/css",
}
Language = Literal["en", "ko"]
# A visitor's scene never changes: another truth is another scene.
_KEEP = {"Cache-Control": "private, max-age=3600"}
_ASK_AGAIN = {"Cache-Control": "private, no-cache"}
_THUMBNAIL = (240, 120)


def driving_router(scenes: Scenes) -> APIRouter:
    """Everything below ``/driving``; a scene is ``/{language}/{token}/{weights}``."""
    router = APIRouter(prefix=PATH)

    def find(token: str, w: dict[str, str]) -> Scene:
        scene = scenes.get(token)
        if scene is None:
            raise HTTPException(404, w["dr_gone"])
        return scene

    @router.get("/thumbs/{seed}.jpg")
    def thumbnail(seed: int) -> Response:
        if seed not in EXAMPLES:
            return Response(status_code=404)
        return Response(_thumbnail(seed), media_type="image/jpeg", headers=_KEEP)

    @router.get("/{language}/{token}/compare")
    def compare(language: Language, token: str) -> HTMLResponse:
        w = words(language)
        return HTMLResponse(cards_html(find(token, w), w))

    @router.get("/{language}/{token}/{weights}")
    def scene(language: Language, token: str, weights: str) -> HTMLResponse:
        w = words(language)
        with telling(w):
            return HTMLResponse(viewer_html(find(token, w), weights, w))

    @router.get("/{language}/{token}/{weights}/views/{view}")
    def view(language: Language, token: str, weights: str, view: str, opacity: int = OPACITY) -> Response:
        w = words(language)
        found = find(token, w)
        with telling(w):
            if view not in views_of(found, weights):
                raise InputError(
                    f"no view is called {view!r}", f"one of {', '.join(views_of(found, weights))}"
                )
            began = time.perf_counter()
            picture = render(found, weights, view, opacity / 100)
            spent = time.perf_counter() - began
            told = caption(found, weights, view, w)
        body, kind = encode(view, picture)
        headers = {"X-Caption": quote(told), "X-Milliseconds": f"{1000 * spent:.0f}", **_keeping(token)}
        return Response(body, media_type=kind, headers=headers)

    @router.get("/{language}/{token}/{weights}/probe")
    def look_up(language: Language, token: str, weights: str) -> Response:
        w = words(language)
        with telling(w):
            body = probe(find(token, w), weights)
        return Response(body, media_type="image/png", headers=_keeping(token))

    @router.get("/{language}/{token}/{weights}/card")
    def card(language: Language, token: str, weights: str) -> HTMLResponse:
        w = words(language)
        return HTMLResponse(card_html(find(token, w), weights, w))

    @router.get("/{language}/{token}/{weights}/files/{kind}")
    def file(language: Language, token: str, weights: str, kind: str, opacity: int = OPACITY) -> Response:
        w = words(language)
        with telling(w):
            name, body = make_file(find(token, w), weights, kind, opacity / 100)
        disposition = f"attachment; filename=\"{kind}{Path(name).suffix}\"; filename*=UTF-8''{quote(name)}"
        media = "application/zip" if name.endswith(".zip") else "image/png"
        headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
        return Response(body, media_type=media, headers=headers)

    offer_files(router, Path(__file__).parent, FILES)
    return router


def _keeping(token: str) -> dict[str, str]:
    """For how long a browser may keep what is made of a scene.

    A drawn street has one token for ever: after a restart other weights may answer below the same address.
    """
    return _KEEP if example_of(token) is None else _ASK_AGAIN


@lru_cache(maxsize=len(EXAMPLES))
def _thumbnail(seed: int) -> bytes:
    drawn = StreetScene(seed).frame(_THUMBNAIL[0] * 2, _THUMBNAIL[1] * 2).image
    return encode_frame(cv2.resize(drawn, _THUMBNAIL, interpolation=cv2.INTER_AREA), 85)
