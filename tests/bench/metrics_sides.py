"""Both sides of ``tests.bench.metrics``; runs in the references' environment and prints a JSON line a row."""

from __future__ import annotations

import contextlib
import ctypes
import io
import json
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from core.labels import get_label_set
from core.metrics import (
    ConfusionMatrix,
    InstanceIoU,
    PanopticQuality,
    VolumeScore,
    evaluate_panoptic_files,
    score_volume,
)
from core.results import PanopticMap, Segment
from core.results.maps import save_panoptic_json
from tests.bench.harness import Job, compare

FRAMES, HEIGHT, WIDTH = 20, 1024, 2048
LABELS = get_label_set("cityscapes")
ROUNDS = 3


def scene(rng: np.random.Generator) -> np.ndarray:
    """Regions of any shape, a few hundred in a frame: the 19 evaluated ids, uint8 (H, W)."""
    best = np.full((HEIGHT, WIDTH), -np.inf, np.float32)
    ids = np.zeros((HEIGHT, WIDTH), np.uint8)
    for label in LABELS.evaluated:
        field = rng.normal(size=(10, 20)).astype(np.float32)
        field = cv2.resize(field, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
        ids[field > best] = label.id
        np.maximum(best, field, out=best)
    ids[-80:] = 1  # the car itself: ignored
    return ids


def guess(rng: np.random.Generator, ids: np.ndarray) -> np.ndarray:
    """Shifted outlines, wrong patches, a little noise."""
    found = np.roll(ids, rng.integers(-4, 5, 2), (0, 1))
    for _ in range(20):
        y, x = rng.integers(0, HEIGHT - 100), rng.integers(0, WIDTH - 200)
        found[y : y + 100, x : x + 200] = rng.choice([e.id for e in LABELS.evaluated])
    wrong = rng.random(ids.shape) < 0.001
    found[wrong] = rng.choice([e.id for e in LABELS.evaluated], int(wrong.sum()))
    return found


def numbered(ids: np.ndarray) -> np.ndarray:
    """Instance ids: connected parts of things, int32 (H, W)."""
    numbers = ids.astype(np.int32)
    for label in LABELS.evaluated:
        if label.isthing:
            _, parts = cv2.connectedComponents((ids == label.id).astype(np.uint8))
            numbers = np.where(parts > 0, label.id * 1000 + np.minimum(parts, 999), numbers)
    return numbers


def peak_mb(job: Job) -> float | None:
    """What a call adds to the process's memory at its highest; None where Linux does not tell."""

    def told(key: str) -> float:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(key)) / 1024

    try:
        ctypes.CDLL(None).malloc_trim(0)  # what earlier calls freed would hide what this one takes
        Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
        before = told("VmRSS")
        job()
        return told("VmHWM") - before
    except (OSError, AttributeError):
        return None


def row(name: str, ours: Job, peer: str, theirs: Job) -> None:
    memory = peak_mb(ours), peak_mb(theirs)
    timed = compare(name, ours, peer, theirs, rounds=ROUNDS, each=1)
    body = vars(timed) | {"ratio": timed.ratio, "ours_mb": memory[0], "peer_mb": memory[1]}
    print(json.dumps(body), flush=True)


def check(name: str, ours: float, theirs: float) -> None:
    if not abs(ours - theirs) < 1e-9:
        raise SystemExit(f"{name}: ours is {ours}, the reference's {theirs}")


