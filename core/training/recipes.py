"""``recipe.json``: what a run is trained with, and what it was trained with before it was resumed with something else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def write_recipe(run: Path, recipe: dict[str, Any], start: int) -> None:
    """Write ``run/recipe.json`` for the iterations from ``start`` on.

    What the iterations before were trained with stays in it: ``history``, a list of recipes, oldest first, each with the
    iteration that it went ``until``. A recipe that no iteration is left of, since its run was stopped before a
    save, is not kept.
    """
    path = run / "recipe.json"
    now = json.loads(json.dumps(recipe))  # as it will be read: tuples are lists
    stages = []
    if start and path.is_file():
        stored = json.loads(path.read_text())
        history = stored.pop("history", [])
        stages = [s | {"until": min(s["until"], start)} for s in (*history, {"until": start} | stored)]
    kept: list[dict[str, Any]] = []
    for stage in (*stages, {"until": start + 1} | now):
        until = kept[-1]["until"] if kept else 0
        if stage["until"] <= until:
            continue
        if kept and kept[-1] == stage | {"until": until}:
            kept.pop()  # the same, resumed
        kept.append(stage)
    path.write_text(json.dumps(now | ({"history": kept[:-1]} if kept[1:] else {}), indent=1))
