"""gzip, read forwards: never more than is asked for, however much a file would unpack to."""

from __future__ import annotations

import zlib
from pathlib import Path

_GZIP = 31  # zlib's code for a stream with gzip's header and check sum, both of which it then reads itself
_BLOCK = 1 << 16
# Members of a file that may follow each other without a byte in them: bgzip ends with one.
_EMPTY = 100


class Unpacked:
    """A file's content through gzip; of several members one after the other. A context manager.

    Python's own reader takes a byte at a time of the name in a member's header, which may go on for gigabytes.
    """

    def __init__(self, path: Path) -> None:
        self._file = open(path, "rb")  # noqa: SIM115 (closed in __exit__)
        self._member = zlib.decompressobj(_GZIP)
        self._left = b""  # read from the file, not yet unpacked
        self._begun = self._ended = False
        self._empty = 0

    def read(self, count: int) -> bytes:
        """Up to ``count`` bytes, less only at the end.

        Raises:
            EOFError: the file ends within a member.
            zlib.error: it is no gzip, or damaged.
        """
        pieces: list[bytes] = []
        while count > 0 and not self._ended:
            packed = self._left or self._file.read(_BLOCK)
            if not packed:
                if self._begun:
                    raise EOFError("it ends within what is packed")
                break
            self._begun = True
            piece = self._member.decompress(packed, count)
            count -= len(piece)
            self._empty = 0 if piece else self._empty
            pieces.append(piece)
            self._left = self._member.unconsumed_tail
            if self._member.eof:
                self._next_member()
        return b"".join(pieces)

    def _next_member(self) -> None:
        rest = self._member.unused_data.lstrip(b"\0")  # tapes and some writers fill up with zeros
        while not rest and (more := self._file.read(_BLOCK)):
            rest = more.lstrip(b"\0")
        self._empty += 1
        if rest and self._empty > _EMPTY:
            raise zlib.error("it is made of empty parts")
        self._member, self._left, self._begun = zlib.decompressobj(_GZIP), rest, False
        self._ended = not rest

    def __enter__(self) -> Unpacked:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
