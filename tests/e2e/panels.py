"""A server with one panel alone, where the whole page would be slow or its networks are not the point."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import gradio as gr
from fastapi import FastAPI

from demos.page_head import PageHead
from demos.scoring.server import scoring_router
from demos.words import words
from tests.demos.live.conftest import running

PATHS = {"/": "en", "/ko/": "ko"}


@contextlib.contextmanager
def panel_alone(app: FastAPI, build: Callable[[dict[str, str]], None]) -> Iterator[str]:
    """Address of ``app``, served with the page that ``build(words)`` lays out, in both languages."""
    app.include_router(scoring_router())  # its style sheet
    for path, language in reversed(PATHS.items()):  # "/" last, which answers for every path
        with gr.Blocks() as page:
            build(words(language))
        gr.mount_gradio_app(
            app, page, path.rstrip("/") or "/", ssr_mode=False, footer_links=[], show_error=True
        )
    app.add_middleware(PageHead, pages=PATHS)
    with running(app) as port:
        yield f"http://127.0.0.1:{port}"
