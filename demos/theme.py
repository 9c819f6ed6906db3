"""How the pages look: system fonts, warm greys, one calm accent; nothing is fetched from anywhere."""

from __future__ import annotations

import json
from pathlib import Path

import gradio as gr
from gradio.themes.utils.colors import Color

from demos.scoring.numbers import color_style
from demos.words import words

HERE = Path(__file__).parent
FAVICON = HERE / "mark.svg"

_FONTS = [
    "system-ui", "-apple-system", "Segoe UI", "Roboto", "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR",
    "Noto Sans CJK KR", "sans-serif",
]  # fmt: skip
_VIRIDIAN = Color(
    "#eef7f4", "#d6ece6", "#aed9ce", "#7fc2b3", "#50a594", "#318a7a", "#246f62", "#1e5950", "#1b4841", "#193c37",
    "#0b2320", name="viridian",
)  # fmt: skip
_STONE = Color(
    "#f8f8f6", "#f0f0ed", "#e3e3df", "#d0d0cb", "#a2a29c", "#6c6c67", "#54544f", "#3d3d3a", "#272726", "#1b1b1b",
    "#121212", name="warm",
)  # fmt: skip


def head(language: str, base: str = "./") -> str:
    """What goes first into a page's ``<head>``: its style and its scripts. ``base``: from the page to the server's root."""
    style = (HERE / "page.css").read_text(encoding="utf-8")
    script = "".join(
        (HERE / name).read_text(encoding="utf-8") for name in ("page.js", "portrait/before_after.js")
    )
    w = words(language)
    failed = w["error"]
    told = json.dumps({"failed": failed, "result": w["result"]}, ensure_ascii=False)
    return (
        '<meta name="color-scheme" content="light dark">'
        f"<style>:root {{ --failed: '{failed}'; --camera: '{w['open_camera']}' }}\n{style}</style><script>const pageLanguage = '{language}', pageWords = {told};\n{script}</script>"
        f'<script src="{base}live/live.js" data-base="{base}" defer></script>'
        f'{color_style()}<link rel="stylesheet" href="{base}scoring/scoring.css">'
        f'<script src="{base}scoring/scoring.js" type="module" data-scoring-tab="{words(language)["scoring"]}"></script>'
        f'<link rel="stylesheet" href="{base}driving/driving.css"><script src="{base}driving/driving.js" type="module"></script>'
        f'<link rel="stylesheet" href="{base}medical/medical.css"><script src="{base}medical/medical.js" type="module"></script>'
    )


def theme() -> gr.themes.Base:
    """Surfaces, borders and buttons, for a light and a dark page."""
    base = gr.themes.Base(
        primary_hue=_VIRIDIAN, secondary_hue=_VIRIDIAN, neutral_hue=_STONE, radius_size="lg", font=_FONTS,
        font_mono=["ui-monospace", "monospace"],
    )  # fmt: skip
    return base.set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        background_fill_primary="white",
        background_fill_primary_dark="*neutral_900",
        background_fill_secondary="*neutral_100",
        background_fill_secondary_dark="*neutral_800",
        body_text_color="*neutral_900",
        body_text_color_dark="*neutral_100",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_400",
        border_color_primary="*neutral_200",
        border_color_primary_dark="#343432",
        color_accent_soft="*primary_100",
        color_accent_soft_dark="*primary_900",
        block_background_fill="*background_fill_primary",
        block_background_fill_dark="*neutral_900",
        block_border_width="1px",
        block_border_color="*border_color_primary",
        block_border_color_dark="#343432",
        block_shadow="none",
        block_title_text_color="*body_text_color",
        block_title_text_weight="600",
        block_title_text_size="*text_sm",
        block_info_text_color="*body_text_color_subdued",
        block_label_background_fill="*background_fill_primary",
        block_label_text_color="*body_text_color_subdued",
        input_background_fill="*background_fill_primary",
        input_background_fill_dark="*neutral_800",
        slider_color="*primary_600",
        slider_color_dark="*primary_400",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_hover_dark="*primary_500",
        button_primary_text_color="white",
        button_primary_text_color_dark="white",
        button_secondary_background_fill="*background_fill_primary",
        button_secondary_background_fill_dark="*neutral_800",
        button_secondary_background_fill_hover="*neutral_100",
        button_secondary_background_fill_hover_dark="*neutral_700",
        button_secondary_border_color="*border_color_primary",
        button_secondary_text_color="*body_text_color",
        button_border_width="1px",
        button_large_text_weight="600",
        checkbox_label_background_fill="transparent",
        checkbox_label_background_fill_dark="transparent",
        checkbox_label_background_fill_hover="*background_fill_secondary",
        checkbox_label_background_fill_selected="*primary_600",
        checkbox_label_background_fill_selected_dark="*primary_600",
        checkbox_label_text_color_selected="white",
        checkbox_label_shadow="none",
        checkbox_label_border_width="1px",
        checkbox_label_border_color="*border_color_primary",
        checkbox_label_border_color_dark="#343432",
    )
