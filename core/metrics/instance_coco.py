"""COCO's mask AP, by pycocotools itself."""

from __future__ import annotations

import contextlib
import io
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import InputError
from core.metrics.read import read_json
from core.results import Instances

MAX_PIXELS = 100_000_000
_LONGEST_OUTLINE = 100
"""Times an image's height and width: far more than any outline in it has."""
_STATS = ("ap", "ap50", "ap75", "ap_small", "ap_medium", "ap_large", "ar1", "ar10", "ar100")


@dataclass(frozen=True)
class CocoAP:
    """COCO's figures, 0 to 1; nan where pycocotools says −1 (no truth).

    ``ap``: mean over IoU .50, .55 … .95, 101 recalls and classes; ``ap50``, ``ap75`` at one IoU; small, medium, large:
    truth under 32², under 96², from 96² px on; ``ar1``, ``ar10``, ``ar100``: mean recall with so many predictions an
    image; ``per_class``: ``ap`` by class name.
    """

    ap: float
    ap50: float
    ap75: float
    ap_small: float
    ap_medium: float
    ap_large: float
    ar1: float
    ar10: float
    ar100: float
    per_class: dict[str, float]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def coco_ap(
    predictions: Sequence[Instances], truths: Sequence[Instances], crowds: Sequence[np.ndarray] | None = None
) -> CocoAP:
    """Mask AP of predictions against truths, image by image in the same order; scores of truths do not matter.

    Lin et al., "Microsoft COCO" (ECCV 2014); pycocotools' COCOeval. A class without truth is nan, and in no mean; no
    prediction for a class with truth: 0.

    >>> from core.labels import get_label_set
    >>> masks = np.zeros((2, 40, 40), bool); masks[0, :20, :20] = masks[1, 20:, 20:] = True
    >>> both = Instances(masks, np.array([1, 1]), np.array([0.9, 0.8]), get_label_set("coco-panoptic"))
    >>> first = Instances(masks[:1], np.array([1]), np.array([0.9]), get_label_set("coco-panoptic"))
    >>> round(coco_ap([first], [both]).ap, 4)  # one of two found: precision 1 at 51 of 101 recalls
    0.505

    Args:
        crowds: bool (N,) for every image: which of its truths are crowds (predictions on them are no errors); none.

    Raises:
        InputError: numbers or sizes of images differ.
    """
    if len(predictions) != len(truths) or not truths:
        raise InputError(f"{len(predictions)} predictions for {len(truths)} truths", "one each, at least one")
    from pycocotools import mask as rle

    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    answers: list[dict[str, Any]] = []
    for number, (ours, theirs) in enumerate(zip(predictions, truths, strict=True), 1):
        if ours.masks.shape[1:] != theirs.masks.shape[1:]:
            raise InputError(
                f"image {number}: predictions {ours.masks.shape[1:]}, truth {theirs.masks.shape[1:]}",
                "one size",
            )
        height, width = theirs.masks.shape[1:]
        images.append({"id": number, "height": height, "width": width})
        for side, kept in ((ours, answers), (theirs, annotations)):
            for i, mask in enumerate(side.masks):
                crowd = side is theirs and crowds is not None and bool(crowds[number - 1][i])
                code = rle.encode(np.asfortranarray(mask, np.uint8))
                entry = {
                    "id": len(kept) + 1, "image_id": number, "category_id": int(side.label_ids[i]), "segmentation": code,
                }  # fmt: skip
                if side is theirs:
                    box = rle.toBbox(code).tolist()
                    kept.append({**entry, "area": int(mask.sum()), "bbox": box, "iscrowd": int(crowd)})
                else:  # with a bbox, pycocotools would take the box's area for the mask's
                    kept.append({**entry, "score": float(side.scores[i])})
    categories = [{"id": e.id, "name": e.name} for e in truths[0].labels.labels]
    return _evaluate({"images": images, "annotations": annotations, "categories": categories}, answers)


