"""An error's text is a line that can be read, whatever was put into it."""

from __future__ import annotations

from core.errors import InputError, readable


def test_a_line_of_three_parts():
    error = InputError("a.jpg is empty", "a photo", "copy it again")
    assert str(error) == "a.jpg is empty: expected a photo; copy it again."
    assert str(InputError("Oh.")) == "Oh."


def test_what_cannot_be_shown_is_escaped_and_lines_are_joined():
    error = InputError("a\nb\t\x00\udce9", "x\u202e")
    assert str(error) == "a b \\x00\\udce9: expected x\\u202e." and str(error).isprintable()


def test_a_flood_is_cut_in_the_middle():
    text = readable("begin " + "x" * 10**6 + " end")
    assert len(text) <= 400 and text.startswith("begin xx") and " … " in text
    assert len(str(InputError("x" * 5000, "y" * 5000, "z" * 5000))) < 1300
