"""What the results in a folder were made of, and how: a hidden file with a line of JSON whenever one is begun and done.

Dates tell too little: of which source a result is, with which options, and whether it is ours at all.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from core.errors import InputError

RECORD = ".triptych.jsonl"
FOREIGN = "is there and not of an earlier run; --overwrite replaces it"
# Say where to, how fast and of what, not what comes out.
_NO_MATTER = ("source", "target", "overwrite", "ground_truth", "engine")


@dataclass(frozen=True)
class Entry:
    """``result`` and ``source``: names with ``/``, from the folder of results and with the source folder's own name.

    ``size`` (bytes) and ``mtime_ns`` are the source's; ``options``: see `options_key`.
    """

    result: str
    source: str
    size: int
    mtime_ns: int
    options: str


def same_name(name: str) -> str:
    """What names have in common that some file systems take for one.

    >>> same_name("Ünter/A.PNG") == same_name("ünter/a.png")
    True
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def options_key(options: argparse.Namespace, weights: Iterable[str], files: Iterable[str | None] = ()) -> str:
    """The same for what makes the same results: the command with its options, its networks, the ``files`` it uses."""
    from core.weights import load_card

    digest = hashlib.sha256()
    told = {name: value for name, value in vars(options).items() if name not in _NO_MATTER}
    digest.update(json.dumps(told, sort_keys=True, default=str).encode())
    for name in weights:
        try:
            digest.update(load_card(name).sha256.encode())
        except InputError:  # whoever needs them says so
            digest.update(name.encode(errors="surrogateescape"))
    for path in files:
        if path:
            digest.update(hashlib.sha256(Path(path).read_bytes()).digest())
    return digest.hexdigest()[:16]


class Record:
    """The record of one folder of results. Lines that are damaged, or not of its making, are passed over."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / RECORD
        self._latest: dict[str, tuple[Entry, bool]] = {}
        for line in self._lines():
            self._note(*line)

    def owner(self, result: str) -> str | None:
        """The source of which ``result`` was made last; None: it is not of this program."""
        known = self._latest.get(same_name(result))
        return known[0].source if known else None

    def is_done(self, entry: Entry) -> bool:
        """Whether just this was made last, to its end."""
        return self._latest.get(same_name(entry.result)) == (entry, True)

    def add(self, entry: Entry, *, done: bool) -> None:
        """Begun (not ``done``) goes before the work: what a killed run leaves is known for ours, and made again.

        Raises:
            InputError: it cannot be written.
        """
        line = json.dumps(asdict(entry) | {"done": done}).encode() + b"\n"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with open(self._path, "ab+") as file:
                if file.tell():
                    file.seek(-1, 2)
                    line = line if file.read() == b"\n" else b"\n" + line  # cut short by a full disk
                file.write(line)
        except OSError as error:
            raise InputError(
                f"{self._path} cannot be written ({error.strerror})", "a folder you may write to"
            ) from None
        self._note(entry, done)

    def _note(self, entry: Entry, done: bool) -> None:
        self._latest[same_name(entry.result)] = entry, done

    def _lines(self) -> Iterator[tuple[Entry, bool]]:
        try:
            lines = self._path.read_bytes().split(b"\n")
        except OSError:  # there is none yet
            return
        for line in lines:
            try:
                told = json.loads(line)
                entry = Entry(**{field.name: told[field.name] for field in fields(Entry)})
                if isinstance(entry.result, str) and isinstance(entry.source, str):
                    yield entry, told["done"] is True
            except (ValueError, KeyError, TypeError, RecursionError):
                continue


class Places:
    """Names of the results of one run: none twice, none that is another source's in the record.

    Args:
        sources: of the run, from its folder.
    """

    def __init__(self, record: Record, sources: Iterable[Path]) -> None:
        self._record = record
        # A result that is a folder itself takes none of those that results keep their places in.
        self._taken = {same_name(folder.as_posix()) for source in sources for folder in source.parents}

    def take(self, source: str, wanted: Path, other: Callable[[Path, str], Path]) -> str:
        """A result's name for a source as the record has it: ``wanted``, else ``other(wanted, "")``, ``other(wanted, "-2")``, …"""
        name, number = wanted.as_posix(), 0
        while same_name(name) in self._taken or self._record.owner(name) not in (None, source):
            number += 1
            name = other(wanted, f"-{number}" if number > 1 else "").as_posix()
        self._taken.add(same_name(name))
        return name
