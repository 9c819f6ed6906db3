"""The hundred scripts and styles of Gradio's page, read and compressed once instead of for every visitor."""

from __future__ import annotations

import posixpath
import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demos.access.routes import below_page

_KEPT = re.compile(r"/(?:assets|static)/.+\.(?:js|css)")
# Gradio names each build of a file after its content: what has such a name never changes.
_NAMED_BY_CONTENT = re.compile(r"/assets/[^/]+-[\w-]{8,}\.(?:js|css)")
_FOREVER = (b"cache-control", b"private, max-age=31536000, immutable")
# What an answer may depend on besides the encoding: such requests are answered by Gradio itself.
_SPECIAL = {b"range", b"if-none-match", b"if-modified-since"}


class PageFiles:
    """Keeps Gradio's scripts and styles, some 4 MB, as they were first sent; browsers keep what never changes.

    Args:
        app: the server behind.
        pages: paths of Gradio's pages; all show the same files below them.
    """

    def __init__(self, app: ASGIApp, pages: list[str]) -> None:
        self._app, self._pages = app, pages
        self._kept: dict[tuple[str, bytes], tuple[Message, Message]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            return await self._app(scope, receive, send)
        path = below_page(scope["path"], self._pages)
        headers = dict(scope["headers"])
        asked_from = headers.get(b"origin")
        own = asked_from is None or asked_from.partition(b"://")[2] == headers.get(b"host")
        plain = _KEPT.fullmatch(path) and posixpath.normpath(path) == path  # one spelling of each is kept
        if not own or not plain or _SPECIAL & headers.keys():
            return await self._app(scope, receive, send)
        key = path, _encoding(headers.get(b"accept-encoding", b""))
        messages = self._kept.get(key)
        if messages is None:
            messages = await self._fetch(scope, receive)
            if messages is None:
                return
            if messages[0]["status"] == 200:  # what is not there takes no room
                if _NAMED_BY_CONTENT.fullmatch(path):
                    messages[0]["headers"].append(_FOREVER)
                self._kept[key] = messages
        for message in messages:
            await send({**message})

    async def _fetch(self, scope: Scope, receive: Receive) -> tuple[Message, Message] | None:
        """The whole answer; None: who asked has left, and Gradio answered nothing or a part."""
        start: Message = {}
        parts: list[bytes] = []
        whole = False

        async def collect(message: Message) -> None:
            nonlocal whole
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))
                whole = not message.get("more_body", False)

        # A page's own scripts name where they are asked from, which Gradio would repeat to the next who asks.
        asked = [(name, value) for name, value in scope["headers"] if name != b"origin"]
        # And servers that send files by themselves would pass the collector by.
        await self._app({**scope, "headers": asked, "extensions": {}}, receive, collect)
        if not whole:
            return None
        body = b"".join(parts)
        named = [(n, v) for n, v in start.get("headers", ()) if n.lower() != b"content-length"]
        start["headers"] = [*named, (b"content-length", str(len(body)).encode())]
        return start, {"type": "http.response.body", "body": body}


def _encoding(accepted: bytes) -> bytes:
    """What Gradio makes of an Accept-Encoding: the answers that differ."""
    return next((name for name in (b"br", b"gzip") if name in accepted), b"")
