"""Gradio's page as ours: our style before the first paint, the right language, no tags for social media."""

from __future__ import annotations

import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demos.theme import head

_SOCIAL = re.compile(r'<meta\s+(?:property|name)="(?:og|twitter):[^>]*>\s*')


class PageHead:
    """Rewrites the head of the pages. Gradio itself adds one's tags only when its own script runs: too late.

    Args:
        app: the server behind.
        pages: path → language.
    """

    def __init__(self, app: ASGIApp, pages: dict[str, str]) -> None:
        self._app, self._pages = app, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] not in self._pages:
            return await self._app(scope, receive, send)
        # What is to be rewritten must not come compressed.
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        start: Message = {}
        body = b""

        async def collect(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
            base = "../" * (scope["path"].count("/") - 1) or "./"
            text = rewrite(body.decode("utf-8"), self._pages[scope["path"]], base).encode("utf-8")
            await send({**start, "headers": [*headers, (b"content-length", str(len(text)).encode())]})
            await send({"type": "http.response.body", "body": text})

        await self._app({**scope, "headers": plain}, receive, collect)


def rewrite(page: str, language: str, base: str = "./") -> str:
    """``page`` with our head, its language declared, and without social media's tags; anything else untouched."""
    before, tag, after = page.partition("<head>")
    if not tag:
        return page
    before = re.sub(r'lang="\w*"', f'lang="{language}"', before, count=1)
    inside, end, rest = after.partition("</head>")
    return before + tag + head(language, base) + _SOCIAL.sub("", inside) + end + rest
