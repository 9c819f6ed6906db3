"""Ways to break bytes, JSON and words; what a `Random` decides, so that a seed makes the same again."""

from __future__ import annotations

import copy
import json
import struct
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from tests.fuzz.pieces import Piece, pieces_of, with_check_sums

_LIMIT = 1 << 20  # of a mutated file, bytes: repeating may not grow without end
_WIDTHS = ("B", "<H", ">H", "<I", ">I", "<Q", ">Q", "<f", ">f", "<d")
_FLOATS = (0.0, -0.0, 1.0, -1.0, 1e-40, 1e38, -1e38, float("nan"), float("inf"), float("-inf"), 65536.5)


def _extreme(rng: Random, width: str) -> bytes:
    if width[-1] in "fd":
        return struct.pack(width, rng.choice(_FLOATS))
    top = 1 << 8 * struct.calcsize(width)
    value = rng.choice(
        (0, 1, 2, 3, 7, 8, 255, 256, 1000, 65535, 100_000, top // 2 - 1, top // 2, top // 2 + 1, top - 2, top - 1)
    )  # fmt: skip
    return struct.pack(width, value % top)


def _put(data: bytes, at: int, content: bytes) -> bytes:
    return data[:at] + content + data[at + len(content) :]


def _flip(rng: Random, data: bytes) -> bytes:
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def _cut(rng: Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _field(rng: Random, data: bytes) -> bytes:
    # Headers stand in front, and say what readers believe.
    at = rng.randrange(min(len(data), rng.choice((64, 512, len(data)))))
    return _put(data, at, _extreme(rng, rng.choice(_WIDTHS)))


def _span(rng: Random, data: bytes) -> tuple[int, int]:
    start = rng.randrange(len(data))
    return start, min(len(data), start + rng.choice((1, 2, 4, 16, 64, 1024)))


def _remove(rng: Random, data: bytes) -> bytes:
    start, end = _span(rng, data)
    return data[:start] + data[end:]


def _repeat(rng: Random, data: bytes) -> bytes:
    start, end = _span(rng, data)
    return data[:end] + data[start:end] * rng.choice((1, 2, 50, 1000)) + data[end:]


def _fill(rng: Random, data: bytes) -> bytes:
    start, end = _span(rng, data)
    return data[:start] + rng.choice((b"\0", b"\xff", rng.randbytes(1))) * (end - start) + data[end:]


_ANYWHERE: tuple[Callable[[Random, bytes], bytes], ...] = (_flip, _flip, _cut, _field, _field, _remove, _repeat, _fill)  # fmt: skip


def _grow(data: bytes, parts: Sequence[Piece], at: int, content: bytes) -> bytes:
    """``content`` put in at ``at``; the pieces around it tell their new length."""
    out = bytearray(data)
    for start, end, size in parts:
        if size and start < at < end:
            where, width = size
            told = struct.unpack_from(width, out, where)[0]
            struct.pack_into(width, out, where, (told + len(content)) % (1 << 32))
    return bytes(out[:at]) + content + bytes(out[at:])


def _in_pieces(rng: Random, data: bytes, parts: Sequence[Piece], others: Sequence[bytes]) -> bytes:
    """A piece left out, doubled, exchanged, cut, or one of its fields at an extreme."""
    piece = rng.choice(parts)
    start, end, _ = piece
    way = rng.randrange(6)
    if way == 0:
        return data[:start] + data[end:]
    if way == 1:
        return _grow(data, parts, end, data[start:end] * rng.choice((1, 1, 3, 200)))
    if way == 2:
        return _grow(data, parts, rng.choice(parts).start, data[start:end])
    if way == 3:
        other = rng.choice(others)
        if theirs := pieces_of(other):
            a, b, _ = rng.choice(theirs)
            return data[:start] + other[a:b] + data[end:]
        return data[:start] + data[end:]
    if way == 4:
        return data[: start + rng.randrange(end - start + 1)] + data[end:]
    at = start + rng.randrange(min(max(end - start, 1), 48))
    return _put(data, at, _extreme(rng, rng.choice(_WIDTHS)))


def mutate_bytes(rng: Random, data: bytes, others: Sequence[bytes] = ()) -> bytes:
    """``data`` with one to four things wrong; ``others``: files to take parts from."""
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 4))):
        if not data:
            break
        parts = pieces_of(data)
        if parts and rng.random() < 0.6:
            data = _in_pieces(rng, data, parts, others or (data,))
        elif others and rng.random() < 0.1:
            data = data[: rng.randrange(len(data))] + _cut(rng, rng.choice(others))
        else:
            data = rng.choice(_ANYWHERE)(rng, data)
        data = data[:_LIMIT]
    return with_check_sums(data) if rng.random() < 0.8 else data


