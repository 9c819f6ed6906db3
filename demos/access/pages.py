"""The pages that stand before the pages: sign in, and why somebody is not let in. No script, nothing fetched."""

from __future__ import annotations

import base64
import html
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse
from starlette.types import Scope

from demos.language import chosen, preferred
from demos.theme import FAVICON

SIGN_IN = "/login"
CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Languages:
    """Which language a visitor reads before he has a page.

    Attributes:
        pages: path → language.
        home: the one of ``/``.
        follow_browser: heed ``Accept-Language`` where the visitor has chosen nothing.
    """

    pages: dict[str, str]
    home: str
    follow_browser: bool

    def of(self, scope: Scope) -> str:
        """The page's own where it has one, then the chosen one, then the browser's."""
        if scope["path"] != "/" and scope["path"] in self.pages:
            return self.pages[scope["path"]]
        headers = Headers(scope=scope)
        asked = preferred(headers.get("accept-language", "")) if self.follow_browser else None
        return chosen(headers.get("cookie", "")) or asked or self.home


def wants_page(scope: Scope) -> bool:
    """Whether somebody looks at the answer, rather than a script."""
    return scope["method"] in ("GET", "HEAD") and "text/html" in Headers(scope=scope).get("accept", "")


def message_page(status: int, title: str, text: str, w: dict[str, str]) -> HTMLResponse:
    """A title and a text (HTML)."""
    return _page(status, title, f"<p>{text}</p>", w)


def sign_in_page(status: int, problem: str, path: str, w: dict[str, str]) -> HTMLResponse:
    """The form. ``problem``: with the last try; "": none. ``path``: of the page to open afterwards."""
    told = f"<p role=alert>{w[problem]}</p>" if problem else ""
    form = (
        f'{told}<form method=post action={SIGN_IN}><input type=hidden name=next value="{html.escape(path)}">'
        f"<label>{w['user_name']}<input name=username autocomplete=username autocapitalize=none spellcheck=false "
        "required autofocus></label>"
        f"<label>{w['password']}<input name=password type=password autocomplete=current-password required></label>"
        f"<button>{w['sign_in']}</button></form><p>{w['sign_in_about']}</p>"
    )
    return _page(status, w["sign_in"], form, w)


def _page(status: int, title: str, body: str, w: dict[str, str]) -> HTMLResponse:
    style = Path(__file__).with_name("access.css").read_text(encoding="utf-8")
    mark = FAVICON.read_text(encoding="utf-8")
    icon = base64.b64encode(mark.encode()).decode()
    text = (
        f"<!doctype html><html lang={w['language']}><head><meta charset=utf-8><title>{title} · Triptych</title>"
        '<meta name=viewport content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
        f'<link rel=icon href="data:image/svg+xml;base64,{icon}"><style>{style}</style></head>'
        f"<body><main><header>{mark.replace('#246f62', 'currentColor')}<span>Triptych</span></header>"
        f"<h1>{title}</h1>{body}</main></body></html>"
    )
    return HTMLResponse(text, status, {"Cache-Control": "no-store", "Content-Security-Policy": CSP})
