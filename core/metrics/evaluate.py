"""Whole folders against whole folders: semantic maps, mattes, volumes, Cityscapes' instances."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import NamedTuple

import numpy as np

from core.errors import InputError
from core.labels import LabelSet
from core.metrics.cityscapes import InstanceIoU, InstanceIoUScore
from core.metrics.folders import Pairing, pair_folders
from core.metrics.instance_cityscapes import CityscapesAP, InstanceAP
from core.metrics.matte import MatteScore, score_matte
from core.metrics.read import check_grids, read_ahead, read_grey, read_ids, read_label_volume
from core.metrics.semantic import ConfusionMatrix, SemanticScore
from core.metrics.volume import VolumeScore, mean_scores, score_volume

Report = Callable[[int, int], None]  # done, total
PNG = (".png",)
NIFTI = (".nii.gz", ".nii")
NO_IDS = ("_instanceIds", "_instanceTrainIds", "_labelTrainIds")
"""Endings of Cityscapes' maps whose pixels are no label ids."""
# Grids turned by software are off by less.
_RIGHT_ANGLE_DEGREES = 1


@dataclass(frozen=True)
class Evaluated:
    """What was compared, and what the user should know about it."""

    pairing: Pairing
    notes: list[str]


@dataclass(frozen=True)
class SemanticEvaluation(Evaluated):
    """``instances``: Cityscapes' iIoU, where every truth has its ``_instanceIds`` beside it."""

    score: SemanticScore
    instances: InstanceIoUScore | None


class _Maps(NamedTuple):
    name: str
    prediction: np.ndarray
    truth: np.ndarray
    instances: np.ndarray | None


def evaluate_semantic(
    prediction: str | Path,
    truth: str | Path,
    labels: LabelSet,
    *,
    train_ids: bool = False,
    skip_missing: bool = False,
    among: Collection[Path] | None = None,
    report: Report | None = None,
) -> SemanticEvaluation:
    """One confusion matrix over two folders of PNGs whose pixels are ids of ``labels``.

    Args:
        train_ids: predictions hold train ids, and become ids first.
        skip_missing: leave out truths without a prediction.
        among: the files of predictions that count (None: all).
        report: called with the images done and their number.

    Raises:
        InputError: nothing or something is missing, a file is broken, sizes differ, ids are unknown.
    """
    aside = ("_instanceIds", "_instanceTrainIds") if train_ids else NO_IDS
    pairing = pair_folders(prediction, truth, PNG, aside=aside, truth_aside=NO_IDS, among=among)
    pairing.check(skip_missing)
    beside = [path.with_name(path.name.replace("_labelIds", "_instanceIds")) for _, _, path in pairing.pairs]
    weighed = labels.name == "cityscapes" and all(
        b.is_file() and b != path for b, (_, _, path) in zip(beside, pairing.pairs, strict=True)
    )

    def read(item: tuple[tuple[str, Path, Path], Path]) -> _Maps:
        (name, ours, theirs), instances = item
        ids = read_ids(ours)
        if train_ids:
            try:
                ids = labels.from_train_ids(ids)
            except InputError as error:
                raise InputError(f"{ours}: {error.wrong}", error.expected) from None
        return _Maps(name, ids, read_ids(theirs), read_ids(instances) if weighed else None)

    matrix, instance_iou = ConfusionMatrix(labels), InstanceIoU()
    pairs = zip(pairing.pairs, beside, strict=True)
    for done, maps in enumerate(read_ahead(read, pairs), 1):
        matrix.add(maps.prediction, maps.truth, maps.name)
        if maps.instances is not None:
            instance_iou.add(maps.prediction, maps.instances, maps.name)
        if report:
            report(done, len(pairing.pairs))
    notes = [] if train_ids else _suspect_train_ids(matrix)
    return SemanticEvaluation(pairing, notes, matrix.score(), instance_iou.score(matrix) if weighed else None)


def _suspect_train_ids(matrix: ConfusionMatrix) -> list[str]:
    """Train ids taken for ids give numbers, only wrong ones."""
    evaluated = matrix.labels.evaluated
    if all(label.id == label.train_id for label in evaluated):
        return []
    used = np.flatnonzero(matrix.counts.sum(0))
    ignored = {label.id for label in matrix.labels.labels} - {label.id for label in evaluated}
    if used.max() < len(evaluated) and ignored & set(used[used > 0].tolist()):
        return [
            f"predictions hold ids from {used.min()} to {used.max()} only: if those are train ids, say --train-ids"
        ]
    return []


@dataclass(frozen=True)
class MatteEvaluation(Evaluated):
    """``mean`` over pictures of ``scores``, which go by name."""

    mean: MatteScore
    scores: dict[str, MatteScore]


def evaluate_mattes(
    prediction: str | Path, truth: str | Path, *, skip_missing: bool = False, report: Report | None = None
) -> MatteEvaluation:
    """Every matte of a folder of PNGs against its truth, and the mean.

    Raises:
        InputError: nothing or something is missing, a file is broken or no matte, sizes differ.
    """
    pairing = pair_folders(prediction, truth, PNG).check(skip_missing)
    scores: dict[str, MatteScore] = {}
    both = read_ahead(lambda pair: (pair[0], read_grey(pair[1]), read_grey(pair[2])), pairing.pairs)
    for name, ours, theirs in both:
        if ours.shape != theirs.shape:
            raise InputError(f"{name}: the prediction is {ours.shape}, the truth {theirs.shape}", "one size")
        scores[name] = score_matte(ours, theirs)
        if report:
            report(len(scores), len(pairing.pairs))
    means = {
        f.name: float(np.mean([getattr(score, f.name) for score in scores.values()]))
        for f in fields(MatteScore)
    }
    return MatteEvaluation(pairing, [], MatteScore(**means), scores)


