"""Who looks at what: every visit has a name that nobody can guess, a folder of its own, and an end."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

from core.medical.tasks import Finding
from core.metrics import VolumeScore
from demos.medical.job import Job
from demos.medical.subject import Subject
from demos.medical.truth import Truth

MAX_VISITS = 12
MAX_BYTES = 3 << 30
# A page says every minute that it is still open; a page that crashed cannot say that it is not.
IDLE_S = 15 * 60
_SWEEP_S = 60


@dataclass(eq=False)
class Visit:
    """One page and the scan that it shows.

    Attributes:
        folder: for what it uploads; deleted with the visit.
        subject: None until it is read.
        series: time points of the uploaded file; ``time_point``: the chosen one.
        truth: the visitor's own, for ``truth_task``.
        scored: the last scores, and of what.
    """

    folder: Path
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    subject: Subject | None = None
    series: int = 1
    time_point: int = 0
    truth: Truth | None = None
    truth_task: str = ""
    scored: tuple[Truth, Finding, dict[str, VolumeScore]] | None = None
    job: Job | None = None
    touched: float = field(default_factory=time.monotonic)

    def close(self) -> None:
        """Stop its work and delete its files."""
        if self.job is not None:
            self.job.cancel()
        shutil.rmtree(self.folder, ignore_errors=True)


class Visits:
    """Visits by their token. What was not looked at for a while is over; all end with the server. Thread-safe."""

    def __init__(
        self, capacity: int = MAX_VISITS, idle_s: float = IDLE_S, max_bytes: int = MAX_BYTES
    ) -> None:
        self._capacity, self._idle_s, self._max_bytes = capacity, idle_s, max_bytes
        self._visits: OrderedDict[str, Visit] = OrderedDict()
        self._lock = threading.Lock()
        # Deleted when this object goes, at the latest when the server stops.
        self._folder = tempfile.TemporaryDirectory(prefix="triptych-medical-", ignore_cleanup_errors=True)
        self._sweeper: threading.Timer | None = None

    def open(self) -> Visit:
        """A new visit, the most recent; older ones may have to go for it."""
        visit = Visit(Path(tempfile.mkdtemp(dir=self._folder.name)))
        with self._lock:
            self._visits[visit.token] = visit
            self._make_room()
            self._watch()
        return visit

    def get(self, token: str) -> Visit | None:
        """The visit, now the most recent; None where it is unknown or over."""
        with self._lock:
            visit = self._visits.get(token)
            if visit is not None:
                self._visits.move_to_end(token)
                visit.touched = time.monotonic()
                self._make_room()
            return visit

    def end(self, token: str) -> None:
        """Forget a visit and delete its files at once."""
        with self._lock:
            visit = self._visits.pop(token, None)
        if visit is not None:
            visit.close()

    def sweep(self) -> None:
        """End what was left alone for too long."""
        with self._lock:
            now = time.monotonic()
            for visit in [v for v in self._visits.values() if now - v.touched > self._idle_s]:
                self._visits.pop(visit.token).close()
            self._sweeper = None
            if self._visits:
                self._watch()

    def _watch(self) -> None:
        if self._sweeper is None:
            self._sweeper = threading.Timer(min(_SWEEP_S, self._idle_s), self.sweep)
            self._sweeper.daemon = True
            self._sweeper.start()

    def _make_room(self) -> None:
        *older, newest = self._visits.values()
        seen = {id(newest.subject)}
        held = newest.subject.held_bytes if newest.subject else 0
        for age, visit in enumerate(reversed(older), 2):
            # An example is one subject for all its visits.
            if visit.subject is not None and id(visit.subject) not in seen:
                seen.add(id(visit.subject))
                held += visit.subject.held_bytes
            held += visit.truth.ids.nbytes if visit.truth else 0
            if age > self._capacity or held > self._max_bytes:
                self._visits.pop(visit.token).close()

    def __len__(self) -> int:
        return len(self._visits)
