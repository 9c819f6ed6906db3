"""A run of a semantic network becomes a checkpoint."""

from __future__ import annotations

import json
from pathlib import Path

from core.training.checkpoints import options_of, read_log, write_checkpoint
from core.training.driving.train import AREAS, load_run
from core.training.loop import reached, read_recipe
from core.weights import Card, weights_folder

TRANSFORM = {"multiple": 32, "mean": [127.5, 127.5, 127.5], "std": [127.5, 127.5, 127.5]}
NAMES = {
    "driving-fast": "driving_fast",
    "driving-fcn": "fcn",
    "driving-unet": "unet",
    "driving-deeplab": "deeplab",
}
TITLES = {
    "driving-fast": "Road scenes, fast: for videos and webcams on a CPU",
    "driving-fcn": "Road scenes, FCN-8s: the first of its kind",
    "driving-unet": "Road scenes, U-Net: a path back up with all details",
    "driving-deeplab": "Road scenes, DeepLabV3+: several reaches at once",
}
DATA = [
    {"name": "ImageNet (through EfficientNet-Lite0's published weights)", "terms": "weights Apache-2.0"},
    {"name": "CamVid", "terms": "CC BY-NC"},
    {"name": "Cityscapes frames and clips", "terms": "CC BY-NC-SA 4.0; Cityscapes' own terms (non-commercial)"},
    {"name": "Coral DeepLab's answers on CamVid and IDD frames", "terms": "network Apache-2.0, itself trained on Cityscapes"},
    {"name": "BDD10K, 6 frames", "terms": "not stated"},
    {"name": "KITTI, 5 frames", "terms": "not stated"},
    {"name": "IDD-lite", "terms": "not stated (research)"},
]  # fmt: skip
LIMITS = [
    "Riders, bicycles, motorcycles, traffic lights, trucks and buses are hardly ever told on held-out Cityscapes and BDD frames: few training frames name them.",
    "Trained on about 900 frames of a few cities by day: at night, in snow and in the tropics' crowds it errs more.",
    "Far and thin things (poles, signs, riders) are often missed at the size that the network sees.",
    "Walls, fences, trains and terrain are rarely labelled in the data and often confused.",
]


def export(run: Path, name: str) -> Card:
    """Write ``weights/NAME`` from a run's averaged weights. Figures are added by ``evaluate --write``."""
    model = load_run(run)
    recipe = read_recipe(run)
    arguments = recipe["arguments"]
    stem = run.parent / recipe.get("stem", "")
    before = f"{_command('stem', stem.parent)}; then " if stem.is_file() else ""
    if "trunk" in recipe:
        before = f"the run {recipe['trunk']} (see the card of driving-fast); then "
    architecture = recipe["model"]
    card = Card(
        name=name, title=TITLES[name], task="semantic", architecture=architecture, arguments=arguments,
        labels="cityscapes", transform=TRANSFORM | {"area": AREAS[architecture]}, licence="CC BY-NC-SA 4.0", data=DATA,
        recipe=f"python -m core.training.driving prepare, and teach; then {before}{_command('train', run)}",
        measured={}, limits=LIMITS, sha256="", bytes=0, folder=weights_folder() / name,
    )  # fmt: skip
    return write_checkpoint(card, model, read_log(run))


def _command(step: str, run: Path) -> str:
    """What a run was started with."""
    recipe = json.loads((run / "recipe.json").read_text())
    options = options_of(recipe, recipe["iterations"] if step == "stem" else reached(run))
    return f"python -m core.training.driving {step} --data DATA --prepared PREPARED --run {run.name}{options}"
