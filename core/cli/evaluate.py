"""``python -m core evaluate TASK PREDICTIONS TRUTH``: how good results are, as a table and as JSON."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core.atomic import whole_file
from core.cli import score_tables
from core.cli.progress import Bar
from core.errors import InputError
from core.labels import LabelSet, get_label_set
from core.metrics import evaluate as folders
from core.metrics.folders import Pairing
from core.metrics.instance_coco import coco_ap_files
from core.metrics.panoptic_files import pair_panoptic_files

_Answer = tuple[dict[str, Any], list[str]]  # for JSON, for the terminal

# Which tasks an option means something to.
OPTIONS = {
    "labels": ("semantic", "panoptic", "volume"),
    "train_ids": ("semantic",),
    "tolerance": ("volume",),
}


def run(options: argparse.Namespace) -> int:
    """Compare, print, write; returns the exit code.

    ``options.among``, if there: the files of predictions that count.

    Raises:
        InputError: bad options or bad files.
    """
    for name, tasks in OPTIONS.items():
        if getattr(options, name) and options.task not in tasks:
            flag = "--" + name.replace("_", "-")
            raise InputError(f"{flag} with {options.task}", f"it with {' or '.join(tasks)} only")
    prediction, truth = Path(options.predictions), Path(options.truth)
    if not options.json:
        _, lines = _compare(prediction, truth, options)
        print("\n".join(lines))
        return 0
    with whole_file(options.json) as partial:  # opened first: work for nothing would be worse than no work
        body, lines = _compare(prediction, truth, options)
        print("\n".join(lines))
        text = json.dumps(strict(body), indent=1, ensure_ascii=False, allow_nan=False)
        partial.write_text(text + "\n", encoding="utf-8")
    print(f"written to {options.json}")
    return 0


def _compare(prediction: Path, truth: Path, options: argparse.Namespace) -> _Answer:
    bar = Bar(options.task, "files")
    try:
        return _TASKS[options.task](prediction, truth, options, bar)
    finally:
        bar.end()


def strict(value: Any) -> Any:
    """What JSON can hold: nan (nothing to divide) is null, infinite distances the word "Infinity".

    >>> strict({"a": float("nan"), "b": [float("-inf"), 0.5]})
    {'a': None, 'b': ['-Infinity', 0.5]}
    """
    if isinstance(value, dict):
        return {str(k): strict(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [strict(v) for v in value]
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, float) and math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def _labels(options: argparse.Namespace) -> LabelSet | None:
    return get_label_set(options.labels) if options.labels else None


def _compared(pairing: Pairing, notes: Iterable[str]) -> dict[str, Any]:
    """What every JSON says of its files; what the user should know also goes to standard error."""
    _tell(pairing.missing, pairing.extra, notes)
    return {"files": len(pairing.pairs), "missing": pairing.missing, "extra": pairing.extra}


def _tell(missing: list[str], extra: list[str], notes: Iterable[str] = ()) -> None:
    for names, what in ((missing, "have no prediction and are left out"), (extra, "have no truth")):
        if names:
            shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
            print(f"note: {len(names)} {what}: {shown}", file=sys.stderr)
    for note in notes:
        print(f"note: {note}", file=sys.stderr)


def _semantic(prediction: Path, truth: Path, options: argparse.Namespace, bar: Bar) -> _Answer:
    labels = _labels(options) or get_label_set("cityscapes")
    found = folders.evaluate_semantic(
        prediction, truth, labels, train_ids=options.train_ids, skip_missing=options.skip_missing,
        among=getattr(options, "among", None), report=bar.count,
    )  # fmt: skip
    body = {"task": "semantic", "labels": labels.name, **_compared(found.pairing, found.notes)}
    body |= found.score.as_json()
    if found.instances:
        body["instance_iou"] = found.instances.as_json()
    return body, score_tables.semantic(found, labels.name)


def _panoptic(prediction: Path, truth: Path, options: argparse.Namespace, bar: Bar) -> _Answer:
    labels = _labels(options)
    pairing = pair_panoptic_files(
        prediction, truth, labels.labels if labels else None, options.skip_missing, getattr(options, "among", None)
    )  # fmt: skip
    score = pairing.evaluate(bar.count).score()
    _tell(pairing.missing, pairing.extra)
    body = {
        "task": "panoptic",
        "files": len(pairing.pairs),
        "missing": pairing.missing,
        "extra": pairing.extra,
    }
    return body | score.as_json(), score_tables.panoptic(score, len(pairing.pairs))


def _instance(prediction: Path, truth: Path, options: argparse.Namespace, bar: Bar) -> _Answer:
    if prediction.suffix.lower() == ".json" or truth.suffix.lower() == ".json":
        if options.skip_missing:
            raise InputError(
                "--skip-missing with COCO files", "no such option: images without results count as missed"
            )
        score = coco_ap_files(prediction, truth)
        return {"task": "instance", "rules": "coco", **score.as_json()}, score_tables.coco(score)
    found = folders.evaluate_cityscapes_instances(
        prediction, truth, skip_missing=options.skip_missing, report=bar.count
    )
    body = {"task": "instance", "rules": "cityscapes", **_compared(found.pairing, found.notes)}
    return body | found.score.as_json(), score_tables.cityscapes_instances(found)


def _matte(prediction: Path, truth: Path, options: argparse.Namespace, bar: Bar) -> _Answer:
    found = folders.evaluate_mattes(prediction, truth, skip_missing=options.skip_missing, report=bar.count)
    body = {"task": "matte", **_compared(found.pairing, found.notes), **found.mean.as_json()}
    body["per_file"] = {name: score.as_json() for name, score in found.scores.items()}
    return body, score_tables.mattes(found)


def _volume(prediction: Path, truth: Path, options: argparse.Namespace, bar: Bar) -> _Answer:
    tolerance = 1.0 if options.tolerance is None else options.tolerance
    found = folders.evaluate_volumes(
        prediction, truth, _labels(options), tolerance_mm=tolerance, skip_missing=options.skip_missing, report=bar.count
    )  # fmt: skip
    body = {"task": "volume", "labels": options.labels, **_compared(found.pairing, found.notes)}
    body |= found.mean.as_json()
    body["per_label"] = {
        name: score.as_json() | {"files": found.present[name]} for name, score in found.per_label.items()
    }
    body["per_file"] = {
        case: {name: score.as_json() for name, score in scores.items()}
        for case, scores in found.cases.items()
    }
    return body, score_tables.volumes(found)


_TASKS = {
    "semantic": _semantic,
    "panoptic": _panoptic,
    "instance": _instance,
    "matte": _matte,
    "volume": _volume,
}
