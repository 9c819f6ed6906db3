"""One password before everything: pages, downloads, uploads and the live view.

A form and a cookie rather than HTTP Basic: Basic is sent along by whatever page asks for it, cannot be signed out of, asks in the
browser's words instead of the page's, and not every browser sends it when a WebSocket is opened. Rather than Gradio's own
password, which stands before Gradio's pages only.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import secrets
import time
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from demos.access.options import Access
from demos.access.pages import SIGN_IN, Languages, sign_in_page, wants_page
from demos.words import words

SIGN_OUT = "/logout"
SIGNED_IN_S = 12 * 3600
PAUSE_S = 1.0
"""After a wrong password, and until then no other try from that address."""
_FORM_BYTES = 8192


class SignInGate:
    """Lets nobody by who has not signed in; the only thing they get is the form.

    Args:
        app: the server behind.
        access: with a user and a password.
        languages: the form's, and which pages there are.
    """

    def __init__(self, app: ASGIApp, access: Access, languages: Languages) -> None:
        self._app, self._languages = app, languages
        self._right = _digest(access.user), _digest(access.password)
        self._signed_in: dict[bytes, float] = {}  # by a digest: a look-up's time tells nothing of a cookie
        self._trying: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        inside = self._is_inside(HTTPConnection(scope))
        if scope["type"] == "websocket":
            if inside:
                return await self._app(scope, receive, send)
            return await send({"type": "websocket.close", "code": 1008})
        asked = scope["method"], scope["path"]
        if asked == ("POST", SIGN_IN):
            response: Response = await self._sign_in(Request(scope, receive))
        elif inside and asked == ("POST", SIGN_OUT):
            response = self._sign_out(Request(scope))
        elif inside and scope["path"] == SIGN_IN:
            response = RedirectResponse("/", 303)
        elif inside:
            return await self._app(scope, receive, send)
        elif wants_page(scope):
            response = self._form(scope, 401)
        else:
            response = PlainTextResponse(words(self._languages.of(scope))["signed_out"], 401)
        await response(scope, receive, send)

    def _is_inside(self, connection: HTTPConnection) -> bool:
        ends = self._signed_in.get(_digest(connection.cookies.get(_cookie_name(connection.scope), "")))
        return ends is not None and time.monotonic() < ends

    async def _sign_in(self, request: Request) -> Response:
        scope = request.scope
        fields = await _read_form(request)  # however slowly it comes: nobody waits for it
        address = _address(request)
        if address in self._trying:
            return self._answer(scope, 429, "too_many_tries")
        self._trying.add(address)
        try:
            user, password = (_digest(fields.get(name, "")) for name in ("username", "password"))
            # Both are compared whatever the first one gives.
            if not hmac.compare_digest(user, self._right[0]) & hmac.compare_digest(password, self._right[1]):
                await asyncio.sleep(PAUSE_S)
                return self._answer(scope, 401, "wrong_password", fields.get("next", "/"))
        finally:
            self._trying.discard(address)
        now = time.monotonic()
        self._signed_in = {digest: ends for digest, ends in self._signed_in.items() if now < ends}
        token = secrets.token_urlsafe(32)
        self._signed_in[_digest(token)] = now + SIGNED_IN_S
        path = fields.get("next", "/")
        response: Response = (
            RedirectResponse(path if path in self._languages.pages else "/", 303)
            if _from_page(request)
            else JSONResponse({"success": True})
        )
        response.set_cookie(
            _cookie_name(scope), token, httponly=True, samesite="strict", secure=scope["scheme"] == "https"
        )
        return response

    def _sign_out(self, request: Request) -> Response:
        name = _cookie_name(request.scope)
        self._signed_in.pop(_digest(request.cookies.get(name, "")), None)
        response = RedirectResponse("/", 303)
        response.delete_cookie(name, httponly=True, samesite="strict")
        return response

    def _answer(self, scope: Scope, status: int, problem: str, path: str = "/") -> Response:
        if _from_page(Request(scope)):
            return self._form(scope, status, problem, path)
        return PlainTextResponse(words(self._languages.of(scope))[problem], status)

    def _form(self, scope: Scope, status: int, problem: str = "", path: str = "/") -> Response:
        """The form in its page's language. ``path``: of the page that it leads to."""
        asked = next((p for p in (path, scope["path"]) if p in self._languages.pages and p != "/"), "/")
        w = words(self._languages.of({**scope, "path": asked}))
        return sign_in_page(status, problem, asked, w)


def sign_out_html(w: dict[str, str]) -> str:
    """The button that ends it, for a page's foot."""
    return f"<form method=post action={SIGN_OUT}><button>{w['sign_out']}</button></form>"


def _from_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


async def _read_form(request: Request) -> dict[str, str]:
    """The fields of a short form; what is longer, or no form, has none."""
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > _FORM_BYTES:
                return {}
        return {name: values[-1] for name, values in parse_qs(body.decode(), max_num_fields=8).items()}
    except (ValueError, ClientDisconnect):
        return {}


def _address(request: Request) -> str:
    """Who tries; of IPv6 the network, for one machine has all addresses of its own."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if address.version == 6 and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _cookie_name(scope: Scope) -> str:
    # Cookies do not know ports: another server on this machine would overwrite ours.
    server = scope.get("server")
    return f"triptych-signed-in-{server[1] if server else 0}"


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
