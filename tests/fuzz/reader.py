"""What a reader is to the fuzzer: valid files to start from, a way to break them, and the reading itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any


@dataclass(frozen=True)
class Case:
    """One input.

    Attributes:
        way: which of a reader's ways in it is meant for.
        files: content by name; written into a folder of its own before reading.
        words: of a command line.
    """

    way: str
    files: dict[str, bytes] = field(default_factory=dict)
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reader:
    """One kind of input.

    Attributes:
        prepare: makes what is costly and the same for all inputs (valid files, imports), once in every process; it is
            given an empty folder that stays.
        seeds: valid inputs, by what was prepared; each must be accepted.
        mutate: a broken input, decided by the `Random` alone.
        read: reads an input whose files lie in a folder; returns, or raises `InputError`.
    """

    name: str
    prepare: Callable[[Path], Any]
    seeds: Callable[[Any], list[Case]]
    mutate: Callable[[Random, Any], Case]
    read: Callable[[Case, Path, Any], None]
