"""Requests that Gradio cannot read are answered as such, and take one line of the log rather than a page of it."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sys
import time
from pathlib import Path

from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demos.access.pages import Languages
from demos.access.routes import EVENT, UPLOAD, below_page
from demos.words import words

_READ_BY_GRADIO = re.compile(rf"{UPLOAD}|{EVENT}")
_SHOWN = 200  # characters of what went wrong
UNFINISHED_S = 3600.0
"""Files of uploads that broke off are deleted when nothing was written to them for so long: another one may be a slow one's."""


class MalformedGate:
    """Answers 400 where reading an upload or an event raises. What handlers raise never comes here: events are queued.

    Args:
        app: the server behind.
        languages: the pages.
        folder: Gradio's own, where it collects uploads.
    """

    def __init__(self, app: ASGIApp, languages: Languages, folder: str) -> None:
        self._app, self._languages, self._pages = app, languages, list(languages.pages)
        self._folder = Path(folder)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["type"] == "http" and scope["method"] == "POST"
        if not asked or not _READ_BY_GRADIO.fullmatch(below_page(scope["path"], self._pages)):
            return await self._app(scope, receive, send)
        held: list[Message] = []
        begun = False

        async def hold(message: Message) -> None:
            """An answer of 500 is held back: Starlette sends one, and then raises; Gradio sends one, and means it."""
            nonlocal begun
            if held or (message["type"] == "http.response.start" and message["status"] == 500):
                held.append(message)
            else:
                begun = True
                await send(message)

        try:
            await self._app(scope, receive, hold)
        except ClientDisconnect:  # cancelled, or the connection was lost: nobody hears an answer
            asyncio.get_running_loop().call_later(UNFINISHED_S, sweep_unfinished, self._folder, UNFINISHED_S)
        except Exception as error:
            if begun:
                raise
            told = f"{type(error).__name__}: {' '.join(str(error).split())}"
            print(
                f"A request to {scope['path']!r} was not understood ({told[:_SHOWN]})",
                file=sys.stderr,
                flush=True,
            )
            text = words(self._languages.of(scope))["malformed"]
            await PlainTextResponse(text, 400)(scope, receive, send)
        else:
            for message in held:
                await send(message)


def sweep_unfinished(folder: Path, older_s: float) -> None:
    """Delete what broken uploads left, which Gradio forgets: it collects them in files that it names when they are whole."""
    for path in folder.glob("tmp*"):
        with contextlib.suppress(OSError):
            if path.is_file() and time.time() - path.stat().st_mtime >= older_s:
                path.unlink()
