"""``recipe.json``: what a run is trained with, and what it was trained with before it was resumed with something else."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def code_version(root: Path = ROOT) -> str:
    """The commit that the code is of, such as ``9f589db``; ``9f589db-dirty`` where its files differ; empty where git cannot tell.

    Much of what decides the samples (how far crops stray, how noisy pictures become) is in no recipe, but in the code.
    """
    # A copy without a repository of its own may lie in one of something else.
    if not (root / ".git").exists():
        return ""
    try:
        command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
        return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def write_recipe(run: Path, recipe: dict[str, Any], start: int) -> None:
    """Write ``run/recipe.json``, with the version of the ``code``, for the iterations from ``start`` on.

    What the iterations before were trained with stays in it: ``history``, a list of recipes, oldest first, each with the
    iteration that it went ``until``. A recipe that no iteration is left of, since its run was stopped before a
    save, is not kept.
    """
    path = run / "recipe.json"
    version = code_version()
    code = {"code": version} if version else {}
    now = json.loads(json.dumps(recipe | code))  # as it will be read: tuples are lists
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
