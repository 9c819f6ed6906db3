"""The server: one page in two languages, and the downloads; everything under one address."""

from __future__ import annotations

import gradio as gr
from fastapi import FastAPI

from demos.portrait.download import download_router
from demos.portrait.photo import build_photo_tab
from demos.portrait.session import Sessions
from demos.portrait.video import build_video_tab
from demos.theme import CSS, head, theme
from demos.words import LANGUAGES, words

MAX_UPLOAD = "4gb"


def page_path(language: str, home: str) -> str:
    """Where a language's page is: the home language at ``/``, the other below its code."""
    return "/" if language == home else f"/{language}/"


def build_page(language: str, home: str, sessions: Sessions) -> gr.Blocks:
    """The front door and the panels that exist."""
    w = words(language)
    with gr.Blocks(title="Triptych", analytics_enabled=False, delete_cache=(600, 3600)) as page:
        gr.HTML(_masthead(w, language, home), elem_id="front")
        with gr.Tab(w["photo"]):
            build_photo_tab(w, sessions)
        with gr.Tab(w["video"]):
            build_video_tab(w)
        gr.HTML(f"<div id=private>{w['private']}</div>")
    return page


def _masthead(w: dict[str, str], language: str, home: str) -> str:
    other = next(code for code in LANGUAGES if code != language)
    link = (
        f'<a href="{page_path(other, home)}" lang="{other}" id="language" '
        f"onclick=\"try{{localStorage.setItem('triptych-language','{other}')}}catch(e){{}}\">{LANGUAGES[other]}</a>"
    )
    doors = "".join(
        f'<div class="door {state}"><b>{w[name]}</b><span>{w[f"{name}_about"]}</span></div>'
        for name, state in (("portrait", "open"), ("driving", "closed"), ("medical", "closed"))
    )
    return f"<div id=masthead><h1>Triptych</h1><p>{w['tagline']}</p>{link}</div><div id=doors>{doors}</div>"


def build_app(home: str = "en") -> FastAPI:
    """The whole server as an ASGI application; ``home`` is the language at ``/``."""
    sessions = Sessions()
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(download_router(sessions, words(home)["expired"]))
    # "/" last: a mount there answers for every path that no earlier one took.
    for language in sorted(LANGUAGES, key=lambda code: code == home):
        path = page_path(language, home)
        gr.mount_gradio_app(
            app, build_page(language, home, sessions), path.rstrip("/") or "/", server_name="127.0.0.1",
            footer_links=[], show_error=True, max_file_size=MAX_UPLOAD, ssr_mode=False, pwa=False,
            enable_monitoring=False, theme=theme(), css=CSS, head=head(home),
        )  # fmt: skip
    return app
