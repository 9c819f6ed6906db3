"""What a user can mend becomes a message in the page; anything else is a bug and stays one."""

from __future__ import annotations

import contextlib
import html
from collections.abc import Iterator

import gradio as gr

from core.errors import InputError


@contextlib.contextmanager
def messages(w: dict[str, str]) -> Iterator[None]:
    """Turn an `InputError` into Gradio's error message, titled in the page's language."""
    try:
        yield
    except InputError as error:
        raise gr.Error(
            html.escape(str(error)), duration=12, title=w["error"], print_exception=False
        ) from None
