"""What a browser opened, and what was made of it, goes back to that browser alone.

Every visitor's browser gets a random cookie. A file of Gradio's may be read, or given to an event, by those who uploaded it or
were told of it; a Gradio session, a photo, a scene or a visit belongs to the browser that used its name first, which is the one
it was made for: names are random, and told to nobody else. Programs without cookies count as one visitor together: between
them, names that cannot be guessed are what protects.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
from collections import OrderedDict
from typing import Any
from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demos.access.pages import Languages
from demos.access.routes import CONFIG, EVENT, FILE, UPLOAD, below_page
from demos.words import words

COOKIE = "triptych-visitor"
MAX_EVENT = 16 << 20
"""Bytes of an event's JSON; files come by another way."""
_OWNERS = 20_000
_VISITOR = re.compile(r"[A-Za-z0-9_-]{43}")
_OWN_TOKEN = re.compile(r"/(?:download/portrait|driving/\w+|medical/\w+)/([A-Za-z0-9_-]{20,})(?:/.*)?")
_EVENT = re.compile(EVENT)
_ANSWER = re.compile(rf"{UPLOAD}|/gradio_api/(?:queue/data|run/[^/]+|call/.+)")
_HEARTBEAT = "/gradio_api/heartbeat/"


class VisitorGate:
    """Answers 404 to who asks for another visitor's things.

    Args:
        app: the server behind.
        folder: Gradio's own, where all files lie that it may serve.
        languages: which pages there are.
    """

    def __init__(self, app: ASGIApp, folder: str, languages: Languages) -> None:
        self._app, self._languages, self._pages = app, languages, list(languages.pages)
        self._folder = folder
        # As a path stands in JSON, being all of a text: not where a message quotes a visitor's own words.
        self._quoted = re.compile(b'"%s(?:[^"\\\\]|\\\\.)+"' % re.escape(json.dumps(folder)[1:-1]).encode())
        self._told: dict[str, set[str]] = {}  # path → visitors
        self._many = 1000
        self._public: set[str] = set()
        self._owners: OrderedDict[str, str] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        path = below_page(scope["path"], self._pages)
        visitor = _visitor(scope)
        if not self._may_ask(visitor, path, scope):
            return await self._refuse(scope, receive, send)
        if scope["method"] == "POST" and _EVENT.fullmatch(path):
            body = await _read(receive)
            if body is None:
                return await PlainTextResponse("too large", 413)(scope, receive, send)
            try:
                event = json.loads(body)
            except (ValueError, RecursionError):
                return await PlainTextResponse("not JSON", 400)(scope, receive, send)
            if not self._may_send(visitor, event):
                return await self._refuse(scope, receive, send)
            scope, receive = _with_body(json.dumps(event).encode(), scope, receive)
        page = path in ("", "/") or path.rstrip("/") == CONFIG
        if page or _ANSWER.fullmatch(path):
            scope, send = self._listening(scope, send, None if page else visitor)
        if page and not visitor:
            send = _giving_cookie(scope, send)
        await self._app(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        text = words(self._languages.of(scope))["not_yours"]
        await PlainTextResponse(text, 404)(scope, receive, send)

    def _may_ask(self, visitor: str, path: str, scope: Scope) -> bool:
        if path.startswith(FILE):
            return self._may_read(visitor, path[len(FILE) :])
        if own := _OWN_TOKEN.fullmatch(path):
            return self._owns(visitor, own[1])
        if path.startswith(_HEARTBEAT):
            return self._owns(visitor, path[len(_HEARTBEAT) :])
        sessions = parse_qs(scope["query_string"].decode("latin-1")).get("session_hash", [])
        return all(self._owns(visitor, session) for session in sessions)

    def _may_send(self, visitor: str, event: Any) -> bool:
        """Whether an event names only its own visitor's session and files."""
        session = event.get("session_hash") if isinstance(event, dict) else None
        if isinstance(session, str) and not self._owns(visitor, session):
            return False
        # Gradio also takes addresses for files, and would fetch them.
        return all(self._may_read(visitor, path) for path in _file_paths(event))

    def _may_read(self, visitor: str, path: str) -> bool:
        """Whether exactly this path was told to the visitor, and no link leads elsewhere from it."""
        if not (path in self._public or visitor in self._told.get(path, ())):
            return False
        inside = os.path.relpath(path, self._folder)
        return os.path.realpath(path) == os.path.join(os.path.realpath(self._folder), inside)

    def _owns(self, visitor: str, name: str) -> bool:
        owner = self._owners.setdefault(name, visitor)
        self._owners.move_to_end(name)
        if len(self._owners) > _OWNERS:
            self._owners.popitem(last=False)
        return owner == visitor

    def _listening(self, scope: Scope, send: Send, visitor: str | None) -> tuple[Scope, Send]:
        """Hear of which files an answer tells; ``visitor``: to whom, None: to everybody."""
        # What is to be read must not come compressed.
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]

        async def hear(message: Message) -> None:
            for text in self._quoted.findall(message.get("body", b"")):
                with contextlib.suppress(ValueError):  # no JSON after all
                    self._tell(visitor, json.loads(text))
            await send(message)

        return {**scope, "headers": plain}, hear

    def _tell(self, visitor: str | None, path: str) -> None:
        if os.path.normpath(path) != path:
            return
        if visitor is None:
            self._public.add(path)
            return
        self._told.setdefault(path, set()).add(visitor)
        if len(self._told) > self._many:
            # As many as there are files: they are deleted after a while.
            self._told = {path: who for path, who in self._told.items() if os.path.exists(path)}
            self._many = 2 * len(self._told) + 1000


def _visitor(scope: Scope) -> str:
    value = HTTPConnection(scope).cookies.get(COOKIE, "")
    return value if _VISITOR.fullmatch(value) else ""


def _file_paths(value: Any) -> list[str]:
    """Every ``path`` in an event's JSON: what Gradio may take for a file."""
    found: list[str] = []
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if isinstance(value.get("path"), str):
                found.append(value["path"])
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return found


async def _read(receive: Receive) -> bytes | None:
    """A whole body; None where it is larger than `MAX_EVENT`."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_EVENT:
            return None
        if message["type"] != "http.request" or not message.get("more_body"):
            return bytes(body)


def _with_body(body: bytes, scope: Scope, receive: Receive) -> tuple[Scope, Receive]:
    """The same request with this body: Gradio reads what was looked at, not another reading of the same bytes."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    others = [
        (name, value)
        for name, value in scope["headers"]
        if name not in (b"content-length", b"transfer-encoding")
    ]
    return {**scope, "headers": [*others, (b"content-length", str(len(body)).encode())]}, replay


def _giving_cookie(scope: Scope, send: Send) -> Send:
    # Lax, unlike the password's: who follows a link to this page from elsewhere keeps what the other tabs have open.
    secure = "; secure" if scope["scheme"] == "https" else ""
    cookie = f"{COOKIE}={secrets.token_urlsafe(32)}; path=/; httponly; samesite=lax{secure}"

    async def give(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).append("set-cookie", cookie)
        await send(message)

    return give
