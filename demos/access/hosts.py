"""Requests under a name that is not ours, or from another site's page, go no further.

A browser lets every page on the web send requests to this machine, and open WebSockets to it; a page whose name was made to
mean 127.0.0.1 (DNS rebinding) may even read the answers. Programs that are no browser send neither ``Origin`` nor ``Sec-Fetch-Site``:
they may come, as far as the password lets them.
"""

from __future__ import annotations

import html
import ipaddress
import re
import socket
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from demos.access.options import Access, is_loopback
from demos.access.pages import Languages, message_page, wants_page
from demos.words import words

_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[^\s/@:\[\]]+?)\.?(?::(?P<port>\d{1,5}))?")
_PORTS = {"http": 80, "https": 443}


class HostGate:
    """Lets in what was sent to one of our own names, and by no other site's page.

    Args:
        app: the server behind.
        access: its names.
        languages: of what a refused visitor reads.
    """

    def __init__(self, app: ASGIApp, access: Access, languages: Languages) -> None:
        self._app, self._access, self._languages = app, access, languages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not is_ours(host, self._access):
            wrong = "wrong_name"
        elif not same_site(scope, host, self._access):
            wrong = "wrong_site"
        else:
            return await self._app(scope, receive, send)
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1008})
        w = words(self._languages.of(scope))
        name = split_host(host)[0] or "?"
        option = f"--name {name}"
        if wants_page(scope):
            text = w[wrong].format(name=html.escape(name), option=f"<code>{html.escape(option)}</code>")
            await message_page(403, w["refused"], text, w)(scope, receive, send)
        else:
            await PlainTextResponse(w[wrong].format(name=name, option=option), 403)(scope, receive, send)


def split_host(host: str) -> tuple[str, int | None]:
    """A ``Host`` header's name, lower case and without brackets, and its port; ``("", None)``: it is none.

    >>> split_host("Localhost:7860"), split_host("[::1]"), split_host("a b")
    (('localhost', 7860), ('::1', None), ('', None))
    """
    found = _HOST.fullmatch(host)
    if found is None:
        return "", None
    return found["name"].strip("[]").lower(), int(found["port"]) if found["port"] else None


def is_ours(host: str, access: Access) -> bool:
    """Whether a ``Host`` header names this server.

    An address is always itself: only a name can be made to mean another machine. Where the server is there for this
    machine alone, only this machine's own addresses are right.
    """
    name, _ = split_host(host)
    if not name:
        return False
    if is_loopback(name) or name in (access.host.lower(), *access.names):
        return True
    if is_loopback(access.host):
        return False
    machine = socket.gethostname().lower()
    return _is_address(name) or name in (machine, f"{machine}.local")


def same_site(scope: Scope, host: str, access: Access) -> bool:
    """Whether a request comes from one of our pages, from an address line or a link, or from no browser at all."""
    headers = Headers(scope=scope)
    opened = (
        scope.get("method") in ("GET", "HEAD")
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
    )
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin") and not opened:
        return False
    origin = headers.get("origin")
    return origin is None or _is_origin_of(origin, host, access)


def _is_origin_of(origin: str, host: str, access: Access) -> bool:
    try:
        parts = urlsplit(origin)
        name, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return False
    if parts.scheme not in _PORTS or not name:
        return False
    if name in access.names:  # a proxy may have told us another host and port than the browser's
        return True
    usual = _PORTS[parts.scheme]
    our_name, our_port = split_host(host)
    return (name, port or usual) == (our_name, our_port or usual)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
