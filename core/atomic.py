"""Files appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

from core.errors import InputError


@contextlib.contextmanager
def whole_file(target: str | Path) -> Iterator[Path]:
    """A temporary path beside ``target`` that becomes it on success and vanishes on failure.

    Raises:
        InputError: the folder does not exist or cannot be written to.
    """
    target = Path(target)
    if target.is_dir():
        raise InputError(f"{target} is a folder", "a file's name to write to")
    partial = target.with_name(f".{uuid.uuid4().hex[:12]}{target.suffix}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(partial, "wb"):
            pass
    except OSError as error:
        raise InputError(
            f"{target} cannot be written ({error.strerror})", "a folder you may write to"
        ) from None
    try:
        yield partial
        os.replace(partial, target)
    except OSError as error:
        raise InputError(
            f"{target} cannot be written ({error.strerror or error})", "room to write it"
        ) from None
    finally:
        partial.unlink(missing_ok=True)
