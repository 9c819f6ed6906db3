"""A run of Mask R-CNN becomes a checkpoint."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from core.instances import Limits
from core.training.checkpoints import options_of, read_log, write_checkpoint
from core.training.driving.instance_train import AREA, load_instance_run
from core.training.loop import reached, read_recipe
from core.weights import Card, weights_folder

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
    card = Card(
        name=name, title=TITLE, task="instance", architecture=recipe["model"], arguments=recipe["arguments"],
        labels="cityscapes", transform=TRANSFORM, licence="CC BY-NC-SA 4.0", data=DATA,
        recipe="python -m core.training.driving instances --data DATA --prepared PREPARED --people PORTRAIT "
        f"--run {run.name}{options_of(recipe, reached(run))}",
        measured={}, limits=LIMITS, sha256="", bytes=0, folder=weights_folder() / name,
    )  # fmt: skip
    return write_checkpoint(card, model, read_log(run))
