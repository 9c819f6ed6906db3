"""The loop around any network's training: seeded, resumable, with a log and averaged weights."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import cv2
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from core.errors import InputError
from core.training.common import Log, Schedule, averaged_model, learning_rate, save_state
from core.training.recipes import write_recipe

CHECKPOINT_EVERY_S = 240
LOG_EVERY = 50
B = TypeVar("B")


class Loop(Schedule, Protocol):
    """The part of a recipe that :func:`fit` needs."""

    @property
    def weight_decay(self) -> float: ...
    @property
    def average(self) -> float: ...


class Drawn(Protocol):
    """The part of a recipe that :func:`endless` needs."""

    @property
    def batch(self) -> int: ...
    @property
    def seed(self) -> int: ...
    @property
    def workers(self) -> int: ...


def endless(
    samples: Dataset, recipe: Drawn, collate: Callable[[Sequence], Any] | None = None
) -> Callable[[int], Iterator[Any]]:
    """What :func:`fit` takes as ``batches``: a stream of samples, made in processes beside the training step.

    Batch n holds the samples n · ``batch`` and on: a resumed run sees what it would have seen, whatever the number of
    processes.

    Args:
        samples: as many as are asked for, each by its number, on which (and on a seed) alone it depends.
        collate: samples to a batch (None: tensors are stacked).
    """

    def batches(start: int) -> Iterator[Any]:
        numbers = (range(n * recipe.batch, (n + 1) * recipe.batch) for n in itertools.count(start))
        loader = DataLoader(
            samples, batch_sampler=numbers, num_workers=recipe.workers, worker_init_fn=_one_thread,
            prefetch_factor=4 if recipe.workers else None, collate_fn=collate,
        )  # fmt: skip
        return iter(loader)

    return batches


def _one_thread(_worker: int) -> None:
    cv2.setNumThreads(1)


def fit(
    model: nn.Module,
    recipe: Loop,
    run: Path,
    batches: Callable[[int], Iterator[B]],
    loss_of: Callable[[B], tuple[Tensor, dict[str, float]]],
    described: dict[str, Any],
    stop_after: int | None = None,
    groups: list[dict[str, Any]] | None = None,
    frozen_norms: bool = False,
) -> nn.Module:
    """Train ``model``; goes on from ``run/last.pt`` where there is one, as if it had never been stopped.

    Writes ``run/last.pt`` (resumable, every four minutes and at the end), ``run/log.jsonl``, ``run/recipe.json``.

    Args:
        batches: endless batches, given the iteration that the first one is for.
        loss_of: the loss of a batch, and figures for the log.
        described: what ``recipe.json`` keeps, enough to build the model again; see
            :func:`core.training.recipes.write_recipe`.
        stop_after: stop, resumably, after this iteration.
        groups: parameters with the ``factor`` of the learning rate that each group has (None: all with 1).
        frozen_norms: batch normalisations keep their means and variances, and use them.

    Returns:
        The averaged network.
    """
    run.mkdir(parents=True, exist_ok=True)
    groups = groups or [{"params": list(model.parameters()), "factor": 1.0}]
    optimiser = torch.optim.AdamW(groups, lr=recipe.rate, weight_decay=recipe.weight_decay)
    averaged = averaged_model(model, recipe.average)
    start, random = 0, None
    if (run / "last.pt").exists():
        state = torch.load(run / "last.pt", weights_only=True)
        model.load_state_dict(state["model"])
        averaged.load_state_dict(state["averaged"])
        optimiser.load_state_dict(state["optimiser"])
        start = state["iteration"]
        random = state.get("random")  # older runs have none
    last = recipe.iterations if stop_after is None else min(recipe.iterations, stop_after)
    if start < last or not (run / "recipe.json").exists():
        write_recipe(run, described, start)

    def save(iteration: int) -> None:
        state = {
            "model": model.state_dict(), "averaged": averaged.state_dict(),
            "optimiser": optimiser.state_dict(), "iteration": iteration,
            "random": torch.get_rng_state(),
        }  # fmt: skip
        save_state(run / "last.pt", state)

    model.train()
    if frozen_norms:
        for part in model.modules():
            if isinstance(part, nn.BatchNorm2d):
                part.eval()
    log = Log(run / "log.jsonl")
    saved = time.monotonic()
    source = batches(start) if start < last else iter(())
    if random is not None:
        torch.set_rng_state(random)
    for iteration in range(start, last):
        began = time.monotonic()
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(recipe, iteration) * group.get("factor", 1.0)
        batch = next(source)
        waited = time.monotonic() - began
        loss, parts = loss_of(batch)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimiser.step()
        averaged.update_parameters(model)
        log.add({"loss": loss.item()} | parts | {"s": time.monotonic() - began, "waited_s": waited})
        if (iteration + 1) % LOG_EVERY == 0:
            log.write(iteration + 1)
        if time.monotonic() - saved > CHECKPOINT_EVERY_S:
            save(iteration + 1)
            saved = time.monotonic()
    save(max(start, last))
    return averaged.module


def read_recipe(run: Path) -> dict[str, Any]:
    """``recipe.json`` of a run.

    Raises:
        InputError: there is none.
    """
    path = run / "recipe.json"
    if not path.is_file() or not (run / "last.pt").is_file():
        raise InputError(f"{run} is not a run", "a folder with recipe.json and last.pt", "give it with --run")
    return json.loads(path.read_text())


def reached(run: Path) -> int:
    """The iteration that a run's state is of."""
    return torch.load(run / "last.pt", weights_only=True)["iteration"]


def averaged_state(run: Path) -> dict[str, Tensor]:
    """The averaged weights of a run, finished or not, by the network's own names."""
    state = torch.load(run / "last.pt", weights_only=True)["averaged"]
    return {k.removeprefix("module."): v for k, v in state.items() if k.startswith("module.")}
