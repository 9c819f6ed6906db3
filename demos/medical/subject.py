"""One volume and what was found in it; examples are one subject for all who look at them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from core.medical.hounsfield import hu_doubt
from core.medical.mesh_files import glb_bytes
from core.medical.phantom import Head
from core.medical.region import CROP_MM, size_doubt
from core.medical.surface import finding_surfaces
from core.medical.tasks import Finding, Task, list_tasks, segment
from core.medical.volume import Volume
from demos.medical.asked import task_key
from demos.medical.truth import Truth

# What is asked of a scan that nobody has said anything about; the first one that is there.
_FIRST_CT, _FIRST_MRI, _FIRST_CROP = ("ct-tissues",), ("brain",), ("hippocampus", "brain")


@dataclass(eq=False)
class Subject:
    """A volume, and its findings by task.

    Attributes:
        example: its name among the examples; "" for a visitor's own.
        head: what the volume was drawn from; None: real.
        drawn: what it says of a task's labels, by task.
    """

    volume: Volume
    example: str = ""
    head: Head | None = None
    findings: dict[str, Finding] = field(default_factory=dict)
    drawn: dict[str, Truth | None] = field(default_factory=dict)
    _surfaces: dict[str, bytes] = field(default_factory=dict)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.is_ct = hu_doubt(self.volume.data) is None

    def find(self, task: Task, progress: Callable[[str, float], None]) -> Finding:
        """Segment, or what was found before by the same checkpoint.

        Raises:
            InputError: what the task cannot use.
        """
        key = task_key(task)
        with self._turn:
            found = self.findings.get(key)
            if found is None or found.task.sha256 != task.sha256:
                found = segment(self.volume, task, lambda _, share: progress(key, share))
                self.findings[key] = found
                self._surfaces.pop(key, None)
            return found

    def surface(self, task: str) -> bytes:
        """A finding's surface as GLB; empty where nothing was found."""
        with self._turn:
            if task not in self._surfaces:
                surfaces = finding_surfaces(self.findings[task])
                self._surfaces[task] = glb_bytes(surfaces) if surfaces else b""
            return self._surfaces[task]

    def fitting_task(self) -> Task | None:
        """The task that a scan is shown with first; None: nothing here is made for it."""
        sides = np.multiply(self.volume.data.shape, self.volume.spacing)
        wanted = _FIRST_CT if self.is_ct else _FIRST_CROP if sides.max() < CROP_MM else _FIRST_MRI
        tasks = list_tasks()
        return next((task for name in wanted for task in tasks if task.name.startswith(name)), None)

    def suits(self, task: Task) -> bool:
        """Whether a task is made for values like these and for a scan of this size."""
        return (task.unit == "HU") == self.is_ct and size_doubt(self.volume, task.labels) is None

    @property
    def held_bytes(self) -> int:
        """About how much memory this takes."""
        held = self.volume.data.nbytes
        for finding in list(self.findings.values()):
            held += finding.ids.nbytes + (0 if finding.uncertainty is None else finding.uncertainty.nbytes)
        return held + sum(map(len, list(self._surfaces.values())))
