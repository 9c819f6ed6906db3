"""``python -m core.training.portrait prepare|fine|fast|export|evaluate``: makes and measures the portrait networks."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

import torch

from core.training.frozen import Frozen
from core.training.portrait.train import Recipe, load_initial, train

FINE = {"decoder": [96, 64, 48, 32, 16]}
FAST_DECODER = [48, 32, 32, 16]


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m core.training.portrait", description=__doc__)
    parser.add_argument("step", choices=("prepare", "fine", "fast", "export", "evaluate"))
    parser.add_argument("--data", type=Path, help="folder with eg1800, ccp, coco_people, …")
    parser.add_argument("--run", type=Path, help="folder of this run's checkpoints and log")
    parser.add_argument("--prepared", type=Path, help="folder of the mattes made by 'prepare'")
    parser.add_argument(
        "--initial", type=Path, help="a run's folder, or a checkpoint's name, whose weights to start from"
    )
    parser.add_argument(
        "--teacher", type=Path, help="'fast' learns from this run or checkpoint; default: from --initial"
    )
    parser.add_argument("--peers", type=Path, help="folder with mediapipe/*.tflite, for 'evaluate'")
    parser.add_argument(
        "--name", default="", help="checkpoint to export to, or to evaluate (comma-separated)"
    )
    parser.add_argument("--write", action="store_true", help="'evaluate' writes the figures into the cards")
    parser.add_argument("--stop-after", type=int, help="stop (resumably) after this iteration")
    parser.add_argument("--sharpen", type=float, default=1.0, help="'export' multiplies the logits by this")
    parser.add_argument(
        "--average-with",
        type=Path,
        action="append",
        default=[],
        help="'export': another run, or a checkpoint, to average with",
    )
    parser.add_argument(
        "--fuse", action="store_true", help="torch.compile the step: slow to begin, then faster"
    )
    parser.add_argument("--threads", type=int, default=2)
    for field in dataclasses.fields(Recipe):
        flag, kind = f"--{field.name.replace('_', '-')}", type(field.default)
        if kind is bool:
            parser.add_argument(flag, action="store_true")
        else:
            parser.add_argument(flag, type=kind, default=field.default)
    options = parser.parse_args(argv)
    torch.set_num_threads(options.threads)
    recipe = Recipe(**{f.name: getattr(options, f.name) for f in dataclasses.fields(Recipe)})

    if options.step == "prepare":
        from core.training.portrait.prepare import prepare

        prepare(options.data, options.prepared)
    elif options.step == "export":
        from core.training.portrait.export import export

        print(export(options.run, options.name, options.sharpen, options.average_with))
    elif options.step == "evaluate":
        from core.training.portrait.evaluate import report

        report(options.name.split(","), options.data, options.peers, options.write)
    elif options.step == "fast":
        from core.training.portrait.prune import kept_widths, prune_trunk

        begin = load_initial(options.initial)
        widths = begin.trunk.expanded
        decoder = {k: v for k, v in begin.state_dict().items() if not k.startswith("trunk.")}
        if widths is None:  # a whole trunk: the fast network is cut out of it, and its decoder starts anew
            decoder = {}
            widths = kept_widths(begin.trunk)
        if recipe.expanded:
            widths = [int(width) for width in recipe.expanded.split(",")]
        trunk = prune_trunk(begin.trunk, widths).state_dict()
        initial = {f"trunk.{name}": value for name, value in trunk.items()} | decoder
        arguments = {"decoder": FAST_DECODER, "expanded": widths}
        teacher = Frozen(load_initial(options.teacher or options.initial))

        train(
            options.data, options.run, arguments, recipe,
            prepared=options.prepared, initial=initial, initial_name=options.initial.name, teacher=teacher,
            teacher_name=(options.teacher or options.initial).name, stop_after=options.stop_after, fuse=options.fuse,
        )  # fmt: skip
    elif options.step == "fine":
        initial = load_initial(options.initial).state_dict() if options.initial else None
        train(
            options.data, options.run, FINE, recipe,
            prepared=options.prepared, initial=initial,
            initial_name=options.initial.name if options.initial else "", stop_after=options.stop_after, fuse=options.fuse,
        )  # fmt: skip


if __name__ == "__main__":
    main()
