"""What a session leaves behind in the server once its page or its program is gone: nothing."""

from __future__ import annotations

import threading
import time

import gradio as gr
import pytest
from fastapi import FastAPI
from gradio_client import Client
from gradio_client.exceptions import AppError

from core.offline import go_offline
from demos.api import endpoints
from demos.api.callers import Callers
from demos.words import words
from tests.demos.live.conftest import running


@pytest.mark.parametrize(
    "forget_s, forget_page_s, called, forgotten",
    [(0.2, 60, True, True), (60, 0.2, False, True), (0.2, 60, False, False)],
)
def test_a_session_that_has_ended_is_forgotten(
    monkeypatch, tmp_path, forget_s, forget_page_s, called, forgotten
):
    """A program's soon; a page's not: it may only have lost its connection, and goes on."""
    monkeypatch.setattr(endpoints, "FORGET_S", forget_s)
    monkeypatch.setattr(endpoints, "FORGET_PAGE_S", forget_page_s)
    ended = threading.Event()

    def end(callers, session):
        ended.set()
        return called

    monkeypatch.setattr(Callers, "end", end)
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    # Gradio hears that a caller is gone when it next writes to it.
    monkeypatch.setenv("GRADIO_HEARTBEAT_INTERVAL", "0.2")
    go_offline()
    w, app = words("en"), FastAPI()
    with gr.Blocks() as page:
        endpoints.build_endpoints(w, page, Callers())
    gr.mount_gradio_app(app, page, "/", ssr_mode=False, footer_links=[])
    with running(app) as port:
        client = Client(f"http://127.0.0.1:{port}", verbose=False)
        with pytest.raises(AppError):
            client.predict(None, api_name="/portrait")
        assert page.state_holder.capacity == endpoints.SESSIONS
        assert client.session_hash in page.state_holder.session_data
        client.close()
        assert ended.wait(60)
        end = time.monotonic() + (60 if forgotten else 1)
        while page.state_holder.session_data and time.monotonic() < end:
            time.sleep(0.1)
        assert bool(page.state_holder.session_data) is bool(page.state_holder.time_last_used) is not forgotten
