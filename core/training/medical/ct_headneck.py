"""Seven organs at risk on CT of head and neck, from 203 planning scans (OpenKBP) with partial labels.

What ``slices.csv`` does not name was blanked by the source and teaches nothing. A class that is not among a slice's
``known`` ones may be there without an outline: the loss takes background for "background or any of these".
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import InputError
from core.medical.intensity import Intensity
from core.medical.tissues import coarsen, find_body
from core.medical.volume import read_volume
from core.training.medical.ct_surroundings import add_surroundings, cut_away, draw_torso
from core.training.medical.job import Case, Job, Recipe, Sample, paired, stored_files
from core.training.medical.scanner import Scanner, disturb
from core.training.medical.scores import score_task, task_of
from core.training.medical.views import Bend, beyond, look, look_up, view

NAME = "ct-headneck"
FOLDER = "ct_headneck"
RIGHT, LEFT = 3, 4
PLAN: dict[str, Any] = {
    "ids": [0, 1, 2, 3, 4, 5, 6, 7],
    "working": [4.0, 4.0, 2.5],
    "tolerance": 1.4,
    "intensity": {"kind": "window", "low": -350.0, "high": 650.0},
    # Outlines were drawn on axial slices, some in gaps of several: only from there a label means what it says.
    "planes": ["axial"],
    "context": 2,
    "batch": 16,
    "multiple": 16,
    "mirror": [0, 1, 2, 4, 3, 5, 6, 7],
    # The cord and the gullet run through slices that a scan may lack.
    "one_piece": [1, 3, 4, 6, 7],
    "rest": 0,
    "air": None,
    "together": False,
    "trained": [0.7, 5.5],
    "precision": "bfloat16",
    "anchors": {"ids": [1, 3, 4, 6, 7], "ml": 1.0, "count": 2, "region": "head or neck"},
}
BEND = Bend(turn=7, tilt=0, scale=0.12, stretch=0.06, elastic=1.5, shift=10, mirror=0.5, flat=True)
# HU are a scale: a scanner's error is some 20 of them, not a factor.
SCANNER = Scanner(gamma=0, gain=0.02, offset=0.015, bias=0, noise=0.04, blur=0.7, coarse=1.3)
TORSOS = 0.06
ANY_SLICE = 0.2
# mm: a voxel's width.
TOLERANCE_MM = 4.0


def known_slices(table: Path) -> dict[str, dict[int, list[int]]]:
    """``slices.csv``: patient → slice → classes that are outlined wherever they are.

    Raises:
        InputError: missing, or another table.
    """
    if not table.is_file():
        raise InputError(f"{table} is missing", "the table of the slices that have labels")
    found: dict[str, dict[int, list[int]]] = {}
    with open(table, newline="") as file:
        reader = csv.DictReader(file)
        if set(reader.fieldnames or ()) != {"patient", "z", "known"}:
            raise InputError(f"{table} has columns {reader.fieldnames}", "patient, z, known")
        for row in reader:
            found.setdefault(row["patient"], {})[int(row["z"])] = [int(v) for v in row["known"].split()]
    return found


def cases(data: Path) -> list[Case]:
    """Patients of ``train``, and those of ``val``, which are held out."""
    return [
        Case(name, image, labels, part == "val")
        for part in ("train", "val")
        for name, image, labels in paired(data / FOLDER / part / "images", data / FOLDER / part / "labels")
    ]


def known_table(slices: dict[int, list[int]], depth: int) -> np.ndarray:
    """bool (Z, C): classes known in each slice; background wherever anything is known about a slice."""
    table = np.zeros((depth, len(PLAN["ids"])), bool)
    for z, classes in slices.items():
        table[z, [0, *classes]] = True
    return table


def prepare(data: Path, prepared: Path) -> dict[str, int]:
    """``NAME.npz`` of every training patient: int16 ``image`` in HU, uint8 ``ids``, bool ``body``, ``known``, ``spacing``."""
    folder = prepared / NAME
    folder.mkdir(parents=True, exist_ok=True)
    slices = known_slices(data / FOLDER / "train" / "slices.csv")
    counts = {"train": 0, "held out": 0, "slices": 0}
    for case in cases(data):
        counts["held out" if case.held_out else "train"] += 1
        if case.held_out:
            continue
        image, ids = read_volume(case.image), read_volume(case.labels)
        known = known_table(slices.get(case.name, {}), image.data.shape[2])
        body, _ = find_body(coarsen(image.data, image.spacing))
        if body.shape != image.data.shape:  # finer than the coarse grid: nothing of this data set
            body = image.data > -400
        counts["slices"] += int(known[:, 0].sum())
        np.savez(
            folder / f"{case.name}.npz",
            image=np.rint(image.data).astype(np.int16),
            ids=ids.data.astype(np.uint8),
            body=body,
            known=known,
            spacing=np.array(image.spacing),
        )
    return counts


class _Patient:
    """One patient in memory. ``has``: by class, the known slices that show it; of class 0, all known ones."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as stored:
            self.image, self.ids, self.body = (
                np.ascontiguousarray(stored[k]) for k in ("image", "ids", "body")
            )
            self.known = stored["known"]
            x, y, z = (float(v) for v in stored["spacing"])
        self.spacing = (x, y, z)
        self.has = [np.flatnonzero(self.known[:, 0])]
        self.has += [
            np.flatnonzero(self.known[:, c] & (self.ids == c).any(axis=(0, 1))) for c in PLAN["ids"][1:]
        ]

    def middle(self, z: int) -> tuple[float, float]:
        """Row and column of the body's centre in a slice; the slice's where there is none."""
        where = np.nonzero(self.body[:, :, z])
        if not len(where[0]):
            return (self.ids.shape[0] - 1) / 2, (self.ids.shape[1] - 1) / 2
        return float(where[0].mean()), float(where[1].mean())


