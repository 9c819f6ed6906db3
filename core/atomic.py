"""Files appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

from core.errors import InputError


@contextlib.contextmanager
def whole_file(target: str | Path) -> Iterator[Path]:
    """A temporary path beside ``target`` that becomes it on success and vanishes on failure.

    A block that has nothing to write deletes it; then ``target`` stays as it was.

    Raises:
        InputError: the folder does not exist or cannot be written to.
    """
    target = Path(target)
    if target.is_dir():
        raise InputError(f"{target} is a folder", "a file's name to write to")
    # Both endings of .nii.gz: libraries choose the format by the name.
    partial = target.with_name(f".{uuid.uuid4().hex[:12]}{''.join(target.suffixes[-2:])}")
    expected = "a folder you may write to"
    try:  # from the first: a Ctrl-C may come at any line
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(partial, "wb"):
            pass
        expected = "room to write it"
        yield partial
        if partial.exists():
            os.replace(partial, target)
    except OSError as error:
        raise InputError(f"{target} cannot be written ({error.strerror or error})", expected) from None
    finally:
        with contextlib.suppress(OSError):  # of a folder that does not exist, or is a file
            partial.unlink()


@contextlib.contextmanager
def whole_files(targets: Sequence[str | Path]) -> Iterator[list[Path]]:
    """Like :func:`whole_file` for files that belong together: all of them appear, or none.

    Entered before the work is done, it finds unwritable folders first.

    Raises:
        InputError: as :func:`whole_file`, or a name occurs twice.
    """
    paths = [Path(target) for target in targets]
    if len({path.absolute() for path in paths}) < len(paths):
        raise InputError(f"one name for two results: {', '.join(map(str, paths))}", "different names")
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(whole_file(path)) for path in paths]
