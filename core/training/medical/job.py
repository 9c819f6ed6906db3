"""A job: all that is particular about training one medical network."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset

from core.errors import InputError

# float32 (2·context+1, H, W) in 0 … 1, uint8 (H, W) class ids (255: not known), bool (C,) classes that are known
Sample = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Recipe:
    """One training run.

    ``size``: of a view, in voxels of the working grid. ``dice``: its weight beside cross-entropy. ``strength``: of
    the augmentation; 1: as the job has it, 0: none.
    """

    iterations: int = 4000
    batch: int = 16
    size: int = 64
    rate: float = 3e-3
    weight_decay: float = 0.01
    warm_up: int = 100
    dice: float = 1.0
    strength: float = 1.0
    average: float = 0.998
    seed: int = 1
    workers: int = 1


@dataclass(frozen=True)
class Case:
    """A scan with its labels. ``held_out``: never trained on, and what figures are measured on."""

    name: str
    image: Path
    labels: Path
    held_out: bool


@dataclass(frozen=True)
class Job:
    """All that is particular about one network.

    Attributes:
        name: of the task and its checkpoint.
        plan: of the checkpoint's card, see :mod:`core.medical.plans`; its ``ids`` are the network's classes.
        arguments: of ``slice_unet``; channels and classes come from the plan.
        weights: of the classes in cross-entropy.
        cases: lists a data folder.
        prepare: decodes a data folder into a folder of its own; counts what it wrote.
        sampler: opens the prepared folder; gives samples.
        score: figures of a card on cases of a data folder; None: on the held-out ones.
        data, licence, limits, split: of the card.
        earlier_splits: cases by other splits, by what cards and recipes call them; the last is that of those that
            name none.
        shares: how often each source is drawn, where there are several; kept with a run's recipe.
    """

    name: str
    title: str
    labels: str
    plan: dict[str, Any]
    arguments: dict[str, Any]
    weights: tuple[float, ...]
    recipe: Recipe
    cases: Callable[[Path], list[Case]]
    prepare: Callable[[Path, Path], dict[str, int]]
    sampler: Callable[[Path, Recipe], Callable[[np.random.Generator], Sample]]
    score: Callable[[str, Path, Sequence[Case] | None], dict[str, Any]]
    data: list[dict[str, str]]
    licence: str
    limits: list[str]
    split: str
    shares: dict[str, float] = field(default_factory=dict)
    earlier_splits: dict[str, Callable[[Path], list[Case]]] = field(default_factory=dict)

    @property
    def network(self) -> dict[str, Any]:
        """Arguments of ``slice_unet``."""
        part = next(iter(self.plan["parts"].values())) if "parts" in self.plan else self.plan
        channels = 2 * self.plan["context"] + 1
        return {"channels": channels, "classes": len(part["ids"])} | self.arguments

    def split_of(self, called: str | None) -> str:
        """The split of a run, or card, that calls its split so (None: it is older than such names)."""
        known = (self.split, *self.earlier_splits)
        return called if called in known else known[-1]

    def listed(self, data: Path, called: str | None) -> list[Case]:
        """All cases, by the split of :meth:`split_of`."""
        split = self.split_of(called)
        return self.earlier_splits.get(split, self.cases)(data)


def held_out(names: Iterable[str], share: float = 0.2) -> set[str]:
    """Which cases are held out: those whose names have the smallest hashes, ``share`` of them, rounded.

    >>> sorted(held_out([f"case {n}" for n in range(10)]))
    ['case 0', 'case 9']
    """
    ranked = sorted(names, key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    return set(ranked[: round(share * len(ranked))])


def paired(
    images: Path, labels: Path, rename: Callable[[str], str] = str
) -> Iterator[tuple[str, Path, Path]]:
    """(name, image, labels) of two folders of ``.nii.gz``, sorted.

    Raises:
        InputError: no images, or one without labels.
    """
    found = sorted(images.glob("*.nii.gz"))
    if not found:
        raise InputError(f"{images} holds no .nii.gz", "the data's folder", "give it with --data")
    for image in found:
        other = labels / rename(image.name)
        if not other.is_file():
            raise InputError(f"{image.name} has no labels in {labels}", other.name)
        yield image.name.removesuffix(".nii.gz"), image, other


def stored_files(folder: Path) -> list[Path]:
    """What ``prepare`` wrote, sorted.

    Raises:
        InputError: nothing is there.
    """
    found = sorted(folder.glob("*.npz"))
    if not found:
        raise InputError(
            f"{folder} holds no prepared volumes", "what 'prepare' writes", "run 'prepare' first"
        )
    return found


class Samples(Dataset):
    """Endless samples, each a function of the seed and its number."""

    def __init__(self, make: Callable[[np.random.Generator], Sample], seed: int) -> None:
        self.make, self.seed = make, seed

    def __getitem__(self, number: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        stack, target, known = self.make(np.random.default_rng((self.seed, number)))
        return (
            torch.from_numpy(np.ascontiguousarray(stack, np.float32)),
            torch.from_numpy(np.ascontiguousarray(target, np.uint8)),
            torch.from_numpy(np.ascontiguousarray(known, bool)),
        )
