"""The server: one page in two languages, and the downloads; everything under one address."""

from __future__ import annotations

import gradio as gr
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from gradio.utils import get_upload_folder
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from demos.access.gates import add_gates
from demos.access.options import Access
from demos.access.pages import Languages
from demos.access.sign_in import sign_out_html
from demos.api.callers import Callers
from demos.api.endpoints import build_endpoints
from demos.doors import doors_router, masthead, page_path, tab, wire_doors
from demos.driving.clip import DrawnClip
from demos.driving.compare import place_html
from demos.driving.examples import EXAMPLES, example_token
from demos.driving.picture import build_picture_tab
from demos.driving.scenes import Scenes
from demos.driving.server import driving_router
from demos.driving.video import build_video_tab as build_driving_video_tab
from demos.language import LanguageGate
from demos.live.panel import build_live_tab
from demos.live.server import live_router
from demos.medical.panel import build_medical_tab
from demos.medical.server import medical_router
from demos.medical.visits import Visits
from demos.page_files import PageFiles
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


def build_page(
    language: str, home: str, sessions: Sessions, scenes: Scenes, clip: DrawnClip, callers: Callers,
    access: Access,
) -> gr.Blocks:  # fmt: skip
    """The front door and the panels that exist."""
    w = words(language, served=access.for_others)
    with gr.Blocks(title="Triptych", analytics_enabled=False, delete_cache=(_SWEEP_S, KEPT_S)) as page:
        gr.HTML(masthead(w, home), elem_id="front")
        parts = {}
        with gr.Tabs() as tabs:
            with tab("photo", w["photo"]) as parts["photo"]:
                build_photo_tab(w, sessions)
            with tab("video", w["video"]) as parts["video"]:
                build_video_tab(w)
            with tab("driving-picture", w["dr_picture"]) as parts["driving-picture"]:
                build_picture_tab(w, scenes)
            with tab("driving-video", w["video"]) as parts["driving-video"]:
                build_driving_video_tab(w, clip)
            with tab("driving-compare", w["dr_compare"]) as parts["driving-compare"]:
                gr.HTML(place_html(example_token(EXAMPLES[0]), w), apply_default_css=False, padding=False)
            with tab("medical", w["md_tab"]) as parts["medical"]:
                build_medical_tab(w)
            with tab("live", w["live"]) as parts["live"]:
                build_live_tab(w)
            with tab("scoring", w["scoring"]) as parts["scoring"]:
                build_scoring_tab(w)
        wire_doors(tabs, parts)
        gr.HTML(f"<div id=private>{w['private']}{sign_out_html(w) if access.user else ''}</div>")
        build_endpoints(w, page, callers)
    return page


async def _not_understood(request: Request, error: Exception) -> Response:
    """Instead of FastAPI's answer, which repeats what was sent and fails where that is no JSON, such as NaN."""
    assert isinstance(error, RequestValidationError)
    told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:3])
    return JSONResponse({"detail": told}, 422)


def build_app(language: str | None = None, access: Access | None = None) -> FastAPI:
    """The whole server as an ASGI application.

    Args:
        language: of the page at ``/``; None: the browser's own, English where it is neither.
        access: who may come; None: this machine.
    """
    access = access or Access()
    home = language or "en"
    sessions, scenes, clip, callers = Sessions(), Scenes(), DrawnClip(), Callers()
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.include_router(doors_router())
    app.include_router(download_router(sessions, words(home)["expired"]))
    app.include_router(live_router())
    app.include_router(scoring_router())
    app.include_router(driving_router(scenes))
    app.include_router(medical_router(Visits()))
    # "/" last: a mount there answers for every path that no earlier one took.
    for code in sorted(LANGUAGES, key=lambda code: code == home):
        gr.mount_gradio_app(
            app, build_page(code, home, sessions, scenes, clip, callers, access),
            page_path(code, home).rstrip("/") or "/",
            server_name="127.0.0.1", footer_links=[], show_error=True, max_file_size=MAX_UPLOAD, ssr_mode=False,
            pwa=False, enable_monitoring=False, run_history=False, mcp_server=False, theme=theme(),
            favicon_path=str(FAVICON) if code == home else None,
        )  # fmt: skip
    pages = {page_path(code, home): code for code in LANGUAGES}
    app.add_middleware(PageFiles, pages=list(pages))
    app.add_middleware(PageHead, pages=pages)
    app.add_middleware(LanguageGate, home=home, follow_browser=language is None)
    add_gates(app, access, Languages(pages, home, language is None), get_upload_folder())
    return app
