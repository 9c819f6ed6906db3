"""All endpoints of a page."""

from __future__ import annotations

import asyncio
from datetime import datetime

import gradio as gr
from starlette.concurrency import run_in_threadpool

from demos.api.callers import Callers
from demos.api.driving import build_driving_endpoint
from demos.api.medical import build_medical_endpoint
from demos.api.portrait import build_portrait_endpoint

FORGET_S = 5.0
"""After its end, of which Gradio has to hear first, a program's session is forgotten: Gradio keeps a quarter of a megabyte
of each. A page's is kept: it may only have lost its connection for a while, and goes on without telling."""
FORGET_PAGE_S = 15 * 60.0
"""A page's session is forgotten when it was not used for so long after its connection ended."""
SESSIONS = 1000
"""At most, where callers never say goodbye; the oldest go."""


def build_endpoints(w: dict[str, str], page: gr.Blocks, callers: Callers) -> None:
    """Offer ``/portrait``, ``/driving`` and ``/medical``; refusals are told in the page's language."""
    build_portrait_endpoint(w, callers)
    build_driving_endpoint(w, callers)
    build_medical_endpoint(w, callers)

    callers.know_uploads(page.upload_file_set)

    async def end(request: gr.Request) -> None:
        session = str(request.session_hash)
        called = await run_in_threadpool(callers.end, session)
        wait = FORGET_S if called else FORGET_PAGE_S
        asyncio.get_running_loop().call_later(wait, _forget, page, session, wait)

    page.unload(end)
    page.state_session_capacity = SESSIONS


def _forget(page: gr.Blocks, session: str, wait: float) -> None:
    used = page.state_holder.time_last_used.get(session)
    left = wait - (datetime.now() - used).total_seconds() if used else 0
    if left > 0:
        asyncio.get_running_loop().call_later(left, _forget, page, session, wait)
        return
    page.state_holder.session_data.pop(session, None)
    page.state_holder.time_last_used.pop(session, None)
