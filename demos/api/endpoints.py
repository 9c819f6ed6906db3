"""All endpoints of a page."""

from __future__ import annotations

import threading

import gradio as gr

from demos.api.callers import Callers
from demos.api.driving import build_driving_endpoint
from demos.api.medical import build_medical_endpoint
from demos.api.portrait import build_portrait_endpoint

FORGET_S = 5.0
"""After its end, of which Gradio has to hear first, a session is forgotten: Gradio keeps a quarter of a megabyte of each."""
SESSIONS = 1000
"""At most, where callers never say goodbye; the oldest go."""


def build_endpoints(w: dict[str, str], page: gr.Blocks, callers: Callers) -> None:
    """Offer ``/portrait``, ``/driving`` and ``/medical``; refusals are told in the page's language."""
    build_portrait_endpoint(w, callers)
    build_driving_endpoint(w, callers)
    build_medical_endpoint(w, callers)

    def end(request: gr.Request) -> None:
        session = str(request.session_hash)
        callers.end(session)
        timer = threading.Timer(FORGET_S, _forget, (page, session))
        timer.daemon = True
        timer.start()

    page.unload(end)
    page.state_session_capacity = SESSIONS


def _forget(page: gr.Blocks, session: str) -> None:
    page.state_holder.session_data.pop(session, None)
    page.state_holder.time_last_used.pop(session, None)
