"""Full-size results, made when they are asked for and never kept on disk."""

from __future__ import annotations

import tempfile
from pathlib import Path
from urllib.parse import quote

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from core.media.images import write_image
from core.portrait.effect import Effect
from demos.portrait.example import example_photo
from demos.portrait.photo import DOWNLOAD
from demos.portrait.session import Session, Sessions

_TYPES = {".png": "image/png", ".jpg": "image/jpeg"}


def download_router(sessions: Sessions, expired: str) -> APIRouter:
    """``GET /download/portrait/TOKEN``: the session's photo with its latest settings, at the photo's own size."""
    router = APIRouter()

    @router.get(DOWNLOAD + "{token}")
    def download(token: str) -> Response:
        session = Session(example_photo(), effect=Effect()) if token == "example" else sessions.get(token)
        if session is None:
            raise HTTPException(404, expired)
        effect = session.effect
        picture = session.render(effect, session.weights, full=True)
        suffix = ".png" if effect.output in ("cutout", "matte") else ".jpg"
        name = f"{Path(session.photo.name).stem}-{effect.output}{suffix}"
        with tempfile.TemporaryDirectory() as folder:
            body = write_image(Path(folder) / f"result{suffix}", picture, like=session.photo).read_bytes()
        disposition = f"attachment; filename=\"result{suffix}\"; filename*=UTF-8''{quote(name)}"
        return Response(body, media_type=_TYPES[suffix], headers={"Content-Disposition": disposition})

    return router
