"""What Gradio serves beside its pages is open only where the pages, or programs that call them, need it.

Gradio would also fetch addresses on a visitor's behalf, serve run histories, deep links and recordings, offer an editor of its
code, and more with every version: what is not named here does not exist.
"""

from __future__ import annotations

import re

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

FILE = "/gradio_api/file="
UPLOAD = "/gradio_api/upload"
CONFIG = "/config"
EVENT = "/gradio_api/(?:queue/join|cancel|reset|(?:run|call)/[^/]+)"
"""A pattern: where events are sent."""
OWN = ("/doors/", "/download/", "/driving/", "/live/", "/medical/", "/scoring/")
"""Our own routers: they name what they serve."""

_NAME = r"[^/]+"
_GET = re.compile(
    rf"/?|{CONFIG}/?|/theme\.css|/favicon\.ico|/robots\.txt|/(?:assets|static)/.+"
    rf"|/gradio_api/(?:info|app_id|upload_progress|queue/data|heartbeat/{_NAME}|call/{_NAME}/{_NAME})"
    rf"|{FILE}.+"
)
_POST = re.compile(rf"{UPLOAD}|{EVENT}")


class RouteGate:
    """Answers 404 to what is not open.

    Args:
        app: the server behind.
        pages: paths of Gradio's pages; each brings all of Gradio's routes below it.
    """

    def __init__(self, app: ASGIApp, pages: list[str]) -> None:
        self._app, self._pages = app, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._is_open(scope["method"], scope["path"]):
            return await PlainTextResponse("not found", 404)(scope, receive, send)
        await self._app(scope, receive, send)

    def _is_open(self, method: str, path: str) -> bool:
        if path.startswith(OWN):
            return True
        opened = _POST if method == "POST" else _GET if method in ("GET", "HEAD") else None
        return opened is not None and opened.fullmatch(below_page(path, self._pages)) is not None


def below_page(path: str, pages: list[str]) -> str:
    """``path`` as the Gradio page that it belongs to sees it.

    >>> below_page("/ko/config", ["/", "/ko/"]), below_page("/config", ["/", "/ko/"])
    ('/config', '/config')
    """
    for page in pages:
        prefix = page.rstrip("/")
        if prefix and (path == prefix or path.startswith(page)):
            return path[len(prefix) :]
    return path