@dataclass(frozen=True)
class VolumeEvaluation(Evaluated):
    """``cases``: by case, by label; ``per_label``: means over cases; ``mean``: over labels.

    ``present``: in how many cases prediction or truth has the label; where neither has, it counts as found.
    """

    mean: VolumeScore
    per_label: dict[str, VolumeScore]
    cases: dict[str, dict[str, VolumeScore]]
    present: dict[str, int]


def evaluate_volumes(
    prediction: str | Path,
    truth: str | Path,
    labels: LabelSet | None = None,
    *,
    tolerance_mm: float = 1.0,
    skip_missing: bool = False,
    report: Report | None = None,
) -> VolumeEvaluation:
    """Every label of every NIfTI volume of a folder but 0, the background; spacing from the truth's affine.

    Args:
        labels: what ids are; None: every id over 0 that occurs anywhere is a label of its own, named by its number.

    Raises:
        InputError: nothing or something is missing, a file is broken, grids differ, ids are unknown, nothing but 0.
    """
    if not tolerance_mm >= 0:
        raise InputError(f"a tolerance of {tolerance_mm:g} mm", "0 mm or more")
    pairing = pair_folders(prediction, truth, NIFTI).check(skip_missing)
    names = {label.id: label.name for label in labels.labels if label.id > 0} if labels else {}
    found: dict[str, dict[int, VolumeScore]] = {}
    notes: list[str] = []
    true: set[int] = set()
    predicted: set[int] = set()
    volumes = read_ahead(
        lambda pair: (*pair, read_label_volume(pair[1]), read_label_volume(pair[2])), pairing.pairs, waiting=1
    )
    for name, our_path, their_path, ours, theirs in volumes:
        check_grids(ours, theirs, name)
        our_ids, their_ids = (set(np.unique(v.ids).tolist()) - {0} for v in (ours, theirs))
        for ids, path in ((our_ids, our_path), (their_ids, their_path)):
            unknown = sorted(ids - set(names)) if labels else sorted(i for i in ids if i < 0)
            if unknown:
                expected = f"ids of {labels.name}" if labels else "ids from 0"
                raise InputError(f"{path} has ids {unknown[:8]}", expected)
        predicted, true = predicted | our_ids, true | their_ids
        if theirs.tilt_degrees > _RIGHT_ANGLE_DEGREES:
            notes.append(
                f"{name}: its axes are {theirs.tilt_degrees:.0f}° from right angles (a tilted gantry): distances in mm are not exact"
            )
        found[name] = {
            i: score_volume(ours.ids == i, theirs.ids == i, theirs.spacing, tolerance_mm, theirs.voxel_ml)
            for i in sorted(set(names) if labels else our_ids | their_ids)
        }
        if report:
            report(len(found), len(pairing.pairs))
    names = names or {int(i): str(i) for i in sorted(predicted | true)}
    if not names:
        raise InputError(f"{pairing.truth} and {pairing.prediction} hold nothing but 0", "labels over 0")
    empty = np.zeros((1, 1, 1), bool)
    absent = score_volume(empty, empty, (1, 1, 1), tolerance_mm)
    cases = {
        case: {name: scores.get(i, absent) for i, name in names.items()} for case, scores in found.items()
    }
    per_label = {name: mean_scores([case[name] for case in cases.values()]) for name in names.values()}
    wrong = sorted(predicted - true)
    if wrong:
        notes.append(f"ids {wrong} are predicted but nowhere in the truth")
    present = {
        name: sum(case[name].volume_ml + case[name].truth_ml > 0 for case in cases.values())
        for name in names.values()
    }
    mean = mean_scores(list(per_label.values()))
    return VolumeEvaluation(pairing, notes, mean, per_label, cases, present)


@dataclass(frozen=True)
class InstanceEvaluation(Evaluated):
    score: InstanceAP


def evaluate_cityscapes_instances(
    prediction: str | Path, truth: str | Path, *, skip_missing: bool = False, report: Report | None = None
) -> InstanceEvaluation:
    """AP of a folder of Cityscapes' instance results against one of ``_instanceIds`` PNGs.

    Results: a text file an image with a line an object, ``mask.png labelId score``, the mask's path from the text file.

    Raises:
        InputError: nothing or something is missing, a file is broken, sizes differ, ids are unknown.
    """
    pairing = pair_folders(
        prediction, truth, (".txt",), truth_suffixes=("_instanceids.png",)
    ).check(skip_missing)  # fmt: skip
    scorer = CityscapesAP()
    for done, (name, listing, path) in enumerate(pairing.pairs, 1):
        rows = _instance_rows(listing)
        masks = (read_ids(mask) != 0 for mask, _, _ in rows)
        scorer.add(masks, [i for _, i, _ in rows], [score for _, _, score in rows], read_ids(path), name)
        if report:
            report(done, len(pairing.pairs))
    return InstanceEvaluation(pairing, [], scorer.score())


def _instance_rows(path: Path) -> Sequence[tuple[Path, int, float]]:
    rows = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read ({error})", "lines such as mask.png 26 0.97") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            mask, label_id, score = line.rsplit(maxsplit=2)
            if not mask.isprintable():
                raise ValueError("no file has such a name")
            if not math.isfinite(float(score)):
                raise ValueError("nothing can be ranked by it")
            rows.append((path.parent / mask, int(label_id), float(score)))
        except ValueError:
            raise InputError(
                f"{path}, line {number}: {line[:60]!r}", "mask.png labelId score, such as a_0.png 26 0.97"
            ) from None
    return rows
