"""Gradio's fields, handing on what they were given: reading it is core's business, and its errors too.

Where an event changes a field (shows it, gives it other choices), Gradio makes it anew for that visitor, from its class:
what a field does with its values has to be its class's.
"""

from __future__ import annotations

from abc import ABCMeta
from collections.abc import Callable
from typing import Any, TypeVar

import gradio as gr
from gradio.component_meta import ComponentMeta

Kind = TypeVar("Kind", bound=gr.components.Component)


def _kind(base: type[Kind], preprocess: Callable[[Any, Any], Any]) -> type[Kind]:
    """``base`` with another ``preprocess``."""
    # By its metaclass's base: Gradio's own would write a stub file beside this one for every subclass.
    return ABCMeta.__new__(ComponentMeta, base.__name__, (base,), {"preprocess": preprocess})  # type: ignore[return-value]


def _path(field: Any, payload: Any) -> str | None:
    return payload.path if payload else None


def _as_it_is(field: Any, payload: Any) -> Any:
    return payload


FileImage = _kind(gr.Image, _path)
"""Gives the path of the picture's file, unread."""
FileVideo = _kind(gr.Video, _path)
"""Gives the path of the video's file, unread."""
GivenFile = _kind(gr.File, _path)
"""Gives the file's path, whatever it is called and contains."""
NamedChoices = _kind(gr.CheckboxGroup, _as_it_is)
"""Gives the names that the page sent, also those that are no longer among the choices."""
AnyWord = _kind(gr.Dropdown, _as_it_is)
"""Gives the word that was sent, whether or not it is among the choices."""


def bounded_slider(low: float, high: float, first: float, **options: Any) -> gr.Slider:
    """A slider whose number box takes what is being typed: ``1`` on the way to ``16``, nothing on the way to ``8``.

    What lies beyond its ends counts as its end, and nothing as its ``first`` value.
    """

    def preprocess(field: Any, payload: float | None) -> float:
        return min(high, max(low, first if payload is None else payload))

    return _kind(gr.Slider, preprocess)(low, high, first, **options)
