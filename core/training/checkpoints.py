"""A run becomes a checkpoint: card, safetensors, log and curve."""

from __future__ import annotations

import itertools
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from torch import nn

from core.weights import Card, save_checkpoint

# What recipe.json tells besides the options of the command.
NO_OPTIONS = ("code", "history", "shares", "split", "until")


def options_of(recipe: dict[str, Any], reached: int, without: Collection[str] = ()) -> str:
    """A run's recipe as the options of the command that trained it, each after a space, and the commit of its code.

    Where a run was resumed with something else, all that it was trained with is told, in order.

    Args:
        recipe: of ``recipe.json``.
        reached: the iteration that the run's state is of; told where it is not the last.
        without: names in the recipe that are told elsewhere, or are no options.
    """
    stages = [*recipe.get("history", []), recipe | {"until": reached}]
    text = _options(stages[0], without)
    for before, stage in itertools.pairwise(stages):
        text += f"; then resumed from iteration {before['until']} with{_options(stage, without)}"
    return text


def _options(stage: dict[str, Any], without: Collection[str]) -> str:
    """The options of a recipe that went ``until`` an iteration."""
    left_out = {*NO_OPTIONS, *without}
    given = {
        name: value
        for name, value in stage.items()
        if name not in left_out and value != "" and value is not False
    }
    if stage["until"] < stage.get("iterations", 0):
        given["stop_after"] = stage["until"]
    arguments = given.pop("arguments", None)
    flags = {name: f" --{name.replace('_', '-')}" for name in given}
    options = "".join(flags[name] + ("" if value is True else f" {value}") for name, value in given.items())
    options += f" --arguments '{json.dumps(arguments)}'" if arguments else ""
    return options + (f" (code {stage['code']})" if "code" in stage else "")


def read_log(run: Path) -> list[dict[str, float]]:
    """The rows of a run's, or a checkpoint's, log: ``iteration``, ``loss`` and other figures.

    What was done twice, since a run was stopped after its last save, is there once, as it was done last.
    """
    rows = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    return sorted({row["iteration"]: row for row in rows}.values(), key=lambda row: row["iteration"])


def write_checkpoint(card: Card, model: nn.Module, log: list[dict[str, float]]) -> Card:
    """Write ``card.folder``: weights, card, log and the curve of the loss.

    Returns:
        The card with the checksum of its weights.
    """
    card = save_checkpoint(card, model.state_dict())
    (card.folder / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in log))
    draw_curve(log, card.folder / "curve.png")
    return card


def draw_curve(rows: list[dict[str, float]], target: Path) -> None:
    """The training loss over the iterations, as a small grey-on-white PNG."""
    x, y = np.array([r["iteration"] for r in rows], float), np.array([r["loss"] for r in rows])
    width, height, margin = 640, 320, 44
    top = float(np.percentile(y, 99))
    low = float(y.min()) * 0.9
    px = margin + (x / x.max()) * (width - margin - 12)
    py = 12 + (1 - (np.clip(y, low, top) - low) / max(top - low, 1e-9)) * (height - margin - 12)
    image = np.full((height, width, 3), 255, np.uint8)
    for share in (0, 0.5, 1):
        row = round(12 + (1 - share) * (height - margin - 12))
        cv2.line(image, (margin, row), (width - 12, row), (225, 225, 225), 1)
        label = f"{low + share * (top - low):.2f}"
        cv2.putText(image, label, (4, row + 4), cv2.FONT_HERSHEY_SIMPLEX, 0.38, (90, 90, 90), 1, cv2.LINE_AA)
    points = np.stack([px, py], axis=1).round().astype(np.int32)
    cv2.polylines(image, [points], False, (150, 90, 30), 1, cv2.LINE_AA)
    caption = f"training loss over {int(x.max())} iterations"
    cv2.putText(
        image, caption, (margin, height - 14), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (60, 60, 60), 1, cv2.LINE_AA
    )
    cv2.imwrite(str(target), image)
