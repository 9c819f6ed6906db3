"""A run becomes a checkpoint: card, safetensors, log and curve."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from core.training.loop import read_recipe
from core.training.medical.job import Job
from core.training.medical.train import load_run
from core.training.portrait.export import draw_curve
from core.weights import Card, save_checkpoint, weights_folder


def export(job: Job, run: Path, name: str) -> Card:
    """Write ``weights/NAME`` from a run's averaged weights. Figures are added by ``evaluate --write``."""
    model = load_run(run)
    recipe = read_recipe(run)
    arguments = recipe.pop("arguments")
    recipe.pop("job")
    options = " ".join(f"--{k.replace('_', '-')} {v}" for k, v in recipe.items())
    if arguments != job.network:
        options += f" --arguments '{json.dumps(arguments)}'"
    card = Card(
        name=name, title=job.title, task="volume", architecture="slice_unet", arguments=arguments,
        labels=job.labels, transform=job.plan, licence=job.licence, data=job.data,
        recipe=f"python -m core.training.medical train --task {job.name} --prepared PREPARED --run RUN {options}; "
        f"then export --task {job.name} --run RUN",
        measured={}, limits=job.limits, sha256="", bytes=0, folder=weights_folder() / name,
    )  # fmt: skip
    card = save_checkpoint(card, model.state_dict())
    shutil.copy(run / "log.jsonl", card.folder / "log.jsonl")
    draw_curve(run / "log.jsonl", card.folder / "curve.png")
    return card
