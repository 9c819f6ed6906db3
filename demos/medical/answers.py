"""What the page's script is told of a scan and of a finding: plain JSON, words in the page's language."""

from __future__ import annotations

import base64
import math
from typing import Any

import numpy as np

from core.medical.one_slice import SliceAnswer, slice_planes
from core.medical.report import LabelFigures, figures
from core.medical.tasks import Finding, Task
from core.metrics import VolumeScore
from demos.medical.asked import all_tasks, task_key, task_title
from demos.medical.label_words import medical_name
from demos.medical.shown import shown_copy, shown_labels, window
from demos.medical.told import tell_all
from demos.medical.truth import Truth
from demos.medical.visits import Visit
from demos.portrait.controls import about_card


def scan_json(visit: Visit, w: dict[str, str]) -> dict[str, Any]:
    """Geometry and manner of showing; ``affine`` takes indices of the whole volume to mm."""
    assert visit.subject is not None
    volume, example = visit.subject.volume, visit.subject.example
    shown = shown_copy(volume)
    level, width = window(volume)
    fitting = visit.subject.fitting_task()
    return {
        "name": w[f"md_example_{example}"] if example else volume.name,
        "about": w[f"md_about_{example}"] if example else "",
        "example": example,
        "drawn": visit.subject.head is not None,
        "shape": list(volume.data.shape),
        "shown": list(shown.shape),
        "steps": list(shown.steps),
        "slope": shown.slope,
        "inter": shown.inter,
        "exact": shown.slope == 1.0,
        "clipped": list(shown.clipped),
        "spacing": list(volume.spacing),
        "affine": volume.affine.tolist(),
        "axes": volume.grid.axis_codes,
        "ct": visit.subject.is_ct,
        "window": [level, width],
        "series": visit.series,
        "time": visit.time_point,
        "warnings": tell_all(volume.warnings, w),
        "tasks": [_task(task, w) for task in all_tasks().values()],
        "fitting": task_key(fitting) if fitting else "",
        "done": list(visit.subject.findings),
    }


def _task(task: Task, w: dict[str, str]) -> dict[str, Any]:
    return {
        "name": task_key(task), "title": task_title(task, w), "method": task.method, "unit": task.unit,
        "planes": list(slice_planes(task)),
    }  # fmt: skip


def finding_json(
    finding: Finding, truth: Truth | None, scores: dict[str, VolumeScore], w: dict[str, str]
) -> dict[str, Any]:
    """Labels in the order of the mask's bytes, what was found of each, and how right that is."""
    single, together = figures(finding)
    by_id = {row.id: row for row in single}
    language = w["language"]
    labels = []
    for label in shown_labels(finding.task.labels):
        row = {"id": label.id, "name": medical_name(label.name, language), "color": list(label.color)}
        known = truth is not None and label.name in truth.names
        judged = {"score": _score(scores.get(label.name)), "known": known}
        labels.append(row | _figures(by_id[label.id]) | judged)
    own = len(finding.volume.warnings)
    return {
        "task": task_key(finding.task),
        "title": task_title(finding.task, w),
        "method": finding.task.method,
        "unit": finding.task.unit,
        "labels": labels,
        "together": [{"name": medical_name(row.name, language)} | _figures(row) for row in together],
        "warnings": tell_all(finding.warnings[own:], w),
        "seconds": round(finding.seconds, 3),
        "about": _about(finding.task, w),
        "uncertainty": finding.uncertainty is not None,
        "truth": None if truth is None else "drawn" if truth.drawn else "own",
        "empty": not any(row.voxels for row in single),
    }


def _about(task: Task, w: dict[str, str]) -> str:
    """What a task can and cannot do, as HTML: a network's card, or where the rules are known to be wrong."""
    if task.method == "network":
        return about_card(task.weights, w)
    key = f"md_limits_{task.name}"
    return f"<p>{w[key]}</p>" if key in w else ""


def _figures(row: LabelFigures) -> dict[str, Any]:
    return {
        "voxels": row.voxels,
        "ml": row.ml,
        "mean": row.mean,
        "sd": row.sd,
        "centroid": list(row.centroid_mm) if row.centroid_mm else None,
    }


def _score(score: VolumeScore | None) -> dict[str, Any] | None:
    """JSON has no infinity: a distance to nothing is null."""
    if score is None:
        return None
    far = score.hausdorff95_mm
    return {"dice": score.dice, "hd95": far if math.isfinite(far) else None, "truth_ml": score.truth_ml}


def slice_json(answer: SliceAnswer, task: Task, w: dict[str, str]) -> dict[str, Any]:
    """A slice's mask and probabilities as base64 of bytes, first axis running fastest."""
    places = {label.id: place for place, label in enumerate(shown_labels(task.labels), 1)}
    table = np.zeros(max(places, default=0) + 1, np.uint8)
    table[list(places)] = list(places.values())
    names = {label.id: label.name for label in task.labels.labels}
    maps = []
    known = () if answer.probabilities is None else answer.probabilities
    for number, values in zip(answer.classes, known, strict=True):
        raw = np.rint(255 * values).astype(np.uint8)
        name = medical_name(names.get(number, "background"), w["language"])
        maps.append(
            {"name": name, "place": places.get(number, 0), "bytes": _base64(raw), "most": float(values.max())}
        )
    return {
        "size": list(answer.ids.shape),
        "colors": [list(label.color) for label in shown_labels(task.labels)],
        "ids": _base64(table[answer.ids.astype(np.int64)]),
        "maps": maps,
        "milliseconds": round(1000 * answer.seconds),
        "method": task.method,
    }


def _base64(values: np.ndarray) -> str:
    return base64.b64encode(values.tobytes(order="F")).decode()
