"""A run of Mask R-CNN becomes a checkpoint: card, safetensors, log and curve."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path

from core.instances import Limits
from core.training.driving.instance_train import AREA, load_instance_run
from core.training.loop import read_recipe
from core.training.portrait.export import draw_curve
from core.weights import Card, save_checkpoint, weights_folder

TITLE = "Road scenes, Mask R-CNN: every person and vehicle with a mask of its own"
TRANSFORM = {
    "area": AREA, "multiple": 32, "mean": [127.5, 127.5, 127.5], "std": [127.5, 127.5, 127.5],
    "limits": asdict(Limits()),
}  # fmt: skip
DATA = [
    {"name": "ImageNet (through EfficientNet-Lite0's published weights)", "terms": "weights Apache-2.0"},
    {"name": "Cityscapes frames and clips", "terms": "CC BY-NC-SA 4.0; Cityscapes' own terms (non-commercial)"},
    {"name": "COCO photos with people and their instances", "terms": "photos under their authors' Flickr licences, many non-commercial"},
    {"name": "drawn streets", "terms": "the project's own"},
]  # fmt: skip
LIMITS = [
    "Street photos of one city (5 frames labelled by hand, 100 by a model), 498 everyday photos and drawn streets: far "
    "things, crowds and other cities' vehicles are often missed or run together.",
    "Trucks, buses and trains are rare in the data and often called cars.",
    "COCO does not tell riders from people: a rider is often called a person.",
]


def export_instances(run: Path, name: str) -> Card:
    """Write ``weights/NAME`` from a run's averaged weights. Figures are added by ``evaluate --write``."""
    model = load_instance_run(run)
    recipe = read_recipe(run)
    arguments = recipe.pop("arguments")
    options = " ".join(f"--{k.replace('_', '-')} {v}" for k, v in recipe.items())
    if arguments:
        options += f" --arguments '{json.dumps(arguments)}'"
    card = Card(
        name=name, title=TITLE, task="instance", architecture=recipe["model"], arguments=arguments,
        labels="cityscapes", transform=TRANSFORM, licence="CC BY-NC-SA 4.0", data=DATA,
        recipe="python -m core.training.driving instances --data DATA --prepared PREPARED --people PORTRAIT "
        f"--run RUN {options}",
        measured={}, limits=LIMITS, sha256="", bytes=0, folder=weights_folder() / name,
    )  # fmt: skip
    card = save_checkpoint(card, model.state_dict())
    shutil.copy(run / "log.jsonl", card.folder / "log.jsonl")
    draw_curve(run / "log.jsonl", card.folder / "curve.png")
    return card
