"""A run becomes a checkpoint: card, safetensors, log and curve."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch

from core.training.portrait.train import load_run
from core.weights import Card, load_card, save_checkpoint, weights_folder

TRANSFORM = {"multiple": 32, "mean": [127.5, 127.5, 127.5], "std": [127.5, 127.5, 127.5]}
# Pixels the network sees; portrait-fast pays for speed with resolution.
AREAS = {"portrait-fine": 320 * 256, "portrait-fast": 256 * 192}
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


def export(run: Path, name: str, sharpen: float = 1.0, others: Sequence[Path] = ()) -> Card:
    """Write ``weights/NAME`` from a run's averaged weights. Figures are added by ``evaluate --write``.

    Args:
        sharpen: factor of the logits, folded into the head. A network trained a short while doubts too much: its
            alpha is nearer to the mattes of training pictures with 1.5 to 2. What is over .5 stays the same.
        others: runs whose weights are averaged with this one's.
    """
    model = load_run(run, *others)
    with torch.no_grad():
        model.head.weight *= sharpen
        model.head.bias *= sharpen
    described = json.loads((run / "recipe.json").read_text())
    command = _command(run, name.removeprefix("portrait-"))
    # A run that went on from the checkpoint that it replaces: both recipes are its own.
    before = f"{load_card(name).recipe}; then " if described.get("initial") == name else ""
    averaged = "".join(f" --average-with {other.name}" for other in others)
    card = Card(
        name=name, title=TITLES[name], task="matte", architecture="matte_unet", arguments=described["arguments"],
        labels="portrait", transform=TRANSFORM | {"area": AREAS[name], "precision": PRECISIONS[name]}, licence="CC BY-NC 4.0", data=DATA,
        recipe=f"{before}{command}; then export --run {run.name} --name {name} --sharpen {sharpen}{averaged}",
        measured={}, limits=LIMITS, sha256="", bytes=0, folder=weights_folder() / name,
    )  # fmt: skip
    card = save_checkpoint(card, model.state_dict())
    with open(card.folder / "log.jsonl", "w", encoding="utf-8") as log:
        log.writelines(json.dumps(row) + "\n" for row in _log(run))
    draw_curve(run / "log.jsonl", card.folder / "curve.png")
    return card


def _earlier(run: Path) -> Path | None:
    """The run, in a folder beside it, that this one went on from."""
    initial = json.loads((run / "recipe.json").read_text()).get("initial", "")
    earlier = run.parent / initial
    return earlier if initial and (earlier / "recipe.json").is_file() else None


def _command(run: Path, step: str) -> str:
    """What was run, the earlier runs first."""
    recipe = json.loads((run / "recipe.json").read_text())
    del recipe["arguments"]
    options = "".join(f" --{k.replace('_', '-')} {v}" for k, v in recipe.items() if v != "")
    earlier = _earlier(run)
    before = f"{_command(earlier, step)}; then " if earlier else ""
    return f"{before}python -m core.training.portrait {step} --data DATA --prepared PREPARED --run {run.name}{options}"


def _log(run: Path) -> list[dict]:
    """The rows of the log, after those of the earlier runs; iterations are counted through."""
    earlier = _earlier(run)
    rows = _log(earlier) if earlier else []
    first = rows[-1]["iteration"] if rows else 0
    own = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    return rows + [row | {"iteration": first + row["iteration"]} for row in own]


def draw_curve(log: Path, target: Path) -> None:
    """The training loss over the iterations, as a small grey-on-white PNG."""
    rows = [json.loads(line) for line in log.read_text().splitlines()]
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
