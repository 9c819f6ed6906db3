"""All endpoints of a page."""

from __future__ import annotations

import gradio as gr

from demos.api.callers import Callers
from demos.api.driving import build_driving_endpoint
from demos.api.medical import build_medical_endpoint
from demos.api.portrait import build_portrait_endpoint


def build_endpoints(w: dict[str, str], page: gr.Blocks, callers: Callers) -> None:
    """Offer ``/portrait``, ``/driving`` and ``/medical``; refusals are told in the page's language."""
    build_portrait_endpoint(w, callers)
    build_driving_endpoint(w, callers)
    build_medical_endpoint(w, callers)

    def end(request: gr.Request) -> None:
        callers.end(str(request.session_hash))

    page.unload(end)
