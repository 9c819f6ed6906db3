"""The hippocampus' anterior and posterior part, from MRI crops of the Medical Segmentation Decathlon (task 4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import InputError
from core.medical.intensity import Intensity
from core.medical.slices import AXES
from core.medical.volume import read_volume
from core.training.medical.job import Case, Job, Recipe, Sample, held_out, paired, stored_files
from core.training.medical.scanner import Scanner, disturb
from core.training.medical.scores import score_cases
from core.training.medical.views import Bend, beyond, look, look_up, view
from core.weights import load_card

NAME = "hippocampus"
PLAN: dict[str, Any] = {
    "ids": [0, 1, 2],
    "working": [1.0, 1.0, 1.0],
    "tolerance": 1.1,
    # The brightest voxels are vessels: an image that tops out at 3000 has its 99th percentile at 900.
    "intensity": {"kind": "percentile", "low": 0.5, "high": 99.5},
    "planes": ["axial", "coronal", "sagittal"],
    "context": 2,
    "batch": 32,
    "multiple": 8,
    "mirror": [0, 1, 2],
    "one_piece": [1, 2],
    "rest": 0,
    "air": None,
    "together": True,
    "anchors": None,
    "trained": [1.0, 1.0],
    "precision": "bfloat16",
}
BEND = Bend(turn=10, tilt=8, scale=0.1, stretch=0.06, elastic=2.0, shift=8, mirror=0.5)
SCANNER = Scanner(noise=0.05, blur=0.8, coarse=1.7)


# A folder of its own: one prepared by names holds cases that are held out by heads.
PREPARED = "hippocampus-by-head"
# Cards keep these texts, and are measured by them: they stay as they are.
SPLIT = "42 of the 208 cases by a hash of their heads' numbers (31 of 155 heads, both sides of each), never trained on"
SPLIT_BY_NAME = (
    "42 of the 208 cases by a hash of their names, never trained on; of 17, the same head's other side was"
)


def head_of(name: str) -> int:
    """The head that a case was cut out of: cases 2k − 1 and 2k are its two hippocampi.

    No table says so, but the images do: the step between an image's values is a scan's own, and of neighbouring cases
    whose step can be told all 44 of such pairs share it and none of the 37 others.

    >>> head_of("hippocampus_007"), head_of("hippocampus_008"), head_of("hippocampus_009")
    (4, 4, 5)

    Raises:
        InputError: the name does not end in a number.
    """
    number = re.search(r"\d+$", name)
    if number is None:
        raise InputError(
            f"{name} has no number", "names such as hippocampus_001", "keep the files' own names"
        )
    return (int(number[0]) + 1) // 2


def cases(data: Path) -> list[Case]:
    """Held out by heads."""
    return _cases(data, lambda name: f"head {head_of(name)}")


def cases_by_name(data: Path) -> list[Case]:
    """Held out by the names of cases, as they were for the first checkpoint: one side of a head may be held out, and the other not."""
    return _cases(data, str)


def _cases(data: Path, key: Callable[[str], str]) -> list[Case]:
    found = list(paired(data / NAME / "images", data / NAME / "labels"))
    kept = held_out({key(name) for name, _, _ in found})
    return [Case(name, image, labels, key(name) in kept) for name, image, labels in found]


def prepare(data: Path, prepared: Path) -> dict[str, int]:
    """``NAME.npz`` of every training case: float32 ``image`` in 0 … 1 and uint8 ``ids``, RAS."""
    folder = prepared / PREPARED
    folder.mkdir(parents=True, exist_ok=True)
    intensity = Intensity(**PLAN["intensity"])
    counts = {"train": 0, "held out": 0}
    for case in cases(data):
        counts["held out" if case.held_out else "train"] += 1
        if not case.held_out:
            image, ids = read_volume(case.image), read_volume(case.labels)
            np.savez(folder / f"{case.name}.npz", image=intensity(image.data), ids=ids.data.astype(np.uint8))
    return counts


def sampler(prepared: Path, recipe: Recipe) -> Callable[[np.random.Generator], Sample]:
    """Slices of all planes; two of three near the hippocampus."""
    volumes = []
    for path in stored_files(prepared / PREPARED):
        with np.load(path) as stored:
            volumes.append((np.ascontiguousarray(stored["image"]), np.ascontiguousarray(stored["ids"])))
    bend, scanner = BEND.times(recipe.strength), SCANNER.times(recipe.strength)
    known = np.ones(len(PLAN["ids"]), np.bool_)

    def make(rng: np.random.Generator) -> Sample:
        image, ids = volumes[rng.integers(len(volumes))]
        plane = PLAN["planes"][rng.integers(3)]
        axis = AXES[plane]
        index = int(rng.integers(ids.shape[axis]))
        if rng.random() < 2 / 3:
            others = tuple(a for a in range(3) if a != axis)
            index = int(rng.choice(np.flatnonzero(ids.any(axis=others))))
        points, _ = view(rng, ids.shape, plane, index, (recipe.size, recipe.size), PLAN["context"], bend)
        stack = disturb(rng, look(image, points, 0), scanner)
        stack[beyond(points, ids.shape)] = 0  # as slices are padded
        return stack, look_up(ids, points[:, PLAN["context"]]), known

    return make


def score(card: str, data: Path, chosen: Sequence[Case] | None = None) -> dict[str, Any]:
    """Of a card's held-out cases, by the split of its own; by names, also of those whose other side was not trained on."""
    if chosen is not None:
        return score_cases(card, chosen)
    listed = JOB.listed(data, load_card(card).measured.get("split"))
    held = [case for case in listed if case.held_out]
    trained = {head_of(case.name) for case in listed if not case.held_out}
    unseen = [case for case in held if head_of(case.name) not in trained]
    results = score_cases(card, held)
    if 0 < len(unseen) < len(held):
        results["other_side_not_trained_on"] = score_cases(card, unseen)
    return results


JOB = Job(
    name=NAME,
    title="Hippocampus, anterior and posterior (MRI crops)",
    labels="hippocampus",
    plan=PLAN,
    arguments={"widths": [24, 48, 96, 192]},
    weights=(1.0, 1.0, 1.0),
    recipe=Recipe(iterations=5000, batch=24, size=64),
    cases=cases,
    prepare=prepare,
    sampler=sampler,
    score=score,
    data=[{"name": "Medical Segmentation Decathlon, task 4 (hippocampus)", "terms": "CC BY-SA 4.0"}],
    licence="CC BY-SA 4.0",
    limits=[
        "Wants a crop around one hippocampus at about 1 mm, T1-weighted; a whole head is not cropped for it.",
        "Trained on adults of one study, healthy and with psychosis: atrophy, tumours and children were not seen.",
    ],
    split=SPLIT,
    earlier_splits={SPLIT_BY_NAME: cases_by_name},
)