def sampler(prepared: Path, recipe: Recipe) -> Callable[[np.random.Generator], Sample]:
    """Axial slices, every class as often as any other, one in five any slice, a few drawn torsos."""
    patients = [_Patient(path) for path in stored_files(prepared / NAME)]
    showing = [[p for p in patients if len(p.has[c])] for c in PLAN["ids"]]
    classes = [c for c in PLAN["ids"][1:] if showing[c]]
    window = Intensity(**PLAN["intensity"])
    bend, scanner = BEND.times(recipe.strength), SCANNER.times(recipe.strength)
    context, size = PLAN["context"], recipe.size

    def make(rng: np.random.Generator) -> Sample:
        if rng.random() < TORSOS:
            return torso(rng)
        c = 0 if rng.random() < ANY_SLICE else classes[rng.integers(len(classes))]
        patient = showing[c][rng.integers(len(showing[c]))]
        z = int(rng.choice(patient.has[c]))
        points, mirrored = view(
            rng,
            patient.ids.shape,
            "axial",
            z,
            (size, size),
            context,
            bend,
            patient.spacing,
            patient.middle(z),
        )
        stack = look(patient.image, points, -1000)
        body = look_up(patient.body, points, 0)
        chance = rng.random()
        if chance < 0.3:
            cut_away(stack, body)
        elif chance < 0.7:
            add_surroundings(rng, stack, body)
        target, known = look_up(patient.ids, points[:, context]), patient.known[z].copy()
        if mirrored:
            target = np.asarray(PLAN["mirror"], np.uint8)[target]
            known = known[PLAN["mirror"]]
        stack = disturb(rng, window(stack), scanner)
        stack[beyond(points, patient.ids.shape)] = 0
        return stack, target, known

    def torso(rng: np.random.Generator) -> Sample:
        hu, body = draw_torso(rng, size)
        stack = np.repeat(hu[None], 2 * context + 1, axis=0)
        if rng.random() < 0.6:
            add_surroundings(rng, stack, np.repeat(body[None], 2 * context + 1, axis=0))
        known = np.ones(len(PLAN["ids"]), bool)
        known[[2, 5]] = False  # a torso has a cord and may have a gullet; where, nobody drew
        return disturb(rng, window(stack), scanner), np.zeros((size, size), np.uint8), known

    return make


def score(card: str, data: Path, chosen: Sequence[Case] | None = None) -> dict[str, Any]:
    """Per organ over the known slices of the patients who show it there; beside it what is found where it is not."""
    slices = {
        k: v
        for part in ("train", "val")
        for k, v in known_slices(data / FOLDER / part / "slices.csv").items()
    }
    task = task_of(card)
    absent: dict[str, list[float]] = {}
    voxel_ml: dict[str, float] = {}

    def pick(case: Case, truth: np.ndarray, ids: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        known = known_table(slices[case.name], truth.shape[2])
        pairs = {}
        for label in task.labels.labels[1:]:
            where = known[:, label.id]
            found, wanted = (ids == label.id) & where, (truth == label.id) & where
            if wanted.any():
                pairs[label.name] = (found, wanted)
            elif where.any():
                absent.setdefault(label.name, []).append(float(found.sum()) * voxel_ml.get(case.name, 0))
        return pairs

    held = [case for case in cases(data) if case.held_out] if chosen is None else chosen
    voxel_ml.update({case.name: read_volume(case.labels).voxel_ml for case in held})
    results = score_task(task, held, pick, TOLERANCE_MM)
    results["found_where_absent"] = {
        name: {"n": len(ml), "mean_ml": round(float(np.mean(ml)), 3)} for name, ml in absent.items()
    }
    return results


JOB = Job(
    name=NAME,
    title="Organs of head and neck on CT (coarse, 4 mm)",
    labels="ct-head-neck",
    plan=PLAN,
    arguments={"widths": [24, 48, 96, 192, 256]},
    weights=(1.0, 1.5, 1.5, 1.5, 1.5, 2.0, 1.5, 1.0),
    recipe=Recipe(iterations=5000, batch=16, size=80),
    cases=cases,
    prepare=prepare,
    sampler=sampler,
    score=score,
    data=[
        {
            "name": "OpenKBP planning CTs",
            "terms": "MIT (challenge repository); scans of public collections, some under restrictions about faces",
        }
    ],
    licence="CC BY-NC 4.0",
    limits=[
        "Sees pixels of 4 mm, as it was trained on: edges are coarse, and the cord is two pixels wide.",
        "Outlines were drawn for radiotherapy of tumours of the head and neck; organs that a tumour displaces are missed.",
        "A scan without head or neck comes back empty, by a rule: two of its head's organs must be found.",
    ],
    split="the val folder's 33 patients; slices of slices.csv, organs where they are known",
)