_TEXTS = (
    "",
    " ",
    "x" * 5000,
    "0",
    "../x",
    "..",
    "\0",
    "\udce9",
    "a\nb",
    "é" * 300,
    "nan",
    "[]",
    "\u202e\u0007",
)
_NUMBERS = (
    0, -1, 1, 2, 255, 256, 65536, 1 << 24, (1 << 31) - 1, 1 << 31, (1 << 63) - 1, 1 << 63, 1 << 64, -(1 << 63), 10**40, 10**400,
    0.5, -0.5, 1e-300, 1e308, float("nan"), float("inf"), float("-inf"),
)  # fmt: skip


def any_value(rng: Random) -> Any:
    """Something that JSON can say, but hardly what was expected."""
    way = rng.randrange(4)
    if way == 0:
        return rng.choice(_TEXTS)
    if way == 1:
        return rng.choice((None, True, False, [], {}, [[]], {"": None}, [None] * 40, [-1, 1e9]))
    return rng.choice(_NUMBERS)


def mutate_value(rng: Random, value: Any) -> Any:
    """A copy of a JSON value with one place in it changed: another value, one left out, one more, another key."""
    if not isinstance(value, list | dict) or not value or rng.random() < 0.03:
        return any_value(rng)
    value = copy.copy(value)
    key = rng.choice(list(value)) if isinstance(value, dict) else rng.randrange(len(value))
    way = rng.random()
    if way < 0.12:
        del value[key]
    elif way < 0.2 and isinstance(value, list):
        value[key:key] = [value[key]] * rng.choice((1, 1, 30))
    elif way < 0.24 and isinstance(value, dict):
        value[rng.choice(_TEXTS)] = value[key]
    elif way < 0.3:
        value[key] = value[rng.choice(list(value)) if isinstance(value, dict) else rng.randrange(len(value))]
    else:
        value[key] = mutate_value(rng, value[key])
    return value


def mutate_json(rng: Random, value: Any) -> bytes:
    """JSON of a changed value; now and then it is broken as text, too."""
    for _ in range(rng.choice((1, 1, 2, 3))):
        value = mutate_value(rng, value)
    raw = json.dumps(value, ensure_ascii=rng.random() < 0.5).encode(errors="surrogatepass")
    way = rng.random()
    if way < 0.03:
        depth = rng.choice((900, 100_000))
        at = rng.randrange(len(raw) + 1)
        return raw[:at] + rng.choice((b"[", b'{"a":')) * depth + raw[at:]
    if way < 0.06:
        at = rng.randrange(len(raw) + 1)
        return raw[:at] + b"9" * rng.choice((400, 5000, 100_000)) + raw[at:]
    return mutate_bytes(rng, raw) if way < 0.2 else raw


def mutate_words(rng: Random, words: Sequence[str], known: Sequence[str]) -> list[str]:
    """A command line with one to three words changed, left out, doubled or added from those ``known``."""
    out = list(words)
    for _ in range(rng.choice((1, 1, 1, 2))):
        at = rng.randrange(len(out)) if out else 0
        way = rng.random()
        if way < 0.15 and out:
            del out[at]
        elif way < 0.25 and out:
            out.insert(at, out[rng.randrange(len(out))])
        elif way < 0.5 or not out:
            out.insert(at + 1, rng.choice(known))
        elif way < 0.7:
            out[at] = rng.choice(known)
        elif way < 0.9:
            value = any_value(rng)
            out[at] = value if isinstance(value, str) else str(value)[:5000]
        else:
            letters = list(out[at])
            for _ in range(rng.choice((1, 2))):
                letters.insert(rng.randrange(len(letters) + 1), rng.choice("-=.,/#:0x9é \t%\\"))
            out[at] = "".join(letters)
    return [word.replace("\0", "") for word in out]  # no system hands a program words with a zero byte
