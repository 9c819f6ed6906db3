"""``python -m core driving IN OUT``: one frame, one video, or a tree of both."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Collection
from pathlib import Path

from core.cli.driving_options import DEFAULT_WEIGHTS
from core.cli.driving_results import BY_FRAME, Results, plain_name
from core.cli.files import check_weights, one_target, run_one, run_tree
from core.cli.record import Record, options_key
from core.cli.trees import Tree, tree
from core.driving.exports import LABEL_SETS, PanopticFolder
from core.driving.parsed import VIEWS, Look, View
from core.errors import InputError
from core.labels import get_label_set
from core.media.probe import kind

# By their names these are label maps, not frames: many data sets keep them beside the frames.
_MAPS = (
    "_labelIds.png",
    "_labelTrainIds.png",
    "_trainIds.png",
    "_instanceIds.png",
    "_instanceTrainIds.png",
    "_color.png",
    "_panoptic.png",
)


def run(options: argparse.Namespace) -> int:
    """Do it; returns the exit code.

    Raises:
        InputError: bad options, or a bad single file.
    """
    view: View = options.output if options.output in VIEWS else "overlay"
    look = Look(view, options.opacity, options.labels)
    check_weights(options.weights or DEFAULT_WEIGHTS, "semantic")
    source, what = Path(options.source), kind(options.source)
    _check_truth(options, what)
    whole: list[Path] = []
    if options.output == "panoptic":
        code = _panoptic(source, what, look, options, whole)
    elif what == "folder":
        target = Path(options.target)
        code = _tree(source, target, tree(source, target, _MAPS), Results(options, look), options, whole)
    else:
        results = Results(options, look)
        by_frame = what == "video" and options.output in BY_FRAME
        name = results.name(source.name, what)
        target = Path(options.target) if by_frame else one_target(options.target, name)
        run_one(source, target, what, results.make)
        options.target, code = str(target), 0
        whole += results.files_of(target)
    if options.ground_truth:
        _score(options, frozenset(whole))
    return code


def _tree(
    source: Path, target: Path, found: Tree, results: Results, options: argparse.Namespace, whole: list[Path]
) -> int:
    """``whole`` takes the files of the results that are these sources' and options', made now or before."""
    networks = [options.weights or DEFAULT_WEIGHTS, *([results.finder] if results.finder else [])]
    before, there = Record(target), list[Path]()
    results.replaces = lambda place: (
        options.overwrite or before.owner(place.relative_to(target).as_posix()) is not None
    )
    code = run_tree(
        source, target, found, results.name, results.make,
        key=options_key(options, networks), overwrite=options.overwrite, is_done=results.is_done, whole=there,
    )  # fmt: skip
    whole += [path for result in there for path in results.files_of(result)]
    return code


def _panoptic(source: Path, what: str, look: Look, options: argparse.Namespace, whole: list[Path]) -> int:
    """COCO's form: PNGs in a folder, and one JSON about all of them."""
    target, labels = Path(options.target), get_label_set(LABEL_SETS[look.labels])
    if what == "image" and target.suffix.lower() == ".png" and not target.is_dir():
        with PanopticFolder(target.parent, target.with_suffix(".json")) as one:
            run_one(source, target, what, Results(options, look, one).make)
        return 0
    if target.suffix.lower() == ".json":
        target = target.with_suffix("")
    if target.suffix and not target.is_dir():
        raise InputError(
            f"panoptic in {target.name}", "a folder's name: PNGs go there and a JSON beside it", "or, for one frame, X.png"
        )  # fmt: skip
    if target.exists() and not target.is_dir():
        raise InputError(f"{target} is a file", "a folder to write to")
    if what != "folder":
        with PanopticFolder(target, go_on=labels) as folder:
            results = Results(options, look, folder)
            place = target / results.name(source.name, what) if what == "image" else target
            run_one(source, place, what, results.make)
        whole += results.files_of(place)
        return 0
    found = tree(source, target, _MAPS)
    names = Counter(map(plain_name, found.files))

    def image_id(path: Path) -> str:
        name = plain_name(path)
        return name if names[name] == 1 else path.relative_to(source).as_posix()

    with PanopticFolder(target, go_on=labels) as folder:
        return _tree(source, target, found, Results(options, look, folder, image_id), options, whole)


def _check_truth(options: argparse.Namespace, what: str) -> None:
    """Tell of a truth that cannot be compared before any work."""
    if not options.ground_truth:
        return
    truth, target = Path(options.ground_truth), Path(options.target)
    if options.output not in BY_FRAME:
        raise InputError(
            f"--ground-truth with {options.output}", f"it with the outputs {', '.join(BY_FRAME)}"
        )
    if not truth.exists():
        raise InputError(f"{truth} does not exist", "a label map, a folder of them or a panoptic JSON")
    if options.output == "panoptic":
        if truth.suffix.lower() != ".json":
            raise InputError(
                f"{truth} is no truth of panoptic results", "COCO's panoptic JSON beside its folder"
            )
        if target.suffix.lower() == ".png":
            raise InputError(f"--ground-truth with {target.name}", "a folder's name as OUT")
        # What follows is about the folders of PNGs.
        target = target.with_suffix("") if target.suffix.lower() == ".json" else target
        truth = truth.with_suffix("")
    elif truth.is_dir() != (what != "image"):
        raise InputError(f"{truth} for one result" if truth.is_dir() else f"{truth} for a folder of results", "a file for a file, or a folder for a folder")  # fmt: skip
    elif what == "image":
        target = one_target(options.target, f"{Path(options.source).stem}.png")
    ours, theirs = target.resolve(), truth.resolve()
    if ours == theirs or ours in theirs.parents or (truth.is_dir() and theirs in ours.parents):
        raise InputError(
            f"results in {target} and their truth in {truth}", "two places, neither within the other", "take another OUT"
        )  # fmt: skip


def _score(options: argparse.Namespace, whole: Collection[Path]) -> None:
    """Only ``whole``: what else lies in OUT may be of other frames, another network or other ids."""
    from core.cli.evaluate import run as evaluate

    panoptic = options.output == "panoptic"
    target = Path(options.target)
    if panoptic and target.suffix.lower() != ".json":
        target = target.with_name(target.name + ".json")
    evaluate(
        argparse.Namespace(
            task="panoptic" if panoptic else "semantic",
            predictions=str(target),
            truth=options.ground_truth,
            labels=None if panoptic else LABEL_SETS[options.labels],
            train_ids=options.output == "trainids",
            tolerance=None,
            skip_missing=True,
            among=whole,
            json=None,
        )
    )
