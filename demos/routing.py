"""What the panels' routers share: the files beside their code, and what a visitor can mend told as an answer."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse, Response

from core.errors import InputError
from demos.portrait.messages import explain


def offer_files(router: APIRouter, folder: Path, files: Mapping[str, str]) -> None:
    """``GET /{name}``: of ``folder``, the ``files`` (name → media type), and no other.

    Add it last: it takes every path of one part that is left.
    """

    @router.get("/{name}")
    def file(name: str) -> Response:
        if name not in files:
            return Response(status_code=404)
        return FileResponse(folder / name, media_type=files[name], headers={"Cache-Control": "no-cache"})


@contextlib.contextmanager
def telling(w: dict[str, str]) -> Iterator[None]:
    """An `InputError` becomes an answer (422) that a panel's script shows, in the page's language."""
    try:
        yield
    except InputError as error:
        raise HTTPException(422, explain(error, w)) from None
