"""How a function becomes an endpoint: inputs that no page shows, errors that a program can print."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from core.errors import InputError
from demos.fields import AnyWord, GivenFile
from demos.portrait.messages import explain


def file_field(label: str) -> gr.File:
    """A file that is handed over as it was uploaded, with its name."""
    return GivenFile(label=label, visible=False)


def choice(label: str, values: tuple[str, ...] | list[str], default: str) -> gr.Dropdown:
    """One of some words. The API's description lists them; what is wrong with another one is core's to say."""
    return AnyWord(values, value=default, label=label, visible=False)


def endpoint(name: str, function: Callable[..., Any], inputs: list[Any], outputs: list[Any]) -> None:
    """Offer ``function`` as ``/name``, described by its docstring; its arguments' names are the API's."""
    gr.on(
        [], function, inputs, outputs, api_name=name, api_description=function.__doc__, show_progress="hidden",
        concurrency_limit=1, concurrency_id=f"api-{name}",
    )  # fmt: skip


@contextlib.contextmanager
def refusals(w: dict[str, str]) -> Iterator[None]:
    """What the caller can mend, as plain text in the page's language: a program prints it, no browser shows it."""
    try:
        yield
    except InputError as error:
        raise gr.Error(explain(error, w), title=w["error"], print_exception=False) from None