def coco_ap_files(predictions: str | Path, truth: str | Path) -> CocoAP:
    """Mask AP of a COCO results file against a COCO annotation file.

    Images without predictions have missed everything, as in COCO. Where results have a ``bbox``, pycocotools takes the
    box's area for small, medium and large; leave it out to have the mask's.

    Args:
        predictions: JSON, ``[{"image_id", "category_id", "segmentation", "score"}]``; segmentations are run lengths,
            compressed or not, or polygons.
        truth: JSON, ``{"images", "annotations", "categories"}``.

    Raises:
        InputError: not such files, predictions of unknown images or categories, or masks of another size.
    """
    predictions, truth = Path(predictions), Path(truth)
    answers, dataset = (
        read_json(predictions, "a COCO results file"),
        read_json(truth, "a COCO annotation file"),
    )
    _check_truth(dataset, truth)
    keys = {"image_id", "category_id", "segmentation", "score"}
    if not isinstance(answers, list) or not all(_has(a, keys) for a in answers):
        raise InputError(f"{predictions} is no COCO result", f"a list of {', '.join(sorted(keys))}")
    for what, place in (("image", "images"), ("category", "categories")):
        known = {e["id"] for e in dataset[place]}
        unknown = sorted({str(a[f"{what}_id"]) for a in answers if a[f"{what}_id"] not in known})
        if unknown:
            raise InputError(
                f"{predictions} has predictions of {what} {', '.join(unknown[:8])}",
                f"a {what} of {truth.name}",
            )
    sizes = {e["id"]: (e["height"], e["width"]) for e in dataset["images"]}
    for number, answer in enumerate(answers):
        answer["segmentation"] = _run_lengths(
            answer["segmentation"], sizes[answer["image_id"]], f"{predictions}, result {number}"
        )
    try:
        return _evaluate(dataset, answers)
    except InputError:
        raise
    except Exception as error:  # pycocotools asserts, and raises what it stumbles over
        raise InputError(
            f"{truth} or {predictions} is broken ({type(error).__name__}: {error})", "COCO's formats"
        ) from None


def _check_truth(dataset: Any, path: Path) -> None:
    needed = {
        "images": {"id", "height", "width"},
        "annotations": {"id", "image_id", "category_id", "segmentation", "area"},
        "categories": {"id", "name"},
    }
    for place, keys in needed.items():
        entries = dataset.get(place) if isinstance(dataset, dict) else None
        if not isinstance(entries, list) or not all(_has(e, keys) for e in entries):
            raise InputError(f"{path} is no COCO truth", f'"{place}" with {", ".join(sorted(keys))} each')
    if not dataset["images"]:
        raise InputError(f"{path} has no images", "at least one")
    for entry in dataset["images"]:
        sides = entry["height"], entry["width"]
        if not all(isinstance(side, int) and side > 0 for side in sides) or math.prod(sides) > MAX_PIXELS:
            raise InputError(f"{path}: image {entry['id']} of {sides[0]} × {sides[1]} px",
                             f"whole numbers from 1, at most {MAX_PIXELS // 10**6} megapixels")  # fmt: skip
    sizes = {e["id"]: (e["height"], e["width"]) for e in dataset["images"]}
    for entry in dataset["annotations"]:
        entry.setdefault("iscrowd", 0)
        if entry["image_id"] not in sizes:
            raise InputError(
                f"{path}, annotation {entry['id']}: image {entry['image_id']} is not listed", '"images"'
            )
        what, size = f"{path}, annotation {entry['id']}", sizes[entry["image_id"]]
        if isinstance(entry["segmentation"], dict):
            entry["segmentation"] = _run_lengths(entry["segmentation"], size, what)
        else:
            _check_polygons(entry["segmentation"], size, what)


def _has(entry: Any, keys: set[str]) -> bool:
    """An object with all ``keys``, whose ids are numbers or texts."""
    ids = keys & {"id", "image_id", "category_id"}
    return (
        isinstance(entry, dict) and keys <= set(entry) and all(isinstance(entry[k], int | str) for k in ids)
    )


def _check_polygons(segmentation: Any, size: tuple[int, int], what: str) -> None:
    """Refuse outlines that lead far away: pycocotools takes memory for every pixel on their way."""
    longest = _LONGEST_OUTLINE * sum(size)
    try:
        outlines = [np.array(outline, np.float64).reshape(-1, 2) for outline in segmentation]
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{what}: a broken segmentation", "run lengths or polygons") from None
    for outline in outlines:
        way = np.abs(np.diff(outline, axis=0, append=outline[:1])).sum() + np.abs(outline[:1]).sum()
        if not way <= longest:
            raise InputError(
                f"{what}: an outline of {way:.3g} px for an image of {size[0]} × {size[1]}",
                "polygons in the image's pixels",
            )


