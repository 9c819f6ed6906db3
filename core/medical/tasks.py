"""What can be segmented: a registry of tasks. Rules are always there; networks join by the cards of their weights."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from core.errors import InputError
from core.labels import LabelSet
from core.medical import hounsfield, tissues
from core.medical.volume import Volume
from core.results import VolumeMask
from core.results.volume import present_ids

# (what is being done, share done 0 … 1); raising in it cancels.
Progress = Callable[[str, float], None]


@dataclass(frozen=True, eq=False)
class Segmented:
    """What a task found, on the canonical grid of the volume it was given.

    Attributes:
        ids: uint8 or another integer (X, Y, Z).
        uncertainty: float32 (X, Y, Z), 0 to 1, or None where the task knows none.
        warnings: in whole sentences.
    """

    ids: np.ndarray
    uncertainty: np.ndarray | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Task:
    """Something that can be found in a scan.

    Attributes:
        name: what ``--task`` takes.
        title: one line for people.
        unit: of the scan's values, ``"HU"`` or ``""``.
        labels: what the mask's values mean.
        method: ``"rules"`` or ``"network"``.
        weights: the checkpoint's name; for rules, where they stand.
        sha256: of the checkpoint, or of the rules' source.
        run: does it.
        surfaces: labels and categories worth a surface; empty: all labels.
        planes: from how many planes a network looks; an uncertainty is where two or more disagree.
        part: which of several masks of one network this one is; empty: it has only one.
        parts: all of them by name, the task itself among them; empty: as above.
    """

    name: str
    title: str
    unit: str
    labels: LabelSet
    method: str
    weights: str
    sha256: str
    run: Callable[[Volume, Callable[[float], None]], Segmented]
    surfaces: tuple[str, ...] = ()
    planes: int = 0
    part: str = ""
    parts: Mapping[str, Task] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Finding:
    """A scan, and what a task found in it."""

    volume: Volume
    task: Task
    ids: np.ndarray
    uncertainty: np.ndarray | None
    warnings: tuple[str, ...]
    seconds: float = field(compare=False)

    def mask(self) -> VolumeMask:
        """The mask on the file's own grid."""
        grid = self.volume.grid
        return VolumeMask(grid.from_ras(self.ids), grid.affine, self.task.labels)


_SOURCES: list[Callable[[], list[Task]]] = []


def register_tasks(source: Callable[[], list[Task]]) -> Callable[[], list[Task]]:
    """Add a function that lists tasks which work right now (a checkpoint's folder may be missing)."""
    _SOURCES.append(source)
    return source


def list_tasks() -> list[Task]:
    """All tasks that work, by name.

    Raises:
        ValueError: two have one name.
    """
    import core.medical.networks  # noqa: F401  (registers itself)

    tasks = sorted((task for source in _SOURCES for task in source()), key=lambda task: task.name)
    names = [task.name for task in tasks]
    if len(set(names)) < len(names):
        raise ValueError(f"a task's name occurs twice: {names}")
    return tasks


def get_task(name: str, part: str | None = None) -> Task:
    """A task by its name.

    Args:
        part: of a task that has several; None: what one gets unasked.

    Raises:
        InputError: there is none (the message lists the choices).
    """
    tasks = {task.name: task for task in list_tasks()}
    if name not in tasks:
        raise InputError(f"no task is called {name!r}", f"one of {', '.join(tasks)}")
    task = tasks[name]
    if part is None:
        return task
    if not task.parts:
        raise InputError(f"{name} has no parts to choose from", "the task without --parts")
    if part not in task.parts:
        raise InputError(f"{name} has no part {part!r}", f"one of {', '.join(task.parts)}")
    return task.parts[part]


def segment(volume: Volume, task: Task, progress: Progress | None = None) -> Finding:
    """Run a task; its warnings join the volume's.

    Raises:
        InputError: what the task cannot use.
    """
    began = time.monotonic()
    found = task.run(volume, lambda share: progress(task.title, share) if progress else None)
    if found.ids.shape != volume.data.shape:
        raise ValueError(f"{task.name} answered {found.ids.shape} for a volume of {volume.data.shape}")
    warnings = volume.warnings + found.warnings
    if present_ids(found.ids) == [0]:
        warnings += ("Nothing was found.",)
    return Finding(volume, task, found.ids, found.uncertainty, warnings, time.monotonic() - began)


def _run_tissues(volume: Volume, progress: Callable[[float], None]) -> Segmented:
    doubt = hounsfield.hu_doubt(volume.data)
    ids = tissues.segment_tissues(volume, progress)
    return Segmented(ids, warnings=(f"{doubt} The mask means nothing then.",) if doubt else ())


@register_tasks
def _rules() -> list[Task]:
    digest = hashlib.sha256()
    for name in ("hounsfield.py", "tissues.py"):
        digest.update(Path(__file__).with_name(name).read_bytes())
    return [
        Task(
            name="ct-tissues",
            title="CT tissues by HU ranges (rules, not a network)",
            unit="HU",
            labels=tissues.LABELS,
            method="rules",
            weights="core/medical/tissues.py",
            sha256=digest.hexdigest(),
            run=_run_tissues,
            surfaces=("body", "lungs", "bone"),
        )
    ]
