"""A run of a medical network becomes a checkpoint."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import torch

from core.errors import InputError
from core.training.checkpoints import options_of, read_log, write_checkpoint
from core.training.loop import reached, read_recipe
from core.training.medical.job import Job
from core.training.medical.train import load_run
from core.weights import Card, weights_folder


def export(job: Job, run: Path, name: str, offsets: Sequence[float] = ()) -> Card:
    """Write ``weights/NAME`` from a run's averaged weights. Figures are added by ``evaluate --write``.

    Args:
        offsets: added to the classes' logits (as to the head's bias), from the background on. Dice in the loss makes
            small structures too large where outlines disagree; ``tune`` tells on training cases by how much.

    Raises:
        InputError: not one offset a class.
    """
    model = load_run(run)
    if offsets:
        if len(offsets) != len(model.head.bias):
            raise InputError(f"{len(offsets)} offsets", f"one a class: {len(model.head.bias)}")
        model.head.bias.data += torch.tensor(offsets)
    recipe = read_recipe(run)
    arguments = recipe["arguments"]
    told = options_of(recipe, reached(run), ("job", "arguments") if arguments == job.network else ("job",))
    card = Card(
        name=name, title=job.title, task="volume", architecture="slice_unet", arguments=arguments,
        labels=job.labels, transform=job.plan, licence=job.licence, data=job.data,
        recipe=f"python -m core.training.medical train --task {job.name} --prepared PREPARED --run RUN{told}; "
        f"then export --task {job.name} --run RUN" + (f" --offsets '{json.dumps(list(offsets))}'" if offsets else ""),
        measured={"split": job.split_of(recipe.get("split"))}, limits=job.limits, sha256="", bytes=0, folder=weights_folder() / name,
    )  # fmt: skip
    return write_checkpoint(card, model, read_log(run))
