"""What follows from an answer must not be lost when Gradio's server closes the stream of answers at that moment."""

from __future__ import annotations

import time

import gradio as gr
import pytest
from fastapi import FastAPI

from demos.theme import HERE
from tests.demos.live.conftest import running
from tests.e2e.late_stream import late_stream

WAIT = 90_000


@pytest.mark.parametrize("ms", [40, 300])
def test_what_follows_is_heard_though_the_stream_is_being_closed(browser, ms):
    with gr.Blocks() as blocks:
        first, other, told = gr.Button("first"), gr.Button("other"), gr.Textbox(label="told")
        ready = first.click(lambda: time.sleep(1), None, None, concurrency_limit=None)
        ready.success(lambda: "followed", None, told)
        # Ends just after `first`, and before the browser, which hears of that late, asks for what follows.
        other.click(lambda: time.sleep(1 + ms / 2000), None, None, concurrency_limit=None)
    app = FastAPI()
    gr.mount_gradio_app(app, blocks, "/", ssr_mode=False)
    with running(app) as port:
        page = browser.new_page()
        script = (HERE / "page.js").read_text(encoding="utf-8")
        page.add_init_script(f"{late_stream(ms)}\nconst pageLanguage = 'en';\n{script}")
        page.goto(f"http://127.0.0.1:{port}")
        page.wait_for_selector("button:has-text('other')", timeout=WAIT)
        for _ in range(3):
            page.evaluate(
                "() => { for (const b of document.querySelectorAll('button')) if (/first|other/.test(b.textContent)) b.click() }"
            )
            page.wait_for_function(
                "() => document.querySelector('textarea')?.value === 'followed'", timeout=WAIT
            )
            page.reload()
            page.wait_for_selector("button:has-text('other')", timeout=WAIT)
        page.close()
