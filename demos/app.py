"""The server: one page in two languages, and the downloads; everything under one address."""

from __future__ import annotations

import gradio as gr
from fastapi import FastAPI

from demos.language import LanguageGate
from demos.live.panel import build_live_tab
from demos.live.server import live_router
from demos.page_head import PageHead
from demos.portrait.download import download_router
from demos.portrait.photo import build_photo_tab
from demos.portrait.session import Sessions
from demos.portrait.video import build_video_tab
from demos.scoring.panel import build_scoring_tab
from demos.scoring.server import scoring_router
from demos.theme import FAVICON, theme
from demos.words import LANGUAGES, words

MAX_UPLOAD = "4gb"
KEPT_S = 6 * 3600  # uploads and results; all of them go when the server stops
_SWEEP_S = 900


def page_path(language: str, home: str) -> str:
    """Where a language's page is: the home language at ``/``, the other below its code."""
    return "/" if language == home else f"/{language}/"


def build_page(language: str, home: str, sessions: Sessions) -> gr.Blocks:
    """The front door and the panels that exist."""
    w = words(language)
    with gr.Blocks(title="Triptych", analytics_enabled=False, delete_cache=(_SWEEP_S, KEPT_S)) as page:
        gr.HTML(_masthead(w, language, home), elem_id="front")
        with gr.Tab(w["photo"]):
            build_photo_tab(w, sessions)
        with gr.Tab(w["video"]):
            build_video_tab(w)
        with gr.Tab(w["live"]):
            build_live_tab(w)
        with gr.Tab(w["scoring"], elem_id="scoring-tab"):
            build_scoring_tab(w)
        gr.HTML(f"<div id=private>{w['private']}</div>")
    return page


def _masthead(w: dict[str, str], language: str, home: str) -> str:
    other = next(code for code in LANGUAGES if code != language)
    link = (
        f'<a href="{page_path(other, home)}" lang="{other}" id="language" '
        f"onclick=\"document.cookie='{LanguageGate.COOKIE}={other};path=/;max-age=31536000;samesite=lax'\">"
        f"{LANGUAGES[other]}</a>"
    )
    mark = FAVICON.read_text(encoding="utf-8").replace("#246f62", "currentColor")
    open_door = f'<div class="open"><div><b>{w["portrait"]}</b><span>{w["portrait_about"]}</span></div></div>'
    closed = "".join(
        f'<div class="closed"><div><b>{w[name]}</b><span>{w[f"{name}_about"]}</span></div><i>{w["not_yet"]}</i></div>'
        for name in ("driving", "medical")
    )
    return (
        f"<div id=masthead>{mark}<h1>Triptych</h1><p>{w['tagline']}</p>{link}</div>"
        f"<div id=doors>{open_door}{closed}</div>"
    )


def build_app(language: str | None = None) -> FastAPI:
    """The whole server as an ASGI application.

    Args:
        language: of the page at ``/``; None: the browser's own, English where it is neither.
    """
    home = language or "en"
    sessions = Sessions()
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(download_router(sessions, words(home)["expired"]))
    app.include_router(live_router())
    app.include_router(scoring_router())
    # "/" last: a mount there answers for every path that no earlier one took.
    for code in sorted(LANGUAGES, key=lambda code: code == home):
        gr.mount_gradio_app(
            app, build_page(code, home, sessions), page_path(code, home).rstrip("/") or "/",
            server_name="127.0.0.1", footer_links=[], show_error=True, max_file_size=MAX_UPLOAD, ssr_mode=False,
            pwa=False, enable_monitoring=False, theme=theme(),
            favicon_path=str(FAVICON) if code == home else None,
        )  # fmt: skip
    app.add_middleware(PageHead, pages={page_path(code, home): code for code in LANGUAGES})
    app.add_middleware(LanguageGate, home=home, follow_browser=language is None)
    return app
