"""What goes over the wire.

Browser to server:

- text: JSON settings, ``{"mode": "portrait", "weights": NAME, "output": "blur", "f_number": 2.8, "shape": "disc",
  "color": "#00b140"}`` or ``{"mode": "driving", "weights": NAME, "view": "overlay", "opacity": 0.55}``; sent first and again
  at every change.
- ``F`` + number (uint32, big-endian) + JPEG or WebP: a frame.
- ``R`` + number + width and height (uint16) + I420 planes: a frame uncompressed. On one machine that is quicker than a JPEG.
- ``P`` + JPEG: the background picture for ``"output": "image"``.

Server to browser:

- text: JSON ``{"type": "ready" | "waiting" | "error" | "idle" | "notice", …}``; a notice's ``name`` is the key of a text that
  holds until the next, "" for none.
- ``F`` + number + three float32 (ms: waited, worked, coded) + JPEG: the frame of that number, processed.
- ``R`` + number + the same three + width and height + I420 planes: the same, where the frame came uncompressed.
- ``D`` + number: that frame was dropped, for a newer one had come.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass

from core.driving.parsed import Look, View
from core.errors import InputError
from core.portrait.effect import Effect, Output, Shape
from demos.portrait.controls import parse_css_color

MAX_MESSAGE = 4 << 20
"""Bytes; a 1920×1080 frame as a JPEG takes a tenth of it."""

DEFAULT_WEIGHTS = {"portrait": "portrait-fast", "driving": "driving-fast"}
MODES = tuple(DEFAULT_WEIGHTS)
OUTPUTS = ("blur", "color", "image", "matte")
_HEAD = struct.Struct(">cI")
_TIMES = struct.Struct(">3f")
_SIZE = struct.Struct(">2H")


@dataclass(frozen=True)
class Settings:
    """What the visitor has chosen; each mode reads its own."""

    mode: str = "portrait"
    weights: str = ""
    output: Output = "blur"
    f_number: float = 2.8
    shape: Shape = "disc"
    color: tuple[int, int, int] = (0, 177, 64)
    view: View = "overlay"
    opacity: float = 0.55

    @property
    def network(self) -> str:
        """Name of the weights: the mode's own where none is chosen."""
        return self.weights or DEFAULT_WEIGHTS[self.mode]

    def look(self) -> Look:
        """As a `Look`.

        Raises:
            InputError: a value out of range.
        """
        return Look(self.view, self.opacity)

    def effect(self, picture=None) -> Effect:
        """As an `Effect`; ``picture``: uint8 RGB, the background for the output ``image``.

        Raises:
            InputError: a value out of range, or no picture where one is needed.
        """
        return Effect(self.output, self.f_number, self.shape, self.color, picture)


@dataclass(frozen=True)
class Incoming:
    """A binary message: ``kind`` is ``F``, ``R`` or ``P``; ``number`` is 0 for a picture; ``size``: (W, H) of planes."""

    kind: str
    number: int
    data: bytes
    size: tuple[int, int] = (0, 0)


def parse_settings(text: str) -> Settings:
    """Settings from their JSON; keys that are missing keep their default, others are an error.

    Raises:
        InputError: no such JSON.
    """
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        raise InputError("the settings are not JSON", "an object of settings") from None
    known = Settings.__dataclass_fields__
    if not isinstance(values, dict) or not all(name in known for name in values):
        raise InputError("unknown settings", f"an object with some of {', '.join(known)}")
    if "color" in values:
        values["color"] = parse_css_color(str(values["color"]))
    settings = Settings(**values)
    for name, choices in (("mode", MODES), ("output", OUTPUTS)):
        if getattr(settings, name) not in choices:
            raise InputError(f"{name} {getattr(settings, name)!r}", f"one of {', '.join(choices)}")
    if not isinstance(settings.weights, str):
        raise InputError(f"weights {settings.weights!r}", "a name")
    Effect("blur", settings.f_number, settings.shape)  # raises where a value is out of range
    settings.look()
    return settings


def parse_message(data: bytes) -> Incoming:
    """A binary message.

    Raises:
        InputError: too large, or of no known kind.
    """
    if len(data) > MAX_MESSAGE:
        raise InputError(f"a message of {len(data) / 1e6:.1f} MB", f"at most {MAX_MESSAGE / 1e6:.1f} MB")
    if data[:1] == b"F" and len(data) > _HEAD.size:
        return Incoming("F", _HEAD.unpack_from(data)[1], data[_HEAD.size :])
    if data[:1] == b"R" and len(data) > _HEAD.size + _SIZE.size:
        width, height = _SIZE.unpack_from(data, _HEAD.size)
        return Incoming("R", _HEAD.unpack_from(data)[1], data[_HEAD.size + _SIZE.size :], (width, height))
    if data[:1] == b"P":
        return Incoming("P", 0, data[1:])
    raise InputError("a message of an unknown kind", "F or R (a frame) or P (a picture)")


def frame_message(number: int, picture: bytes, waited: float, worked: float, coded: float) -> bytes:
    """A processed frame and where its time went, in ms."""
    return _HEAD.pack(b"F", number) + _TIMES.pack(waited, worked, coded) + picture


def planes_message(
    number: int, planes: bytes, size: tuple[int, int], waited: float, worked: float, coded: float
) -> bytes:
    """The same, uncompressed; ``size``: (W, H)."""
    return _HEAD.pack(b"R", number) + _TIMES.pack(waited, worked, coded) + _SIZE.pack(*size) + planes


def dropped_message(number: int) -> bytes:
    """That a frame was not processed."""
    return _HEAD.pack(b"D", number)
