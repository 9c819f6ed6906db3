"""A run of a medical network becomes a checkpoint."""

from __future__ import annotations

from pathlib import Path

from core.training.checkpoints import options_of, read_log, write_checkpoint
from core.training.loop import read_recipe
from core.training.medical.job import Job
from core.training.medical.train import load_run
from core.weights import Card, weights_folder


def export(job: Job, run: Path, name: str) -> Card:
    """Write ``weights/NAME`` from a run's averaged weights. Figures are added by ``evaluate --write``."""
    model = load_run(run)
    recipe = read_recipe(run)
    arguments = recipe["arguments"]
    told = {k: v for k, v in recipe.items() if k != "job" and (k != "arguments" or v != job.network)}
    card = Card(
        name=name, title=job.title, task="volume", architecture="slice_unet", arguments=arguments,
        labels=job.labels, transform=job.plan, licence=job.licence, data=job.data,
        recipe=f"python -m core.training.medical train --task {job.name} --prepared PREPARED --run RUN{options_of(told)}; "
        f"then export --task {job.name} --run RUN",
        measured={}, limits=job.limits, sha256="", bytes=0, folder=weights_folder() / name,
    )  # fmt: skip
    return write_checkpoint(card, model, read_log(run))
