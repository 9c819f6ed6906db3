"""``python -m tests.bench.volumes``: scans to masks, beside PyTorch eager and MONAI's sliding windows with the same weights.

All three go the same way through the volume (spacing, planes, their mean, back to the scan's grid); what differs is who
answers for the slices. Runs in the environment of the metrics' references, which has MONAI (``METRICS_PEERS``).
The head is drawn; the hippocampus' crop is cut out of it, as no real one comes with a package.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from core.medical.grid import Grid
from core.medical.networks import SliceNetwork, card_task
from core.medical.phantom import draw_head
from core.medical.slices import Predictor
from core.medical.tasks import Task, segment
from core.medical.volume import Volume
from core.weights import Card, list_cards
from tests.bench.metrics import ROOT, python_of

SEED, THREADS, ROUNDS = 3, 2, 3
# Of MONAI's windows: what fits the slices of a head at 2 mm with a few windows each.
WINDOW = (96, 96)


def head(side: int) -> Volume:
    """A T1 head of side³ voxels, 256 mm wide."""
    spacing = 256 / side
    return draw_head((side,) * 3, (spacing,) * 3, seed=SEED).volume("T1")


def crop(size: tuple[int, int, int] = (36, 50, 36)) -> Volume:
    """A crop of 1-mm voxels around the left hippocampus of the same head."""
    affine = np.eye(4)
    affine[:3, 3] = np.array((-27, -22, -14)) - (np.array(size) - 1) / 2
    drawn = draw_head(size, affine=affine, seed=SEED)
    return Volume(drawn.image("T1"), Grid(size, affine), "drawn crop")


def eager(card: Card) -> Predictor:
    """The same weights in PyTorch, float32, as it comes."""
    return SliceNetwork(card, engine="torch-cpu", threads=THREADS)


def sliding_windows(card: Card) -> Predictor:
    """The same weights through ``monai.inferers.sliding_window_inference``, float32, windows a quarter overlapping."""
    import torch
    from monai.inferers import sliding_window_inference

    from core.models import build_model
    from core.models.slice_unet import Probabilities
    from core.weights import load_state

    torch.set_num_threads(THREADS)
    model = load_state(card, build_model(card.architecture, **card.arguments))
    network = Probabilities(model).eval()

    @torch.inference_mode()
    def predict(stack: np.ndarray, _plane: str) -> np.ndarray:
        answer = sliding_window_inference(
            torch.from_numpy(stack), WINDOW, 8, lambda x: network(x)[0], overlap=0.25, mode="gaussian"
        )
        return answer.numpy()  # type: ignore[union-attr]

    return predict


def seconds(job: Callable[[], Any], rounds: int) -> float:
    """Median of ``rounds`` calls, after one to warm up."""
    job()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        job()
        times.append(time.perf_counter() - began)
    return median(times)


def rows(side: int, rounds: int) -> Iterator[dict[str, Any]]:
    """A row a task; checkpoints that are not there are named instead."""
    cards = {card.name: card for card in list_cards() if card.task == "volume"}
    wanted: list[tuple[str, str, str, Callable[[], Volume]]] = [
        ("hippocampus", "", "hippocampus crop, 36×50×36", crop),
        ("brain", "mask", f"{side}³ head to brain mask", lambda: head(side)),
        ("brain", "structures", f"{side}³ head to structures", lambda: head(side)),
    ]
    for name, part, title, make in wanted:
        if name not in cards:
            yield {"name": title, "missing": name}
            continue
        yield {"name": title} | compare_sides(cards[name], part, make(), rounds)


def compare_sides(card: Card, part: str, volume: Volume, rounds: int) -> dict[str, Any]:
    """Seconds of all three, and how far their masks agree with ours.

    Raises:
        SystemExit: PyTorch's mask is another: then one of them is wrong, and its speed is of no interest.
    """

    def task(predict: Predictor) -> Task:
        whole = card_task(card, predict)
        return whole.parts[part] if part else whole

    ours = task(SliceNetwork(card, threads=THREADS))
    row: dict[str, Any] = {"ours_s": round(seconds(lambda: segment(volume, ours), rounds), 3)}
    # Ours came first: what was ever used is ours, the scan and its drawing included.
    row["ours_peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    mask = segment(volume, ours).ids
    for name, side in (("eager", eager(card)), ("monai", sliding_windows(card))):
        other = task(side)
        row[f"{name}_s"] = round(seconds(lambda other=other: segment(volume, other), rounds), 3)
        row[f"{name}_agrees"] = round(float((segment(volume, other).ids == mask).mean()), 5)
    if row["eager_agrees"] < 0.99:
        raise SystemExit(f"{card.name} {part}: PyTorch's mask agrees to {row['eager_agrees']} only")
    return row


def figures(peers: Path | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """Names and figures, from the environment with MONAI; nothing where there is none, said loudly."""
    if peers is None or not python_of(peers).exists():
        print(f"*** VOLUMES ARE NOT MEASURED: no environment with MONAI in {peers or 'METRICS_PEERS'} ***")
        return
    command = [str(python_of(peers).absolute()), "-m", "tests.bench.volumes"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout
        for line in run.stdout:
            if line.startswith("{"):
                row = json.loads(line)
                yield row.pop("name"), row
    if run.returncode:
        raise SystemExit(f"volumes: failed with exit code {run.returncode}")


def show(name: str, row: dict[str, Any]) -> str:
    """One line."""
    if "missing" in row:
        return f"{name:48} no checkpoint {row['missing']}"
    return (
        f"{name:48} {row['ours_s']:6.2f} s  PyTorch eager {row['eager_s']:6.2f} s, MONAI sliding windows "
        f"{row['monai_s']:6.2f} s ({row['ours_peak_mb']} MB)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--side", type=int, default=256, help="voxels along each side of the head")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    for row in rows(options.side, options.rounds):
        print(json.dumps(row, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
