"""What visits have done for them: open an example, read an upload, run a task, be judged."""

from __future__ import annotations

import threading
from collections.abc import Callable

from core.medical.tasks import Finding, Task
from core.medical.volume import read_volume
from core.metrics import VolumeScore
from demos.medical.asked import find_task, task_key
from demos.medical.examples import examples
from demos.medical.job import Job
from demos.medical.subject import Subject
from demos.medical.truth import Truth, drawn_truth, score
from demos.medical.uploads import clear, count_time_points, main_file
from demos.medical.visits import Visit

Tell = Callable[[str, float], None]

_subjects: dict[str, Subject] = {}
_making = threading.Lock()


def open_example(visit: Visit, name: str) -> Job:
    """Show an example, segmented by what fits it."""

    def work(tell: Tell) -> None:
        example = examples()[name]
        tell("drawing" if example.head else "reading", 0.0)
        with _making:  # all who look at an example look at one
            if name not in _subjects:
                volume = example.make()
                _subjects[name] = Subject(volume, name, example.head() if example.head else None)
        _segment(_subjects[name], "", tell)
        visit.subject = _subjects[name]

    return Job(work)


def open_upload(visit: Visit, time: int, task: str) -> Job:
    """Read what was uploaded, and segment it by ``task`` if that fits, else by what does."""

    def work(tell: Tell) -> None:
        tell("reading", 0.0)
        folder = visit.folder / "scan"
        path = main_file(folder)
        visit.series = count_time_points(path)
        volume = read_volume(path, time)
        tell("reading", 1.0)
        if visit.series == 1:  # nobody will ask for another time point
            clear([folder])
        subject = Subject(volume)
        _segment(subject, task, tell)
        # Not before: where this is cancelled, the page goes on showing what it showed.
        visit.subject, visit.time_point, visit.truth = subject, time, None

    return Job(work)


def _segment(subject: Subject, wanted: str, tell: Tell) -> None:
    task = subject.fitting_task()
    # The page asks for what was asked of the scan before, which may have been of another kind.
    if wanted and subject.suits(find_task(wanted)):
        task = find_task(wanted)
    if task is not None:
        subject.find(task, tell)


def run_task(subject: Subject, task: Task) -> Job:
    """Segment what is shown by another task."""

    def work(tell: Tell) -> None:
        subject.find(task, tell)

    return Job(work)


def truth_of(visit: Visit, task: Task) -> Truth | None:
    """The visitor's own truth for the task that it was given for, else what the head was drawn from."""
    if visit.truth is not None and visit.truth_task == task_key(task):
        return visit.truth
    if visit.subject is None or visit.subject.head is None:
        return None
    kept = visit.subject.drawn
    if task_key(task) not in kept:
        kept[task_key(task)] = drawn_truth(visit.subject.head, task.labels)
    return kept[task_key(task)]


def scores_of(visit: Visit, finding: Finding) -> dict[str, VolumeScore]:
    """How right a finding is, by label; empty without a truth."""
    truth = truth_of(visit, finding.task)
    if truth is None:
        return {}
    if visit.scored is None or visit.scored[0] is not truth or visit.scored[1] is not finding:
        visit.scored = truth, finding, score(finding, truth)
    return visit.scored[2]
