"""``python -m core.training.driving prepare|teach|stem|train|instances|export|evaluate``: makes and measures the driving networks.

``prepare`` checks every file and writes the splits; ``teach`` asks the Coral network about CamVid and IDD; ``stem``
teaches ``driving_fast``'s dense stem; ``train`` trains one semantic network, ``instances`` Mask R-CNN; ``export`` makes a
checkpoint of a run; ``evaluate`` measures runs or checkpoints on the held-out frames (Mask R-CNN: checkpoints).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from pathlib import Path

import torch

from core.errors import InputError
from core.training.driving.train import MODELS, Recipe

STEPS = ("prepare", "teach", "stem", "train", "instances", "export", "evaluate")


def prepare(data: Path, prepared: Path, drawn: int | None = None) -> dict[str, dict[str, int]]:
    """Read every picture and its labels once; write ``PREPARED/split.json`` (key → street and split).

    Args:
        drawn: how many drawn streets ``PREPARED/drawn`` shall hold (None: as it is).

    Raises:
        InputError: a file is missing or cannot be read.
    """
    from core.training.driving.data import counts, list_frames, read_image, read_labels
    from core.training.driving.drawn import draw_frames

    if drawn is not None:
        draw_frames(prepared, drawn)
    frames = list_frames(data, prepared)
    for frame in frames:
        read_labels(frame, read_image(frame.image).shape[:2])
    prepared.mkdir(parents=True, exist_ok=True)
    rows = {frame.key: [frame.street, frame.split] for frame in frames}
    (prepared / "split.json").write_text(json.dumps(rows, indent=0) + "\n")
    return counts(frames)


def recipe_class(step: str) -> type:
    """Whose fields are options of ``step``."""
    if step != "instances":
        return Recipe
    from core.training.driving.instance_train import InstanceRecipe

    return InstanceRecipe


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    argv = sys.argv[1:] if argv is None else argv
    parser = argparse.ArgumentParser(prog="python -m core.training.driving", description=__doc__)
    parser.add_argument("step", choices=STEPS)
    parser.add_argument("--data", type=Path, help="folder with camvid, cityscapes_clips, …")
    parser.add_argument("--prepared", type=Path, help="folder of the teacher's answers, outside the data")
    parser.add_argument("--run", type=Path, help="folder of this run's checkpoints and log; 'evaluate': several, comma-separated")  # fmt: skip
    parser.add_argument("--peers", type=Path, help="folder with coral/*.tflite, for 'teach'")
    parser.add_argument("--stem", type=Path, help="stem.pt made by 'stem', for driving_fast")
    parser.add_argument(
        "--trunk", type=Path, help="a driving_fast's run whose trunk the other networks start from"
    )
    parser.add_argument("--initial", type=Path, help="another run's folder, same architecture, to start from")
    parser.add_argument("--teacher", type=Path, help="another run's folder whose network teaches this one")
    parser.add_argument("--arguments", type=json.loads, default={}, help="of the architecture, as JSON")
    parser.add_argument(
        "--name", default="", help="checkpoint to export to, or to evaluate (comma-separated)"
    )
    parser.add_argument("--people", type=Path, help="the portrait folder, whose COCO photos 'instances' learns from and 'evaluate' measures on")  # fmt: skip
    parser.add_argument("--semantic", help="checkpoint that 'evaluate' fuses Mask R-CNN's things with, for panoptic quality")  # fmt: skip
    parser.add_argument("--drawn", type=int, help="'prepare' draws so many streets into PREPARED/drawn")
    parser.add_argument("--write", action="store_true", help="'evaluate' writes the figures into the cards")
    parser.add_argument("--stop-after", type=int, help="stop (resumably) after this iteration")
    parser.add_argument("--threads", type=int, default=2)
    kind = recipe_class(next(iter(argv), ""))
    for field in dataclasses.fields(kind):
        choices = (MODELS if kind is Recipe else (field.default,)) if field.name == "model" else None
        parser.add_argument(
            f"--{field.name.replace('_', '-')}",
            type=type(field.default),
            default=field.default,
            choices=choices,
        )
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    options = parse(argv)
    torch.set_num_threads(options.threads)
    kind = recipe_class(options.step)
    recipe = kind(**{f.name: getattr(options, f.name) for f in dataclasses.fields(kind)})
    if options.step == "prepare":
        for source, splits in prepare(options.data, options.prepared, options.drawn).items():
            print(source, splits)
    elif options.step == "teach":
        from core.training.driving.teach import teach

        print(f"{teach(options.data, options.prepared, options.peers, options.threads)} frames taught")
    elif options.step == "stem":
        from core.training.driving.stem import teach_stem

        widths = tuple(options.arguments.get("stem", (16, 32)))
        print(teach_stem(options.data, options.prepared, options.run, recipe, widths))
    elif options.step == "train":
        from core.training.driving.train import load_run, network_teacher, train

        train(
            options.data, options.prepared, options.run, recipe,
            arguments=options.arguments, stem=options.stem, trunk=options.trunk,
            stop_after=options.stop_after,
            initial=load_run(options.initial).state_dict() if options.initial else None,
            initial_name=options.initial.name if options.initial else "",
            teacher=network_teacher(options.teacher, recipe) if options.teacher else None,
            teacher_name=options.teacher.name if options.teacher else "",
        )  # fmt: skip
    elif options.step == "instances":
        from core.training.driving.instance_train import load_instance_run, train_instances

        train_instances(
            options.data, options.prepared, options.people, options.run, recipe,
            arguments=options.arguments, stop_after=options.stop_after,
            initial=load_instance_run(options.initial).state_dict() if options.initial else None,
            initial_name=options.initial.name if options.initial else "",
        )  # fmt: skip
    elif options.step == "export":
        from core.training.driving.export import export
        from core.training.driving.instance_export import export_instances
        from core.training.loop import read_recipe

        made = export if read_recipe(options.run)["model"] in MODELS else export_instances
        print(made(options.run, options.name))
    else:
        _evaluate(options)


def _evaluate(options: argparse.Namespace) -> None:
    from core.weights import load_card

    names = [n for n in options.name.split(",") if n]
    tasks = {load_card(name).task for name in names}
    if tasks == {"instance"}:
        from core.training.driving.instance_evaluate import report_instances

        report_instances(
            names, options.data, options.people, options.semantic, options.write, options.threads
        )
        return
    if "instance" in tasks:
        raise InputError(f"{options.name}: semantic and instance networks", "names of one kind at a time")
    from core.training.driving.evaluate import report

    runs = [Path(part) for part in str(options.run).split(",")] if options.run else []
    report(runs, names, options.data, options.write)


if __name__ == "__main__":
    try:
        main()
    except InputError as error:
        raise SystemExit(f"error: {error}") from None
