"""``python -m core.training.medical prepare|train|tune|export|evaluate --task NAME``: makes and measures the medical networks.

``prepare`` decodes the data once; ``train`` trains one network, resumably; ``tune`` tells on training cases what
``--offsets`` of the classes' logits do to their Dice; ``export`` makes a checkpoint of a run; ``evaluate`` measures a
checkpoint on the held-out cases, file by file, as a user would.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import json
import platform
from pathlib import Path

import torch

from core.errors import InputError
from core.training.medical.job import Job, Recipe

STEPS = ("prepare", "train", "tune", "export", "evaluate")
JOBS = {"brain": "brain", "ct-headneck": "ct_headneck", "hippocampus": "hippocampus"}


def load_job(name: str) -> Job:
    """A job by its task's name."""
    return importlib.import_module(f"core.training.medical.{JOBS[name]}").JOB


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m core.training.medical", description=__doc__)
    parser.add_argument("step", choices=STEPS)
    parser.add_argument("--task", required=True, choices=sorted(JOBS))
    parser.add_argument(
        "--data", type=Path, help="folder with hippocampus, ct_headneck, … ('prepare', 'evaluate')"
    )
    parser.add_argument(
        "--prepared", type=Path, help="folder for decoded volumes, outside the data ('prepare', 'train')"
    )
    parser.add_argument("--run", type=Path, help="folder of this run's state and log ('train', 'export')")
    parser.add_argument("--name", help="of the checkpoint (default: the task's)")
    parser.add_argument("--arguments", type=json.loads, default={}, help="of the network, as JSON")
    parser.add_argument(
        "--offsets",
        type=json.loads,
        default=[],
        help="'tune': to try on every class, 'export': one a class, added to the logits; a JSON list",
    )
    parser.add_argument(
        "--every", type=int, default=10, help="'tune' takes one in so many training cases (default 10)"
    )
    parser.add_argument("--write", action="store_true", help="'evaluate' writes the figures into the card")
    parser.add_argument("--stop-after", type=int, help="stop (resumably) after this iteration")
    parser.add_argument("--threads", type=int, default=2)
    for field in dataclasses.fields(Recipe):
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=type(field.default), help="see Recipe")
    options = parser.parse_args(argv)
    needed = {
        "prepare": ("data", "prepared"),
        "train": ("prepared", "run"),
        "tune": ("data", "run"),
        "export": ("run",),
        "evaluate": ("data",),
    }
    for name in needed[options.step]:
        if getattr(options, name) is None:
            parser.error(f"{options.step} needs --{name}")
    return options


def main(argv: list[str] | None = None) -> None:
    options = parse(argv)
    torch.set_num_threads(options.threads)
    job = load_job(options.task)
    name = options.name or job.name
    if options.step == "prepare":
        print(job.prepare(options.data, options.prepared))
    elif options.step == "train":
        from core.training.medical.train import train

        given = {f.name: getattr(options, f.name) for f in dataclasses.fields(Recipe)}
        recipe = dataclasses.replace(job.recipe, **{k: v for k, v in given.items() if v is not None})
        train(job, options.prepared, options.run, recipe, options.arguments, options.stop_after)
    elif options.step == "tune":
        from core.training.medical.tune import tune

        for line in tune(job, options.run, options.data, options.offsets, options.every):
            print(line, flush=True)
    elif options.step == "export":
        from core.training.medical.export import export

        card = export(job, options.run, name, options.offsets)
        print(f"{card.folder} ({card.bytes / 1e6:.1f} MB)")
    else:
        report(job, name, options.data, options.write)


def report(job: Job, name: str, data: Path, write: bool) -> None:
    """Print a checkpoint's figures; ``write`` keeps them in its card."""
    from core.training.medical.scores import table
    from core.weights import load_card, write_card

    results = job.score(name, data, None)
    print(table(results))
    if unseen := results.get("other_side_not_trained_on"):
        print(f"of these, the {unseen['cases']} cases whose head's other side was not trained on:")
        print(table(unseen))
    print(f"{results['cases']} cases, {results['seconds']} s each")
    if write:
        card = load_card(name)
        measured = {
            "command": f"python -m core.training.medical evaluate --task {job.name} --data DATA",
            "machine": f"{platform.machine()}, 2 cores",
            "split": job.split_of(card.measured.get("split")),
            "results": results,
        }
        write_card(dataclasses.replace(card, measured=measured))


if __name__ == "__main__":
    try:
        main()
    except InputError as error:
        raise SystemExit(f"error: {error}") from None
