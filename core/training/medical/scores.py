"""Held-out figures, by the way that users go: the file, the task, the mask on the file's own grid."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from core.medical.tasks import Task, segment
from core.medical.volume import Volume, read_volume
from core.metrics.volume import VolumeScore, score_volume
from core.training.medical.job import Case

# Truth ids (X, Y, Z), answer ids (X, Y, Z) → what is compared, label by label
Pick = Callable[[Case, np.ndarray, np.ndarray], dict[str, tuple[np.ndarray, np.ndarray]]]


def score_cases(card: str, cases: Sequence[Case]) -> dict[str, Any]:
    """Every label of a card's task, over cases whose labels are the task's own ids."""
    task = task_of(card)

    def pick(_case: Case, truth: np.ndarray, ids: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        return {e.name: (ids == e.id, truth == e.id) for e in task.labels.labels if e.id}

    return score_task(task, cases, pick)


def task_of(card: str) -> Task:
    """The task of a checkpoint, whatever it is called.

    Raises:
        InputError: there is no such checkpoint.
    """
    from core.medical.networks import card_task
    from core.weights import load_card

    return card_task(load_card(card))


def score_task(task: Task, cases: Sequence[Case], pick: Pick, tolerance_mm: float = 1.0) -> dict[str, Any]:
    """``{cases, seconds, labels: {name: {n, dice, hd95_mm, …}}}``; the seconds are the median of a case's."""
    scores: dict[str, list[VolumeScore]] = {}
    seconds = []
    for case in cases:
        volume = read_volume(case.image)
        began = time.monotonic()
        finding = segment(volume, task)
        seconds.append(time.monotonic() - began)
        truth = read_volume(case.labels).data
        for name, (found, wanted) in pick(case, truth, finding.ids).items():
            scores.setdefault(name, []).append(score_volume(found, wanted, volume.spacing, tolerance_mm))
    return {
        "cases": len(cases),
        "seconds": round(float(np.median(seconds)), 3) if seconds else None,
        "labels": {name: summary(rows) for name, rows in scores.items()},
    }


def summary(rows: Sequence[VolumeScore]) -> dict[str, Any]:
    """Means over cases; distances over those in which both surfaces are there, and how many have not."""
    both = [row for row in rows if np.isfinite(row.hausdorff95_mm)]
    dice = [row.dice for row in rows]
    mean = {
        "hd95_mm": [row.hausdorff95_mm for row in both],
        "assd_mm": [row.assd_mm for row in both],
        "surface_dice": [row.surface_dice for row in rows],
    }
    return {
        "n": len(rows),
        "dice": round(float(np.mean(dice)), 4),
        "worst_dice": round(min(dice), 4),
        **{name: round(float(np.mean(values)), 4) if values else None for name, values in mean.items()},
        "without_surface": len(rows) - len(both),
        "tolerance_mm": rows[0].tolerance_mm,
    }


def table(results: dict[str, Any]) -> str:
    """A Markdown table: a row a label."""
    lines = [
        "| label | n | Dice (worst) | HD95 mm | ASSD mm | surface Dice | no surface |",
        "| --- |" + " --- |" * 6,
    ]
    for name, row in results["labels"].items():
        far = "–" if row["hd95_mm"] is None else f"{row['hd95_mm']:.2f}"
        mean = "–" if row["assd_mm"] is None else f"{row['assd_mm']:.2f}"
        lines.append(
            f"| {name} | {row['n']} | {row['dice']:.4f} ({row['worst_dice']:.3f}) | {far} | {mean} "
            f"| {row['surface_dice']:.3f} at {row['tolerance_mm']:g} mm | {row['without_surface']} |"
        )
    return "\n".join(lines)


__all__ = ["Pick", "Volume", "score_cases", "score_task", "summary", "table", "task_of"]
