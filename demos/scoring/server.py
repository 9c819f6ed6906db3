"""The scoring page's part of the server: what the moving examples ask for, its scripts and its style."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from fastapi import APIRouter

from demos.routing import offer_files
from demos.scoring import overlap, scene_view
from demos.scoring.scene import Scene
from demos.words import words

FILES = {
    "scoring.js": "text/javascript",
    "stage.js": "text/javascript",
    "overlap.js": "text/javascript",
    "scene.js": "text/javascript",
    "scoring.css": "text/css",
}
Language = Literal["en", "ko"]


def scoring_router() -> APIRouter:
    """``POST /scoring/{language}/overlap`` and ``/scene``: a state in, its score out; and the files beside."""
    router = APIRouter(prefix="/scoring")

    @router.post("/{language}/overlap")
    def score_overlap(language: Language, state: overlap.Overlap) -> dict[str, Any]:
        return overlap.reply(state, words(language))

    @router.post("/{language}/scene")
    def score_scene(language: Language, state: Scene) -> dict[str, Any]:
        return scene_view.reply(state, words(language))

    offer_files(router, Path(__file__).parent, FILES)
    return router
