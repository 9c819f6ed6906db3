"""The brain on whole-head MRI: mask, tissues and structures from one network, for contrasts that it was not shown.

Learnt from 32 T1 images with regions made by DLMUSE, from the same heads in greys by chance, from whole-head label maps and,
a little, from drawn heads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.labels import get_label_set
from core.medical.intensity import Intensity
from core.medical.slices import AXES
from core.medical.tasks import segment
from core.metrics.volume import score_volume
from core.training.medical.brain_classes import CLASSES, MIRROR, NUMBER, SIDED, muse_table
from core.training.medical.brain_contrast import class_greys, other_contrast, paint, part_greys
from core.training.medical.brain_heads import Head, drawn_volume, prepare_heads, read_head
from core.training.medical.job import Case, Job, Recipe, Sample, held_out, paired, stored_files
from core.training.medical.scanner import Scanner, disturb
from core.training.medical.scores import score_task, task_of
from core.training.medical.views import Bend, beyond, look, look_up, view

NAME = "brain"
FOLDER = "brain_t1_ixi"


def _ids(labels: str, of: Callable[[str], str]) -> list[int]:
    """For every class, the id of the label that it belongs to."""
    table = get_label_set(labels)
    return [0, *(table.by_name(of(name)).id for name in CLASSES[1:])]


def _tissue(name: str) -> str:
    if name in SIDED or name == "cerebellar grey matter":
        return "grey matter"
    return {"cerebellar white matter": "white matter", "ventricles": "ventricular CSF"}.get(name, name)


def _structure(name: str) -> str:
    if name.startswith("cerebellar"):
        return "cerebellum"
    return name if name in SIDED or name == "brain stem" else "rest of the brain"


_STRUCTURES = get_label_set("brain-structures")
_REST = _STRUCTURES.by_name("rest of the brain").id
PLAN: dict[str, Any] = {
    "parts": {
        "structures": {
            "labels": "brain-structures",
            "ids": _ids("brain-structures", _structure),
            "one_piece": [n for n in range(1, _REST)],
            "rest": _REST,
        },
        "tissues": {
            "labels": "brain-tissues", "ids": _ids("brain-tissues", _tissue), "one_piece": [], "rest": 0,
        },
        "mask": {"labels": "brain", "ids": _ids("brain", lambda _: "brain"), "one_piece": [], "rest": 0},
    },
    "working": [2.0, 2.0, 2.0],
    "tolerance": 1.1,
    "intensity": {"kind": "percentile", "low": 1.0, "high": 99.5},
    "planes": ["axial", "coronal", "sagittal"],
    "context": 1,
    "batch": 8,
    "multiple": 16,
    "mirror": None,
    "together": True,
    "anchors": None,
    "air": 0.08,
    "trained": [0.7, 3.0],
    "precision": "bfloat16",
}  # fmt: skip
BEND = Bend(turn=12, tilt=10, scale=0.1, stretch=0.06, elastic=2.0, field=24, shift=14, mirror=0.5)
SCANNER = Scanner(gamma=0.25, gain=0.1, offset=0.03, bias=0.2, noise=0.06, blur=0.8, coarse=2.5)
# How often heads are drawn from; of real heads a share is shown in greys by chance, and another in another contrast.
SHARES = {"real": 0.72, "map": 0.22, "drawn": 0.06}
BY_CHANCE, OTHER = 0.25, 0.2
# Of the slices; the others are anywhere.
THROUGH_NUCLEI, THROUGH_BRAIN = 0.45, 0.4
FIRST_NUCLEUS = NUMBER[SIDED[0]]  # the nuclei have the last numbers
TOLERANCE_MM = 1.0
# Drawn heads to be measured on; training saw others.
MEASURED_SEEDS = (1000, 1001)


def cases(data: Path) -> list[Case]:
    found = list(
        paired(
            data / FOLDER / "t1", data / FOLDER / "dlmuse_seg", lambda name: name.replace("_T1", "_T1_DLMUSE")
        )
    )
    kept = held_out(name for name, _, _ in found)
    return [Case(name, image, labels, name in kept) for name, image, labels in found]


def prepare(data: Path, prepared: Path) -> dict[str, int]:
    return prepare_heads(data, cases(data), Intensity(**PLAN["intensity"]), prepared / NAME)


def sampler(prepared: Path, recipe: Recipe) -> Callable[[np.random.Generator], Sample]:
    """Slices of all planes, most of them through the brain, many through its nuclei: these are in few slices of a head."""
    heads: dict[str, list[Head]] = {}
    for path in stored_files(prepared / NAME):
        head = read_head(path)
        heads.setdefault(head.kind, []).append(head)
    kinds = [kind for kind in SHARES if kind in heads]
    chances = np.array([SHARES[kind] for kind in kinds])
    chances /= chances.sum()
    known = np.ones(len(CLASSES), np.bool_)
    context, size = PLAN["context"], (recipe.size, recipe.size)
    bend, scanner = BEND.times(recipe.strength), SCANNER.times(recipe.strength)

    def make(rng: np.random.Generator) -> Sample:
        kind = kinds[rng.choice(len(kinds), p=chances)]
        head = heads[kind][rng.integers(len(heads[kind]))]
        plane = PLAN["planes"][rng.integers(3)]
        axis = AXES[plane]
        index = int(rng.integers(head.classes.shape[axis]))
        chance = rng.random()
        if chance < THROUGH_BRAIN + THROUGH_NUCLEI:
            through = head.slices_through(axis, FIRST_NUCLEUS if chance < THROUGH_NUCLEI else 1)
            # A label map need not name nuclei.
            index = int(rng.choice(through if len(through) else head.slices_through(axis, 1)))
        points, mirrored = view(rng, head.classes.shape, plane, index, size, context, bend)
        classes = look_up(head.classes, points[:, context])
        stack = shown(rng, head, points)
        outside = beyond(points, head.classes.shape)
        if mirrored:
            classes = _MIRROR[classes]
        stack = disturb(rng, stack, scanner)
        stack[outside] = 0
        return stack, classes, known

    return make


_MIRROR = np.arange(256, dtype=np.uint8)
_MIRROR[: len(MIRROR)] = MIRROR


def shown(rng: np.random.Generator, head: Head, points: np.ndarray) -> np.ndarray:
    """float32 (C, H, W): a view of a head, as it was scanned or in another contrast."""
    chance = rng.random()
    if head.image is None:
        parts = look_up(head.parts, points)
        return paint(rng, parts, part_greys(rng, head.of_part))
    image = look(head.image, points, 0)
    if chance < OTHER:
        return other_contrast(rng, image)
    if chance < OTHER + BY_CHANCE:
        # The brain in greys by chance; around it, the scan in another contrast.
        parts = look_up(head.parts, points)
        painted = paint(rng, parts, class_greys(rng))
        return np.where(parts > 0, painted, other_contrast(rng, image))
    return image


def score(card: str, data: Path, chosen: Sequence[Case] | None = None) -> dict[str, Any]:
    """All three parts on the held-out subjects, against their MUSE regions; the mask also on drawn heads."""
    table = muse_table(data / FOLDER / "list_MUSE_mapping_derived.csv")
    held = [case for case in cases(data) if case.held_out] if chosen is None else chosen
    task = task_of(card)
    results: dict[str, Any] = {"cases": len(held), "seconds": 0.0, "labels": {}}
    for part, own in task.parts.items():
        ids = np.asarray(PLAN["parts"][part]["ids"], np.uint8)

        def pick(
            _case: Case, truth: np.ndarray, found: np.ndarray, ids: np.ndarray = ids, part: str = part
        ) -> dict[str, tuple[np.ndarray, np.ndarray]]:
            wanted = ids[table[truth.astype(np.uint8)]]
            labels = task.parts[part].labels.labels[1:]
            return {f"{part}: {e.name}": (found == e.id, wanted == e.id) for e in labels}

        figures = score_task(own, held, pick, TOLERANCE_MM)
        results["labels"] |= figures["labels"]
        results["seconds"] = max(results["seconds"], figures["seconds"] or 0.0)
    if chosen is None:
        results["drawn_heads_mask_dice"] = drawn_scores(card)
    return results


def drawn_scores(card: str) -> dict[str, float]:
    """Dice of the brain mask on drawn heads by contrast; their mask ends at the cortex, MUSE's a little outside."""
    task = task_of(card).parts["mask"]
    dice: dict[str, float] = {}
    for contrast in ("T1", "T2"):
        rows = []
        for seed in MEASURED_SEEDS:
            volume, mask = drawn_volume(seed, contrast)
            found = segment(volume, task).ids > 0
            rows.append(score_volume(found, mask, volume.spacing).dice)
        dice[contrast] = round(float(np.mean(rows)), 4)
    return dice


