"""The one error a user is meant to read."""

from __future__ import annotations

_LONGEST = 400
"""Characters of each part of a message: a file may bring kilobytes of names along."""


class InputError(Exception):
    """Something the user gave cannot be used.

    The command line prints it in one line and exits with code 2; the browser shows it as a
    message. A traceback is for bugs only.

    Args:
        wrong: what is wrong, e.g. ``"holiday.jpg is not an image"``.
        expected: what was expected, e.g. ``"a JPEG, PNG, WebP or HEIC file"``.
        todo: what to do about it, e.g. ``"check that the download finished"``.

    Whatever a file or another program put into them, they stay a line that can be read (:func:`readable`).

    >>> str(InputError("a.jpg is empty", "an image file", "copy it again"))
    'a.jpg is empty: expected an image file; copy it again.'
    """

    def __init__(self, wrong: str, expected: str = "", todo: str = "") -> None:
        self.wrong, self.expected, self.todo = readable(wrong), readable(expected), readable(todo)
        text = self.wrong
        if expected:
            text += f": expected {self.expected}"
        if todo:
            text += f"; {self.todo}"
        super().__init__(text.rstrip(".") + ".")


def readable(text: str, longest: int = _LONGEST) -> str:
    """One line: white space as single spaces, what cannot be shown as escapes, a long middle left out.

    >>> readable("cut short\\n  at\\0" + 99 * "x", 20)
    'cut short  … xxxxxxx'
    """
    line = " ".join(text[: 20 * longest].split())
    line = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line)
    if len(text) > 20 * longest:
        line += "…"
    if len(line) > longest:
        line = f"{line[: longest // 2]} … {line[-(longest // 2 - 3) :]}"
    return line
