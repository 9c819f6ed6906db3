"""Held-out figures of any matte maker, source by source; both MediaPipe models beside ours in the same run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from core.metrics import score_matte
from core.training.portrait.data import half_body_box, list_items, read_item

MatteMaker = Callable[[np.ndarray], np.ndarray]  # uint8 RGB (H, W, 3) → float32 (H, W)
EMPTY_PICTURES = 30


def score(alpha: np.ndarray, mask: np.ndarray) -> tuple[float, float, float]:
    """(IoU at .5, boundary IoU at 2 % of the diagonal, mean absolute error) of one picture.

    Args:
        alpha: float32 (H, W) in 0 … 1.
        mask: uint8 (H, W): 255 person, 0 not, 128 left out.
    """
    figures = score_matte(alpha, mask > 127, np.abs(mask.astype(np.int16) - 128) > 8)
    return figures.iou, figures.boundary_iou, figures.mae


def held_out(data: Path) -> dict[str, list[tuple[np.ndarray, np.ndarray]]]:
    """Held-out pictures and masks by source; COCO's and VOC's only where a person fills over 1 % of it."""
    pictures: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
    for item in list_items(data):
        if not item.held_out:
            continue
        image, mask = read_item(item)
        name = item.source
        if name == "ccp":
            name = "ccp half-bodies"
            x0, y0, x1, y1 = half_body_box(mask)
            image, mask = np.ascontiguousarray(image[y0:y1, x0:x1]), mask[y0:y1, x0:x1]
        elif item.source != "eg1800" and (mask == 255).mean() < 0.01:
            if mask.any():
                continue  # tiny people: neither a portrait nor an empty room
            name = "empty"
        pictures.setdefault(name, []).append((image, mask))
    rooms = pictures.pop("empty", [])
    pictures["empty"] = rooms[-EMPTY_PICTURES:]
    return pictures


def evaluate(makers: dict[str, MatteMaker], data: Path) -> dict[str, dict[str, dict[str, float]]]:
    """``{maker: {source: {n, iou, boundary_iou, mae}}}``; source "empty": share of pixels over .5, worst and mean."""
    results: dict[str, dict[str, dict[str, float]]] = {name: {} for name in makers}
    for source, pictures in held_out(data).items():
        for name, make in makers.items():
            if source == "empty":
                shares = [float((make(image) > 0.5).mean()) for image, _ in pictures]
                results[name][source] = {
                    "n": len(shares),
                    "mean": float(np.mean(shares)),
                    "worst": max(shares),
                }
                continue
            rows = np.array([score(make(image), mask) for image, mask in pictures])
            means = rows.mean(axis=0)
            results[name][source] = {
                "n": len(rows), "iou": means[0], "boundary_iou": means[1], "mae": means[2],
            }  # fmt: skip
            results[name][source] = {k: float(v) for k, v in results[name][source].items()}
    return results


def table(results: dict[str, dict[str, dict[str, float]]]) -> str:
    """A Markdown table: a row a source, a column a maker, ``IoU / boundary IoU / MAE``."""
    names = list(results)
    lines = ["| source | " + " | ".join(names) + " |", "| --- |" + " --- |" * len(names)]
    for source in next(iter(results.values())):
        cells = []
        for name in names:
            r = results[name][source]
            if source == "empty":
                cells.append(f"mean {100 * r['mean']:.2f} %, worst {100 * r['worst']:.2f} %")
            else:
                cells.append(f"{r['iou']:.4f} / {r['boundary_iou']:.4f} / {r['mae']:.4f}")
        n = int(next(iter(results.values()))[source]["n"])
        lines.append(f"| {source} ({n}) | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def mediapipe(path: Path, threads: int = 2) -> MatteMaker:
    """A MediaPipe selfie segmentation ``.tflite`` as a matte maker (LiteRT, XNNPACK)."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(path), num_threads=threads)
    interpreter.allocate_tensors()
    source, target = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    _, height, width, _ = source["shape"]

    def make(image: np.ndarray) -> np.ndarray:
        # Averaged, so that nothing aliases. tests/bench, which times it, resizes linearly: averaging by a fraction is slow.
        small = cv2.resize(image, (int(width), int(height)), interpolation=cv2.INTER_AREA)
        interpreter.set_tensor(source["index"], small[None].astype(np.float32) / 255)
        interpreter.invoke()
        alpha = interpreter.get_tensor(target["index"])[0, ..., 0]
        return cv2.resize(alpha, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR)

    return make


def peers(folder: Path) -> dict[str, MatteMaker]:
    """Both MediaPipe models of a peers' folder, by name."""
    names = {
        "MediaPipe general": "selfie_segmentation_8b57bf879.tflite",
        "MediaPipe landscape": "selfie_segmentation_landscape_8b57bf879.tflite",
    }
    return {name: mediapipe(folder / "mediapipe" / file) for name, file in names.items()}


def report(names: list[str], data: Path, peers_folder: Path | None, write: bool) -> None:
    """Print the table of the named checkpoints and the peers; ``write`` keeps each card's own figures in it."""
    import platform
    from dataclasses import replace

    from core.segmenter import load_segmenter
    from core.weights import load_card, write_card

    makers: dict[str, MatteMaker] = {name: load_segmenter(name).matte for name in names}
    if peers_folder:
        makers |= peers(peers_folder)
    results = evaluate(makers, data)
    print(table(results))
    if not write:
        return
    for name in names:
        card = load_card(name)
        measured = {
            "command": f"python -m core.training.portrait evaluate --name {','.join(names)} --data DATA --peers PEERS",
            "machine": f"{platform.machine()}, 2 cores",
            # Both networks began before twins were left out.
            "split": "15 % of every source, by a hash of the file's name, never trained on, but for the twins of two EG1800 portraits",
            "results": {k: v for k, v in results.items() if k == name or k not in names},
        }
        write_card(replace(card, measured=measured))
