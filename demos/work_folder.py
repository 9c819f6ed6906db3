"""Where a server keeps uploads and results while it runs, and what is done about one that was killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

PREFIX = "triptych-"
_LOCK = ".in-use"


@contextlib.contextmanager
def work_folder(base: Path | None = None) -> Iterator[Path]:
    """A new folder, deleted at the end.

    A server that is killed leaves its folder, with its visitors' files, behind. The system lets go of the lock inside, so the
    next server knows such a folder, and deletes it.

    Args:
        base: where such folders are made; None: where the system keeps temporary files.
    """
    base = Path(base or tempfile.gettempdir())
    _delete_left_behind(base)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base)).resolve()
    try:
        with FileLock(folder / _LOCK):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _delete_left_behind(base: Path) -> None:
    for folder in base.glob(f"{PREFIX}*"):
        lock = folder / _LOCK
        # One without a lock is being made at this moment, or is no server's.
        with contextlib.suppress(OSError, Timeout):
            if _is_ours(folder) and lock.is_file():
                with FileLock(lock, timeout=0):
                    pass
                shutil.rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    """Whether this user made it; what others put there must not be opened."""
    told = folder.lstat()
    return stat.S_ISDIR(told.st_mode) and (not hasattr(os, "getuid") or told.st_uid == os.getuid())
