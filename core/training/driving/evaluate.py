"""Held-out figures of a semantic network, source by source, each in its own label set, one confusion matrix a source."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.labels import get_label_set
from core.results import ClassScores
from core.segmenter import class_scores
from core.training.driving.data import VOID, Frame, list_frames, read_image, read_labels

if TYPE_CHECKING:
    from torch import nn

# uint8 RGB (H, W, 3) → probabilities of the 19 classes
ScoreMaker = Callable[[np.ndarray], ClassScores]


def maker(model: nn.Module, area: int, threads: int = 2) -> ScoreMaker:
    """A network, asked in OpenVINO (float32) in the very way that the segmenter asks it, at ``area`` px a frame."""
    import openvino as ov
    import torch

    from core.engine.tracing import trace
    from core.models.semantic import Coarse

    network = Coarse(model.eval())
    requests: dict[tuple[int, ...], Any] = {}
    settings = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32"}

    def ask(picture: np.ndarray) -> np.ndarray:
        size = picture.shape[:2]
        if size not in requests:
            shape = (1, 3, *size)
            graph = trace(lambda: network, torch.zeros(shape), shape)
            requests[size] = ov.Core().compile_model(graph, "CPU", settings).create_infer_request()
        tensor = picture.transpose(2, 0, 1)[None].astype(np.float32)
        logits = requests[size].infer([tensor / 127.5 - 1])[0][0]
        odds = np.exp(logits - logits.max(axis=0))
        return odds / odds.sum(axis=0)

    return lambda frame: class_scores(ask, frame, get_label_set("cityscapes"), area, 32)


def confusion(truth: np.ndarray, answer: np.ndarray, classes: int) -> np.ndarray:
    """int64 (classes, classes): rows are the truth, columns the answer; void pixels (255) are left out."""
    known = truth != VOID
    pairs = truth[known].astype(np.int64) * classes + answer[known]
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


def figures(matrix: np.ndarray, names: list[str]) -> dict[str, Any]:
    """Scores of a confusion matrix.

    ``miou``: mean over classes that occur in the truth or the answer (as the official evaluation averages);
    ``miou_shown``: over classes that occur in the truth; ``accuracy``: of pixels; ``iou``: by class, of those in the truth.
    """
    both = np.diag(matrix).astype(float)
    union = matrix.sum(0) + matrix.sum(1) - both
    iou = np.divide(both, union, out=np.full(len(both), np.nan), where=union > 0)
    shown = matrix.sum(1) > 0
    return {
        "miou": float(np.nanmean(iou)),
        "miou_shown": float(iou[shown].mean()),
        "accuracy": float(both.sum() / matrix.sum()),
        "iou": {name: round(float(v), 4) for name, v, s in zip(names, iou, shown, strict=True) if s},
    }


def evaluate(make: ScoreMaker, frames: list[Frame]) -> dict[str, dict[str, Any]]:
    """``{source: {n, labels, miou, …}}`` over the held-out frames among ``frames``."""
    matrices: dict[str, np.ndarray] = {}
    number: dict[str, int] = {}
    sets: dict[str, str] = {}
    for frame in frames:
        if frame.split != "val":
            continue
        image = read_image(frame.image)
        truth = read_labels(frame, image.shape[:2])
        classes = len(get_label_set(frame.labels).evaluated)
        answer = make(image).merged(frame.labels).train_ids()
        matrices[frame.source] = matrices.get(frame.source, 0) + confusion(truth, answer, classes)
        number[frame.source] = number.get(frame.source, 0) + 1
        sets[frame.source] = frame.labels
    return {
        source: {"n": number[source], "labels": sets[source]}
        | figures(matrix, [label.name for label in get_label_set(sets[source]).evaluated])
        for source, matrix in matrices.items()
    }


def table(results: dict[str, dict[str, dict[str, Any]]]) -> str:
    """A Markdown table: a row a source, a column a network, mIoU and pixel accuracy in per cent."""
    names = list(results)
    lines = ["| source | " + " | ".join(names) + " |", "| --- |" + " --- |" * len(names)]
    for source, first in next(iter(results.values())).items():
        cells = [
            f"{100 * results[n][source]['miou']:.1f} / {100 * results[n][source]['accuracy']:.1f}"
            for n in names
        ]
        classes = len(get_label_set(first["labels"]).evaluated)
        lines.append(f"| {source} ({first['n']}, {classes} classes) | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def report(
    runs: list[Path], names: list[str], data: Path, write: bool
) -> dict[str, dict[str, dict[str, Any]]]:
    """Print the table of runs' folders and of checkpoints' names; ``write`` keeps the figures in the cards."""
    from core.models import build_model
    from core.training.driving.train import AREAS, load_run
    from core.training.loop import read_recipe
    from core.weights import load_card, load_state

    frames = list_frames(data)
    results = {}
    for run in runs:
        results[run.name] = evaluate(maker(load_run(run), AREAS[read_recipe(run)["model"]]), frames)
    for name in names:
        card = load_card(name)
        model = load_state(card, build_model(card.architecture, **card.arguments))
        results[name] = evaluate(maker(model, card.transform["area"]), frames)
        if write:
            write_figures(name, names, results[name])
    print(table(results))
    for name, result in results.items():
        for source, row in result.items():
            print(f"{name} {source}: " + ", ".join(f"{k} {100 * v:.1f}" for k, v in row["iou"].items()))
    return results


def write_figures(name: str, names: list[str], result: dict[str, dict[str, Any]]) -> None:
    """Put a checkpoint's figures into its card."""
    write_measured(name, {
        "command": f"python -m core.training.driving evaluate --name {','.join(names)} --data DATA --write",
        "split": "by street, see core/training/driving/data.py; Cityscapes' streets were the teacher's training streets",
        "results": result,
    })  # fmt: skip


def write_measured(name: str, figures: dict[str, Any]) -> None:
    """Put figures (``command``, ``split``, ``results``) into the card called ``name``; others stay."""
    import platform
    from dataclasses import replace

    from core.weights import load_card, write_card

    card = load_card(name)
    measured = card.measured | {"machine": f"{platform.machine()}, 2 cores"} | figures
    write_card(replace(card, measured=measured))