_SMALLEST = ("amygdala", "pallidum")


def _weights() -> tuple[float, ...]:
    """Cross-entropy's: large classes 1, small ones more."""
    small = {NUMBER[name]: 6.0 if name.endswith(_SMALLEST) else 3.0 for name in SIDED}
    small |= {NUMBER["ventricles"]: 2.0, NUMBER["outer CSF"]: 1.5}
    return tuple(small.get(number, 1.0) for number in range(len(CLASSES)))


JOB = Job(
    name=NAME,
    title="Brain on whole-head MRI: mask, tissues, structures",
    labels="brain-structures",
    plan=PLAN,
    arguments={"widths": [16, 32, 64, 128, 256]},
    weights=_weights(),
    recipe=Recipe(iterations=14000, batch=8, size=112),
    cases=cases,
    prepare=prepare,
    sampler=sampler,
    score=score,
    data=[
        {"name": "IXI T1 images", "terms": "CC BY-SA 3.0"},
        {"name": "regions made of them by DLMUSE", "terms": "made by a network"},
        {"name": "whole-head label maps of SynthSeg", "terms": "Apache-2.0"},
        {"name": "heads drawn by this project", "terms": "its own"},
    ],
    licence="CC BY-SA 4.0",
    limits=[
        "Its truth is another network's answer (DLMUSE): figures say how far the two agree, not how right both are.",
        "Works at 2 mm: nuclei of a few hundred voxels, and thin cortex, have coarse edges.",
        "Adults without large lesions; tumours, bleeding, children and partial heads were not seen.",
        "Left and right are told by the axial and coronal views; a single sagittal slice cannot tell them.",
    ],
    split="8 of the 40 subjects by a hash of their names, never trained on",
    shares=SHARES,
)
