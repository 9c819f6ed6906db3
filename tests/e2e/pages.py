"""Pages opened by visitors of their own, watched while they are open."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator
from typing import Any
from urllib.parse import urlparse

VIEWPORT = {"width": 1280, "height": 900}


@contextlib.contextmanager
def watched_pages(browser: Any, here: Collection[str] = ("127.0.0.1",)) -> Iterator[Callable[..., Any]]:
    """``open(address, using=browser, script="", **context options) → page``, in a context without cookies.

    ``script`` runs before the page's own. In the end all are closed; no script of theirs may have failed, and no request
    have left this machine, whose names are ``here``.
    """
    errors: list[str] = []
    outside: list[str] = []

    def watch(request: Any) -> None:
        url = urlparse(request.url)
        if url.scheme in ("http", "https", "ws", "wss") and url.hostname not in here:
            outside.append(request.url)

    with contextlib.ExitStack() as opened:

        def open_(address: str, using: Any = browser, script: str = "", **options: Any) -> Any:
            context = using.new_context(**({"viewport": VIEWPORT} | options))
            opened.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(120_000)
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.on("request", watch)
            if script:
                page.add_init_script(script)
            page.goto(address)
            return page

        yield open_
    assert errors == [], "scripts that failed"
    assert outside == [], "requests beyond this machine"
