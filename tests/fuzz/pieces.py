"""Where the parts of a file begin and end: chunks of PNG and RIFF, boxes of MP4 and HEIC, segments of JPEG, …"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

_BOXES = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf", b"meta", b"iprp", b"ipco", b"iinf", b"moof", b"traf")  # fmt: skip
_MASTERS = (0x18538067, 0x1654AE6B, 0xAE, 0xE0, 0xE1, 0x1F43B675, 0x1549A966, 0xA0, 0x1A45DFA3)
_PNG = b"\x89PNG\r\n\x1a\n"
_TS_PACKET = 188


class Piece(NamedTuple):
    """Bytes ``start`` to ``end``; ``size``: where and how (a `struct` format) the piece tells its length, None: nowhere."""

    start: int
    end: int
    size: tuple[int, str] | None = None


def pieces_of(data: bytes) -> list[Piece]:
    """The parts of a file of a known kind, those within others after them; of any other file none."""
    try:
        return list(_find(data))
    except (struct.error, IndexError):  # mutated already: what was found before is lost, and others remain
        return []


def _find(data: bytes) -> Iterator[Piece]:
    if data[:8] == _PNG:
        yield from _chunks(data)
    elif data[:4] == b"RIFF":
        yield from _riff(data, 12, len(data))
    elif data[4:8] == b"ftyp":
        yield from _boxes(data, 0, len(data))
    elif data[:2] == b"\xff\xd8":
        yield from _segments(data)
    elif data[:4] == b"\x1a\x45\xdf\xa3":
        yield from _elements(data, 0, len(data))
    elif data[:4] in (b"II*\0", b"MM\0*"):
        yield from _tags(data)
    elif data[:1] == b"G" and data[_TS_PACKET : _TS_PACKET + 1] == b"G":
        yield from (Piece(at, at + _TS_PACKET) for at in range(0, len(data) - _TS_PACKET + 1, _TS_PACKET))


def _chunks(data: bytes) -> Iterator[Piece]:
    at = 8
    while at + 12 <= len(data):
        end = at + 12 + struct.unpack_from(">I", data, at)[0]
        yield Piece(at, min(end, len(data)))
        at = end


def _riff(data: bytes, at: int, stop: int) -> Iterator[Piece]:
    while at + 8 <= stop:
        size = struct.unpack_from("<I", data, at + 4)[0]
        end = min(at + 8 + size + size % 2, stop)
        yield Piece(at, end, (at + 4, "<I"))
        if data[at : at + 4] == b"LIST" and data[at + 8 : at + 12] != b"movi":
            yield from _riff(data, at + 12, end)
        at = end


def _boxes(data: bytes, at: int, stop: int) -> Iterator[Piece]:
    while at + 8 <= stop:
        size = struct.unpack_from(">I", data, at)[0]
        end = min(at + size, stop) if size >= 8 else stop
        yield Piece(at, end, (at, ">I"))
        name = data[at + 4 : at + 8]
        if name in _BOXES:
            yield from _boxes(data, at + (12 if name == b"meta" else 14 if name == b"iinf" else 8), end)
        at = end


def _segments(data: bytes) -> Iterator[Piece]:
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        scan = data[at + 1] == 0xDA
        end = len(data) if scan else at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        yield Piece(at, min(end, len(data)))
        at = end


def _number(data: bytes, at: int, keep_marker: bool) -> tuple[int, int]:
    """(value, length) of an EBML number."""
    length = 9 - data[at].bit_length()
    value = int.from_bytes(data[at : at + length], "big")
    return (value if keep_marker else value & ((1 << 7 * length) - 1)), length


def _elements(data: bytes, at: int, stop: int) -> Iterator[Piece]:
    while at + 2 <= stop:
        name, long = _number(data, at, keep_marker=True)
        size, more = _number(data, at + long, keep_marker=False)
        inside = at + long + more
        end = min(inside + size, stop)
        yield Piece(at, end)
        if name in _MASTERS:
            yield from _elements(data, inside, end)
        at = end


def _tags(data: bytes) -> Iterator[Piece]:
    order = "<" if data[:2] == b"II" else ">"
    at = struct.unpack_from(f"{order}I", data, 4)[0]
    for _ in range(8):  # directories; a file may say that they go in a circle
        if not at or at + 2 > len(data):
            return
        count = struct.unpack_from(f"{order}H", data, at)[0]
        yield from (Piece(at + 2 + 12 * i, at + 14 + 12 * i) for i in range(min(count, 60)))
        at = struct.unpack_from(f"{order}I", data, at + 2 + 12 * count)[0]


def with_check_sums(data: bytes) -> bytes:
    """A PNG whose chunks have the check sums of what is in them now: a reader looks no further otherwise."""
    if data[:8] != _PNG:
        return data
    fixed = bytearray(data)
    for start, end, _ in _chunks(data):
        if end - start >= 12:
            fixed[end - 4 : end] = struct.pack(">I", zlib.crc32(data[start + 4 : end - 4]))
    return bytes(fixed)
