"""``python -m tests.bench.volumes``: scans to masks, beside PyTorch eager and MONAI's sliding windows with the same weights.

All go the same way through the volume (spacing, planes, their mean, back to the scan's grid); what differs is who
answers for the slices. Runs in the environment of the metrics' references, which has MONAI (``METRICS_PEERS``).
The head is drawn; the hippocampus' crop is cut out of it, as no real one comes with a package.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from core.medical.grid import Grid
from core.medical.networks import SliceNetwork, card_task
from core.medical.phantom import draw_head
from core.medical.slices import Predictor
from core.medical.tasks import Task, segment
from core.medical.volume import Volume
from core.weights import Card, list_cards
from tests.bench.harness import medians
from tests.bench.metrics import ROOT, python_of

SEED, THREADS, ROUNDS = 3, 2, 3
# Largest side of MONAI's windows: what fits the slices of a head at 2 mm with a few windows each.
WINDOW = 96


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


def window(slices: tuple[int, ...]) -> tuple[int, ...]:
    """MONAI's windows on slices (H, W): smaller slices would be padded to a larger window."""
    return tuple(min(WINDOW, side) for side in slices)


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
            torch.from_numpy(stack),
            window(stack.shape[2:]),
            8,
            lambda x: network(x)[0],
            overlap=0.25,
            mode="gaussian",
        )
        return answer.numpy()  # type: ignore[union-attr]

    return predict


def precision_here(card: Card) -> str:
    """What ours computes in on this machine: ``bfloat16`` or ``float32``."""
    import openvino as ov

    able = "BF16" in ov.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return card.transform["precision"] if able else "float32"


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
    """Seconds of all sides, in turns, and how far the others' masks agree with ours.

    Ours computes as users have it, in bfloat16 where the checkpoint allows it and the CPU has it, and once more in
    float32, in which the others compute.

    Raises:
        SystemExit: PyTorch's mask is another: then one of them is wrong, and its speed is of no interest.
    """

    def task(predict: Predictor) -> Task:
        whole = card_task(card, predict)
        return whole.parts[part] if part else whole

    ours = task(SliceNetwork(card, threads=THREADS))
    mask = segment(volume, ours).ids
    # Ours came first: what was ever used is ours, the scan and its drawing included.
    row: dict[str, Any] = {
        "ours_precision": precision_here(card),
        "ours_peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    exact = replace(card, transform=card.transform | {"precision": "float32"})
    others = {
        "float32": task(SliceNetwork(exact, threads=THREADS)),
        "eager": task(eager(card)),
        "monai": task(sliding_windows(card)),
    }
    for name, other in others.items():
        row[f"{name}_agrees"] = round(float((segment(volume, other).ids == mask).mean()), 5)
    jobs = [lambda side=side: segment(volume, side) for side in (ours, *others.values())]
    times = medians(jobs, rounds, each=1, warm_up=0)  # all have answered once
    row |= {f"{name}_s": round(s, 3) for name, s in zip(("ours", *others), times, strict=True)}
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
        f"{name:48} {row['ours_s']:6.2f} s in {row['ours_precision']}, {row['float32_s']:6.2f} s in float32; in float32 "
        f"PyTorch eager {row['eager_s']:6.2f} s, MONAI sliding windows {row['monai_s']:6.2f} s ({row['ours_peak_mb']} MB)"
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
