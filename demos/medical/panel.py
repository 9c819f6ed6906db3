"""The medical tab: one piece of HTML; what happens in it is between its scripts and the server's routes."""

from __future__ import annotations

import gradio as gr

from demos.medical.page import page_html


def build_medical_tab(w: dict[str, str]) -> None:
    """Lay out the tab. It asks for nothing before it is seen."""
    gr.HTML(page_html(w), apply_default_css=False, padding=False, elem_id="medical-panel")
