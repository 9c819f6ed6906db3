"""What a user can mend becomes a message in the page; anything else is a bug and stays one."""

from __future__ import annotations

import contextlib
import html
import re
import tempfile
from collections.abc import Iterator

import gradio as gr

from core.errors import InputError
from demos.words import KOREAN_ERRORS


@contextlib.contextmanager
def messages(w: dict[str, str]) -> Iterator[None]:
    """Turn an `InputError` into Gradio's error message, in the page's language."""
    try:
        yield
    except InputError as error:
        raise gr.Error(
            html.escape(explain(error, w)), duration=12, title=w["error"], print_exception=False
        ) from None


def explain(error: InputError, w: dict[str, str]) -> str:
    """The error's text in the page's language; its English where there is no Korean for it.

    A file is called by its name: the folder of an upload means nothing to who uploaded it.
    """
    wrong = re.sub(rf"{re.escape(tempfile.gettempdir())}(?:[/\\][\w.-]+)*[/\\]", "", error.wrong)
    if w["language"] == "ko":
        for pattern, korean in KOREAN_ERRORS:
            if found := re.search(pattern, wrong):
                return korean.format(**found.groupdict())
    return str(InputError(wrong, error.expected, error.todo))
