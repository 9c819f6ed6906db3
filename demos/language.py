"""Which language a visitor of ``/`` gets."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from demos.words import LANGUAGES


class LanguageGate:
    """Sends a visitor of ``/`` on to the page in the language that was chosen, or else that the browser asks for.

    Args:
        app: the server behind.
        home: the language of the page at ``/``.
        follow_browser: heed ``Accept-Language`` where the visitor has chosen nothing.
    """

    COOKIE = "triptych-language"

    def __init__(self, app: ASGIApp, home: str, follow_browser: bool) -> None:
        self._app, self._home, self._follow_browser = app, home, follow_browser

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = scope["path"][1:] if scope["type"] == "http" else ""
        if name in LANGUAGES and name != self._home:  # as people type it
            return await RedirectResponse(f"/{name}/")(scope, receive, send)
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"] == "/":
            headers = dict(scope["headers"])
            wanted = chosen(headers.get(b"cookie", b"").decode("latin-1"))
            if wanted is None and self._follow_browser:
                wanted = preferred(headers.get(b"accept-language", b"").decode("latin-1"))
            if wanted and wanted != self._home:
                redirect = RedirectResponse(f"/{wanted}/", headers={"Vary": "Accept-Language, Cookie"})
                return await redirect(scope, receive, send)
        await self._app(scope, receive, send)


def chosen(cookies: str) -> str | None:
    """The language that a ``Cookie`` header says was chosen; None: none of ours."""
    try:
        morsel = SimpleCookie(cookies).get(LanguageGate.COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel and morsel.value in LANGUAGES else None


def preferred(accept_language: str) -> str | None:
    """The language of ours that an ``Accept-Language`` header (RFC 9110, 12.5.4) ranks first; None: none.

    >>> preferred("ko-KR,ko;q=0.9,en;q=0.8")
    'ko'
    """
    ranked: list[tuple[float, int, str]] = []
    for part in accept_language.split(","):
        tag, _, weight = part.strip().partition(";q=")
        code = tag.split("-")[0].lower()
        try:
            quality = float(weight or 1)
        except ValueError:
            continue
        if code in LANGUAGES and quality > 0:
            ranked.append((-quality, len(ranked), code))
    return min(ranked)[2] if ranked else None
