"""Fields hand on what the page sent, also after an event has changed them."""

from __future__ import annotations

from types import SimpleNamespace

import gradio as gr
import pytest

from demos import fields


def anew(field: gr.components.Component) -> gr.components.Component:
    """As Gradio makes a visitor's own field when an event's answer has changed it."""
    return type(field)(**{**field.constructor_args, "visible": True, "value": None, "render": False})


@pytest.mark.parametrize("kind", [fields.FileImage, fields.FileVideo, fields.GivenFile])
def test_a_file_is_handed_on_unread(kind, tmp_path):
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no picture")
    field = kind(visible=False)
    for one in (field, anew(field)):
        assert one.preprocess(SimpleNamespace(path=str(bad))) == str(bad)
        assert one.preprocess(None) is None


def test_names_that_are_no_choices_are_handed_on():
    field = fields.NamedChoices(["a", "b"])
    assert anew(field).preprocess(["old"]) == ["old"]


def test_a_number_that_is_being_typed_is_bounded():
    slider = fields.bounded_slider(1.4, 16, 2.8, step=0.1)
    for one in (slider, anew(slider)):
        assert [one.preprocess(typed) for typed in (1, 16, 160, None, 5.6)] == [1.4, 16, 16, 2.8, 5.6]


def test_the_browser_takes_them_for_what_they_are():
    assert [kind().get_block_name() for kind in (fields.FileImage, fields.FileVideo)] == ["image", "video"]
    assert fields.bounded_slider(0, 1, 0).get_block_name() == "slider"
