"""How the pages look: system fonts, one accent, nothing fetched from anywhere."""

from __future__ import annotations

import gradio as gr

_FONTS = ["system-ui", "-apple-system", "Segoe UI", "Noto Sans KR", "Noto Sans CJK KR", "Apple SD Gothic Neo", "sans-serif"]  # fmt: skip

CSS = """
.gradio-container { max-width: 1180px !important; margin: 0 auto !important; padding: 20px 20px 32px !important; }
footer { display: none !important; }
#masthead { display: flex; align-items: baseline; gap: 14px; flex-wrap: wrap; }
#masthead h1 { font-size: 1.55rem; font-weight: 680; letter-spacing: -0.02em; margin: 0; }
#masthead p { margin: 0; color: var(--body-text-color-subdued); flex: 1 1 240px; }
#masthead a { color: var(--link-text-color); text-decoration: none; padding: 6px 0; }
#doors { display: grid; grid-template-columns: repeat(3, 1fr); gap: 12px; margin: 14px 0 2px; }
#doors .door { border: 1px solid var(--border-color-primary); border-radius: 12px; padding: 11px 14px;
  background: var(--background-fill-secondary); }
#doors .door b { display: block; font-weight: 620; }
#doors .door span { color: var(--body-text-color-subdued); font-size: .86rem; line-height: 1.35; }
#doors .open { border-color: var(--color-accent); box-shadow: inset 3px 0 0 var(--color-accent); }
#doors .closed { opacity: .62; }
.status { color: var(--body-text-color-subdued); font-size: .88rem; min-height: 1.5em; display: flex;
  justify-content: space-between; align-items: center; gap: 12px; flex-wrap: wrap; }
.status a.download { background: var(--button-primary-background-fill); color: var(--button-primary-text-color);
  border-radius: 9px; padding: 9px 16px; text-decoration: none; font-weight: 560; white-space: nowrap; }
.status .warn { color: var(--body-text-color); font-weight: 560; }
.card { font-size: .86rem; line-height: 1.5; }
.card table { width: 100%; border-collapse: collapse; margin: 4px 0 10px; }
.card td { padding: 3px 6px 3px 0; border-bottom: 1px solid var(--border-color-primary); }
.bar { height: 6px; border-radius: 3px; background: var(--border-color-primary); overflow: hidden; margin-bottom: 6px; }
.bar i { display: block; height: 100%; background: var(--color-accent); }
#private { color: var(--body-text-color-subdued); font-size: .82rem; text-align: center; margin-top: 10px; }
@media (max-width: 720px) {
  .gradio-container { padding: 12px 10px 24px !important; }
  #doors { grid-template-columns: 1fr; gap: 6px; }
  #doors .door { padding: 8px 12px; }
  #doors .closed { display: none; }
  #result { order: 0; }
}
"""


def head(home: str) -> str:
    """A Korean browser that opens the English front page gets the Korean one, until its user chooses."""
    return f"""
<script>
try {{
  if ({(home == "en" and "true") or "false"} && location.pathname === '/' && !localStorage.getItem('triptych-language')
      && (navigator.language || '').startsWith('ko')) location.replace('/ko/');
}} catch (e) {{}}
</script>
"""


def theme() -> gr.themes.Base:
    """Neutral greys, one calm accent, the system's own fonts; labels are words, not badges."""
    base = gr.themes.Default(
        primary_hue="indigo",
        neutral_hue="slate",
        radius_size="lg",
        font=_FONTS,
        font_mono=["ui-monospace", "monospace"],
    )
    return base.set(
        block_label_background_fill="*background_fill_primary",
        block_label_background_fill_dark="*background_fill_secondary",
        block_label_text_color="*body_text_color_subdued",
        block_title_text_color="*body_text_color",
        block_title_text_weight="560",
        block_shadow="none",
        checkbox_label_shadow="none",
    )
