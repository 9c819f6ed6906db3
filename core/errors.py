"""The one error a user is meant to read."""

from __future__ import annotations


class InputError(Exception):
    """Something the user gave cannot be used.

    The command line prints it in one line and exits with code 2; the browser shows it as a
    message. A traceback is for bugs only.

    Args:
        wrong: what is wrong, e.g. ``"holiday.jpg is not an image"``.
        expected: what was expected, e.g. ``"a JPEG, PNG, WebP or HEIC file"``.
        todo: what to do about it, e.g. ``"check that the download finished"``.

    >>> str(InputError("a.jpg is empty", "an image file", "copy it again"))
    'a.jpg is empty: expected an image file; copy it again.'
    """

    def __init__(self, wrong: str, expected: str = "", todo: str = "") -> None:
        self.wrong, self.expected, self.todo = wrong, expected, todo
        text = wrong
        if expected:
            text += f": expected {expected}"
        if todo:
            text += f"; {todo}"
        super().__init__(text.rstrip(".") + ".")