def _run_lengths(segmentation: Any, size: tuple[int, int], what: str) -> dict[str, Any]:
    """Compressed run lengths, the only form that pycocotools takes in results."""
    from pycocotools import mask as rle

    if isinstance(segmentation, dict) and segmentation.get("size") not in (list(size), size):
        raise InputError(f"{what}: a mask of {segmentation.get('size')}", f"{list(size)} as its image")
    if isinstance(segmentation, list):
        _check_polygons(segmentation, size, what)
    try:
        if isinstance(segmentation, list):
            return rle.merge(rle.frPyObjects(segmentation, *size))
        counts = segmentation["counts"]
        lengths = np.array(counts) if isinstance(counts, list) else expand(counts)
    except Exception as error:  # pycocotools raises bare Exceptions
        raise InputError(f"{what}: a broken segmentation ({error})", "run lengths or polygons") from None
    # With any other sum, pycocotools would compare the masks for ever.
    if lengths.ndim != 1 or lengths.dtype.kind != "i":
        raise InputError(f"{what}: run lengths that are no whole numbers", "a list of whole numbers")
    if (lengths < 0).any() or lengths.sum() != size[0] * size[1]:
        raise InputError(
            f"{what}: run lengths of {lengths.sum()} px",
            f"a sum of {size[0] * size[1]}, {size[0]} × {size[1]}",
        )
    return (
        rle.frPyObjects(segmentation, *size)
        if isinstance(counts, list)
        else {"size": list(size), "counts": counts}
    )


def expand(counts: str | bytes) -> np.ndarray:
    """COCO's compressed run lengths as numbers, int64 (N,): five bits a character, differences from the third on.

    >>> expand("04<").tolist()
    [0, 4, 12]
    """
    code = (
        np.frombuffer(counts.encode("ascii") if isinstance(counts, str) else counts, np.uint8).astype(
            np.int64
        )
        - 48
    )
    last = (code & 32) == 0
    if len(code) and (code.min() < 0 or code.max() > 63 or not last[-1]):
        raise ValueError("no characters of run lengths")
    ends = np.flatnonzero(last)
    starts = np.append(0, ends[:-1] + 1)[: len(ends)]
    digit = np.arange(len(code)) - np.repeat(starts, ends - starts + 1)
    values = np.add.reduceat((code & 31) << 5 * digit, starts) if len(ends) else np.zeros(0, np.int64)
    values -= np.where(code[ends] & 16, 1 << 5 * (ends - starts + 1), 0)
    values[1::2] = np.cumsum(values[1::2])
    values[2::2] = np.cumsum(values[2::2])
    return values


def _evaluate(dataset: dict[str, Any], answers: list[dict[str, Any]]) -> CocoAP:
    try:
        from pycocotools.coco import COCO
        from pycocotools.cocoeval import COCOeval
    except ImportError:
        raise InputError(
            "pycocotools is not installed", "it, for COCO's AP", "pip install pycocotools"
        ) from None
    with contextlib.redirect_stdout(io.StringIO()):  # it reports every step
        truth = COCO()
        truth.dataset = dataset
        truth.createIndex()
        if answers:
            ours = truth.loadRes([dict(a) for a in answers])
        else:  # loadRes fails on an empty list
            ours = COCO()
            ours.dataset = {**dataset, "annotations": []}
            ours.createIndex()
        scorer = COCOeval(truth, ours, "segm")
        scorer.evaluate()
        scorer.accumulate()
        scorer.summarize()
    values = [float(v) if v > -1 else float("nan") for v in scorer.stats]
    names = {c["id"]: c["name"] for c in dataset["categories"]}
    per_class = {}
    for row, number in enumerate(scorer.params.catIds):
        precision = scorer.eval["precision"][:, :, row, 0, -1]
        known = precision[precision > -1]
        per_class[names[number]] = float(known.mean()) if len(known) else float("nan")
    return CocoAP(**dict(zip(_STATS, values, strict=False)), per_class=per_class)
