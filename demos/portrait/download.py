"""Full-size results, made when they are asked for and never kept on disk."""

from __future__ import annotations

import tempfile
from pathlib import Path
from urllib.parse import quote

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from core.errors import InputError
from core.media.images import Photo, write_image
from demos.portrait.example import example_photo
from demos.portrait.session import Session, Sessions

DOWNLOAD = "/download/portrait/"
EXAMPLE = "example"
_TYPES = {".png": "image/png", ".jpg": "image/jpeg"}


def download_router(sessions: Sessions, expired: str) -> APIRouter:
    """``GET /download/portrait/TOKEN``: the session's photo with its latest settings, at the photo's own size."""
    router = APIRouter()

    @router.get(DOWNLOAD + "{token}")
    def download(token: str) -> Response:
        session = Session(example_photo()) if token == EXAMPLE else sessions.get(token)
        if session is None:
            raise HTTPException(404, expired)
        try:
            picture = session.render_full()
            name = result_name(session.photo, session.effect.output)
            with tempfile.TemporaryDirectory() as folder:
                target = Path(folder) / f"result{Path(name).suffix}"
                body = write_image(target, picture, like=session.photo).read_bytes()
        except InputError as error:
            raise HTTPException(422, str(error)) from None
        disposition = f"attachment; filename=\"{target.name}\"; filename*=UTF-8''{quote(name)}"
        return Response(
            body,
            media_type=_TYPES[target.suffix],
            headers={"Content-Disposition": disposition, "Cache-Control": "no-store"},
        )

    return router


def result_name(photo: Photo, output: str) -> str:
    """``holiday.heic`` → ``holiday-blur.jpg``; what has transparency or is a matte becomes a PNG."""
    suffix = ".png" if output in ("cutout", "matte") else ".jpg"
    return f"{Path(photo.name).stem}-{output}{suffix}"