def semantic(frames: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> None:
    import cityscapesscripts.evaluation.evalPixelLevelSemanticLabeling as official

    pictures = {
        f"{n}_{kind}": Image.fromarray(array)
        for n, frame in enumerate(frames)
        for kind, array in zip(("pred", "labelIds", "instanceIds"), frame, strict=True)
    }

    class Pictures:
        open = staticmethod(pictures.__getitem__)

    official.Image, official.args.quiet = Pictures, True  # decoded already: what is timed is the counting

    def theirs(instances: bool) -> tuple[float, float]:
        official.args.evalInstLevelScore = instances
        matrix = official.generateMatrix(official.args)
        stats: dict[str, Any] = official.generateInstanceStats(official.args) if instances else {}
        for n in range(len(frames)):
            official.evaluatePair(f"{n}_pred", f"{n}_labelIds", matrix, stats, {}, official.args)
        kept = [e.id for e in LABELS.evaluated]
        ious = {
            official.id2label[i].name: official.getIouScoreForLabel(i, matrix, official.args) for i in kept
        }
        weighted = [official.getInstanceIouScoreForLabel(i, matrix, stats, official.args) for i in kept] if instances else []  # fmt: skip
        mean = official.getScoreAverage(ious, official.args)
        return mean, float(np.nanmean(weighted)) if instances else 0.0

    def ours(instances: bool) -> tuple[float, float]:
        matrix, weighted = ConfusionMatrix(LABELS), InstanceIoU()
        for prediction, truth, numbers in frames:
            matrix.add(prediction, truth)
            if instances:
                weighted.add(prediction, numbers)
        return matrix.score().miou, weighted.score(matrix).miou if instances else 0.0

    peer = f"cityscapesscripts ({'Cython' if official.CSUPPORT else 'numpy'})"
    for instances, name in ((False, "class IoU"), (True, "class IoU and iIoU")):
        for a, b in zip(ours(instances), theirs(instances), strict=True):
            check(name, a, b)
        row(f"{len(frames)} frames {WIDTH}×{HEIGHT}, {name}", lambda i=instances: ours(i), peer, lambda i=instances: theirs(i))  # fmt: skip


def panoptic(frames: list[tuple[np.ndarray, np.ndarray, np.ndarray]], folder: Path) -> None:
    import panopticapi.evaluation as official

    labels = [e for e in LABELS.labels if e.id > 0]
    categories = {e.id: {"id": e.id, "name": e.name, "isthing": int(e.isthing)} for e in labels}
    maps = [[PanopticMap(ids, segments_of(ids), LABELS) for ids in (numbered(p), n)] for p, _, n in frames]
    entries: dict[str, list[dict]] = {"ours": [], "truth": []}
    for n, pair in enumerate(maps):
        for side, one in zip(entries, pair, strict=True):
            entries[side].append(one.save(folder / side / f"{n}.png", n))
    for side, saved in entries.items():
        save_panoptic_json(folder / f"{side}.json", saved, LABELS)
    opened = Image.open
    decoded = {str(p): opened(p).copy() for side in entries for p in sorted((folder / side).glob("*.png"))}

    def theirs(read: Callable[[str], Image.Image]) -> float:
        class Pictures:
            open = staticmethod(read)

        official.Image = Pictures
        pairs = [(t, {**o, "segments_info": [dict(s) for s in o["segments_info"]]})
                 for t, o in zip(entries["truth"], entries["ours"], strict=True)]  # fmt: skip
        with contextlib.redirect_stdout(io.StringIO()):
            stat = official.pq_compute_single_core(0, pairs, str(folder / "truth"), str(folder / "ours"), categories)  # fmt: skip
        return stat.pq_average(categories, None)[0]["pq"]

    def ours() -> float:
        quality = PanopticQuality(labels)
        for prediction, truth in maps:
            quality.add(prediction.ids, prediction.segments, truth.ids, truth.segments)
        return quality.score().all.pq

    def ours_files() -> float:
        return evaluate_panoptic_files(folder / "ours.json", folder / "truth.json").score().all.pq

    check("PQ", ours(), theirs(decoded.__getitem__))
    row(
        f"{len(frames)} frames {WIDTH}×{HEIGHT}, PQ", ours, "panopticapi", lambda: theirs(decoded.__getitem__)
    )
    check("PQ of files", ours_files(), theirs(opened))
    row(f"{len(frames)} frames {WIDTH}×{HEIGHT}, PQ of PNG files", ours_files, "panopticapi", lambda: theirs(opened))  # fmt: skip


def segments_of(ids: np.ndarray) -> tuple[Segment, ...]:
    return tuple(Segment(int(i), int(i) // 1000 if i >= 1000 else int(i)) for i in np.unique(ids) if i)


def blob(rng: np.random.Generator, radius: float, size: int = 256) -> np.ndarray:
    """A ball with bumps, bool (size, size, size)."""
    axes = np.meshgrid(*[np.arange(size, dtype=np.float32) - size / 2] * 3, indexing="ij", sparse=True)
    far = np.sqrt(sum(a * a for a in axes))
    bumps = rng.normal(size=(16, 16, 16)).astype(np.float32)
    for axis in range(3):
        table = np.moveaxis(bumps, axis, 0)
        table = cv2.resize(table.reshape(len(table), -1), (int(table.size / len(table)), size)).reshape(size, *table.shape[1:])  # fmt: skip
        bumps = np.moveaxis(table, 0, axis)
    return far + 4 * bumps < radius


def volume(radius: float, spacing: tuple[float, float, float]) -> None:
    import monai.metrics as monai
    import surface_distance as official
    import torch

    torch.set_num_threads(2)
    rng = np.random.default_rng(0)
    truth = blob(rng, radius)
    prediction = np.roll(truth ^ (blob(rng, radius) ^ truth) & (blob(rng, radius / 2)), (1, 0, 1), (0, 1, 2))

    def ours() -> VolumeScore:
        return score_volume(prediction, truth, spacing)

    def theirs() -> tuple[float, ...]:
        both = official.compute_surface_distances(truth, prediction, spacing)
        official.compute_average_surface_distance(both)
        return (
            official.compute_robust_hausdorff(both, 100),
            official.compute_robust_hausdorff(both, 95),
            official.compute_surface_dice_at_tolerance(both, 1.0),
            official.compute_dice_coefficient(truth, prediction),
        )

    def monais() -> tuple[Any, ...]:
        masks = [torch.from_numpy(np.stack([~m, m])[None].astype(np.float32)) for m in (prediction, truth)]
        options = {"include_background": False, "spacing": spacing}
        return (
            monai.compute_hausdorff_distance(*masks, **options),
            monai.compute_hausdorff_distance(*masks, percentile=95, **options),
            monai.compute_average_surface_distance(*masks, symmetric=True, **options),
            monai.compute_surface_dice(*masks, [1.0], **options),
            monai.compute_dice(*masks, include_background=False),
        )

    score = ours()
    found = score.hausdorff_mm, score.hausdorff95_mm, score.surface_dice, score.dice
    for a, b in zip(found, theirs(), strict=True):
        check("volume", a, b)
    name = f"256³ pair, radius {radius:g}, {' × '.join(f'{s:g}' for s in spacing)} mm"
    row(name, ours, "surface-distance", theirs)
    row(f"{name} (MONAI)", ours, "MONAI (Dice, HD, HD95, ASSD, surface Dice)", monais)


def main() -> None:
    warnings.simplefilter("ignore")
    cv2.setNumThreads(2)
    rng = np.random.default_rng(0)
    print(f"making {FRAMES} frames …", file=sys.stderr, flush=True)
    frames = []
    for _ in range(FRAMES):
        truth = scene(rng)
        frames.append((guess(rng, truth), truth, numbered(truth)))
    semantic(frames)
    with tempfile.TemporaryDirectory() as folder:
        panoptic(frames, Path(folder))
    for radius, spacing in ((60.0, (1.0, 1.0, 1.0)), (60.0, (0.8, 0.8, 2.5)), (60.0, (0.7, 0.9, 2.5))):
        volume(radius, spacing)


if __name__ == "__main__":
    main()
