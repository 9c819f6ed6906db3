"""A run of a portrait network becomes a checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from core.training.checkpoints import options_of, read_log, write_checkpoint
from core.training.loop import reached, read_recipe
from core.training.portrait.train import load_run
from core.weights import Card, load_card, weights_folder

TRANSFORM = {"multiple": 32, "mean": [127.5, 127.5, 127.5], "std": [127.5, 127.5, 127.5]}
# Pixels the network sees; portrait-fast pays for speed with resolution.
AREAS = {"portrait-fine": 320 * 256, "portrait-fast": 288 * 224}
# Where sizes are few, a squeezed picture (training squeezes too) beats a small one: at an area of 256×224, portraits of 3:4
# in all of it and not in 256×192 gained portrait-fast .0015 IoU.
ASPECT_WEIGHTS = {"portrait-fine": 1.0, "portrait-fast": 0.45}
# In bfloat16 portrait-fast takes 0.6 of the time; its held-out IoU on portraits moved by less than .001.
PRECISIONS = {"portrait-fine": "float32", "portrait-fast": "bfloat16"}
TITLES = {
    "portrait-fine": "People, with fine edges: for photos",
    "portrait-fast": "People, fast: for webcams and videos on a CPU",
}
DATA = [
    {"name": "ImageNet (through EfficientNet-Lite0's published weights)", "terms": "weights Apache-2.0"},
    {"name": "EG1800", "terms": "academic use"},
    {"name": "Clothing Co-Parsing", "terms": "Apache-2.0"},
    {"name": "COCO people", "terms": "photos under their authors' Flickr licences, many non-commercial"},
    {"name": "Pascal VOC people", "terms": "not stated; Flickr photos"},
    {"name": "rooms and streets without people", "terms": "not stated"},
]
LIMITS = [
    "Means by a person everyone large enough to matter; people under about 0.4 % of the picture were neither taught nor forbidden.",
    "Crowds, people lying down, seen from above, or mostly hidden are often missed in part.",
    "Held objects, hats and bags count as the person only where the training outlines did.",
]
OWN_LIMITS = {
    "portrait-fast": [
        "Often takes animals near the camera, and sometimes what is right beside a person, for a person; misses small people more often than the fine network."
    ]
}


def export(run: Path, name: str, sharpen: float = 1.0, others: Sequence[Path] = ()) -> Card:
    """Write ``weights/NAME`` from a run's averaged weights. Figures are added by ``evaluate --write``.

    Args:
        sharpen: factor of the logits, folded into the head. A network trained a short while doubts too much: its
            alpha is nearer to the mattes of training pictures with 1.5 to 2. What is over .5 stays the same.
        others: runs, or checkpoints' names, whose weights are averaged with this one's.
    """
    model = load_run(run, *others)
    with torch.no_grad():
        model.head.weight *= sharpen
        model.head.bias *= sharpen
    described = read_recipe(run)
    commands = {each: _command(each, name.removeprefix("portrait-")) for each in _chain(run)}
    told, log = [], []
    # Runs that went on from the checkpoint that they replace: both recipes, and both logs, are its own. Some of the runs
    # may have been exported to it before.
    if read_recipe(next(iter(commands))).get("initial") == name:
        replaced = load_card(name)
        told, log = [replaced.recipe], read_log(replaced.folder)
        known = f"; then {replaced.recipe}; then "
        commands = {each: c for each, c in commands.items() if f"; then {c}; then " not in known}
    for each in commands:
        log = _joined(log, read_log(each))
    averaged = "".join(f" --average-with {other.name}" for other in others)
    transform = TRANSFORM | {
        "area": AREAS[name], "aspect_weight": ASPECT_WEIGHTS[name], "precision": PRECISIONS[name],
    }  # fmt: skip
    card = Card(
        name=name, title=TITLES[name], task="matte", architecture="matte_unet", arguments=described["arguments"],
        labels="portrait", transform=transform, licence="CC BY-NC 4.0", data=DATA,
        recipe="; then ".join(
            (*told, *commands.values(), f"export --run {run.name} --name {name} --sharpen {sharpen}{averaged}")
        ),
        measured={}, limits=LIMITS + OWN_LIMITS.get(name, []), sha256="", bytes=0, folder=weights_folder() / name,
    )  # fmt: skip
    return write_checkpoint(card, model, log)


def _earlier(run: Path) -> Path | None:
    """The run, in a folder beside it, that this one went on from."""
    initial = read_recipe(run).get("initial", "")
    earlier = run.parent / initial
    return earlier if initial and (earlier / "recipe.json").is_file() else None


def _chain(run: Path) -> list[Path]:
    """The runs that went on from one another, up to this one."""
    earlier = _earlier(run)
    return [*(_chain(earlier) if earlier else []), run]


def _command(run: Path, step: str) -> str:
    """What was run."""
    options = options_of(read_recipe(run), reached(run), ("arguments",))
    return (
        f"python -m core.training.portrait {step} --data DATA --prepared PREPARED --run {run.name}{options}"
    )


def _joined(earlier: list[dict], later: list[dict]) -> list[dict]:
    """Rows of one log after another's; iterations are counted through."""
    first = earlier[-1]["iteration"] if earlier else 0
    return earlier + [row | {"iteration": first + row["iteration"]} for row in later]
