"""The files of those who call: results go with their caller's session, uploads soon after it."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gradio.utils import get_upload_folder

IDLE_S = 10 * 60
_SWEEP_S = 60


@dataclass
class _Caller:
    """One session: folders of results, uploads it gave, calls under way."""

    folders: list[Path] = field(default_factory=list)
    uploads: set[Path] = field(default_factory=set)
    working: int = 0
    touched: float = field(default_factory=time.monotonic)


class Callers:
    """Who called, and the files that this left. Thread-safe.

    A session's results are deleted when it ends, or when it was silent for ``idle_s``: a caller without Gradio's client
    never says goodbye. An upload lies where its content says, so another session may have given the same file: it goes once
    no living session has named it and nobody has sent it again for ``idle_s``.
    """

    def __init__(self, idle_s: float = IDLE_S) -> None:
        self._idle_s = idle_s
        self._sent: list[set[str]] = []
        self._callers: dict[str, _Caller] = {}
        self._left: set[Path] = set()  # uploads of sessions that have ended
        self._lock = threading.Lock()
        self._sweeper: threading.Timer | None = None

    def know_uploads(self, sent: set[str]) -> None:
        """Paths that a page's visitors have sent, a set that grows: nothing else that a call names is deleted."""
        self._sent.append(sent)

    @contextlib.contextmanager
    def call(self, session: str, *uploads: str | None) -> Iterator[Path]:
        """A new folder for the results of one call; it goes at once where the call fails."""
        # Within Gradio's own folder: what lies elsewhere is copied to there before it is served.
        base = Path(get_upload_folder()) / "results"
        base.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=base))
        with self._lock:
            caller = self._callers.setdefault(session, _Caller())
            caller.uploads |= {
                Path(path) for path in uploads if path and any(path in sent for sent in self._sent)
            }
            caller.working += 1
            self._watch()
        try:
            yield folder
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        finally:
            with self._lock:
                caller.working -= 1
                caller.touched = time.monotonic()
                if folder.exists():
                    caller.folders.append(folder)

    def end(self, session: str) -> bool:
        """The session is over; a call that is still under way ends it later. Whether it ever called."""
        with self._lock:
            caller = self._callers.get(session)
            if caller is None or caller.working:
                return caller is not None
            del self._callers[session]
            self._left |= caller.uploads
        for folder in caller.folders:
            shutil.rmtree(folder, ignore_errors=True)
        return True

    def sweep(self) -> None:
        """End what has been silent for too long, and delete the uploads that nobody needs any more."""
        now = time.monotonic()
        with self._lock:
            silent = [s for s, c in self._callers.items() if now - c.touched > self._idle_s]
        for session in silent:
            self.end(session)
        with self._lock:
            self._left -= {path for caller in self._callers.values() for path in caller.uploads}
            self._left = {path for path in self._left if not self._delete(path)}
            self._sweeper = None
            if self._callers or self._left:
                self._watch()

    def _delete(self, path: Path) -> bool:
        """Delete an upload that is old enough; whether it is gone."""
        with contextlib.suppress(FileNotFoundError):
            if time.time() - path.stat().st_ctime < self._idle_s:
                return False
            path.unlink()
            with contextlib.suppress(OSError):  # the same content under another name lies beside it
                path.parent.rmdir()
        return True

    def _watch(self) -> None:
        if self._sweeper is None:
            self._sweeper = threading.Timer(min(_SWEEP_S, self._idle_s), self.sweep)
            self._sweeper.daemon = True
            self._sweeper.start()
