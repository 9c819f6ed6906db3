"""What can be asked of a scan: core's tasks and, where a network has several masks, each of them, by one key."""

from __future__ import annotations

from core.errors import InputError
from core.medical.tasks import Task, list_tasks

_BETWEEN = "."


def task_key(task: Task) -> str:
    """What addresses call a task: ``brain.tissues``, ``ct-tissues``."""
    return f"{task.name}{_BETWEEN}{task.part}" if task.part else task.name


def all_tasks() -> dict[str, Task]:
    """Every task and part that works here, by key; a task's parts beside each other."""
    tasks = [part for task in list_tasks() for part in (task.parts.values() if task.parts else (task,))]
    return {task_key(task): task for task in tasks}


def find_task(key: str) -> Task:
    """A task by its key.

    Raises:
        InputError: there is none.
    """
    tasks = all_tasks()
    if key not in tasks:
        raise InputError(f"no task is called {key!r}", f"one of {', '.join(tasks)}")
    return tasks[key]


def task_title(task: Task, w: dict[str, str]) -> str:
    """A task's line in the page's language; core's own where there is none."""
    title = w.get(f"md_task_{task.name}", task.title)
    return f"{title}: {w.get(f'md_part_{task.part}', task.part)}" if task.part else title
