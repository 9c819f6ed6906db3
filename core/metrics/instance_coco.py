"""COCO's mask AP, by pycocotools itself."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import InputError
from core.results import Instances

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
                kept.append({
                    "id": len(kept) + 1, "image_id": number, "category_id": int(side.label_ids[i]), "segmentation": code,
                    "area": int(mask.sum()), "bbox": rle.toBbox(code).tolist(), "iscrowd": int(crowd),
                    "score": float(side.scores[i]),
                })  # fmt: skip
    categories = [{"id": e.id, "name": e.name} for e in truths[0].labels.labels]
    return _evaluate({"images": images, "annotations": annotations, "categories": categories}, answers)


def coco_ap_files(predictions: str | Path, truth: str | Path) -> CocoAP:
    """Mask AP of a COCO results file against a COCO annotation file.

    Args:
        predictions: JSON, ``[{"image_id", "category_id", "segmentation", "score"}]``.
        truth: JSON, ``{"images", "annotations", "categories"}``.

    Raises:
        InputError: not such files, predictions of unknown images or categories, or masks of another size.
    """
    predictions, truth = Path(predictions), Path(truth)
    answers, dataset = _read_json(predictions), _read_json(truth)
    if not isinstance(dataset, dict) or not {"images", "annotations", "categories"} <= set(dataset):
        raise InputError(f"{truth.name} is no COCO truth", '"images", "annotations" and "categories"')
    keys = {"image_id", "category_id", "segmentation", "score"}
    if not isinstance(answers, list) or not all(isinstance(a, dict) and keys <= set(a) for a in answers):
        raise InputError(f"{predictions.name} is no COCO result", f"a list of {', '.join(sorted(keys))}")
    for what, place in (("image", "images"), ("category", "categories")):
        known = {e["id"] for e in dataset[place]}
        unknown = sorted({str(a[f"{what}_id"]) for a in answers if a[f"{what}_id"] not in known})
        if unknown:
            raise InputError(
                f"{predictions.name} has predictions of {what} {', '.join(unknown[:8])}",
                f"a {what} of {truth.name}",
            )
    sizes = {e["id"]: [e["height"], e["width"]] for e in dataset["images"]}
    for answer in answers:
        code = answer["segmentation"]
        if isinstance(code, dict) and list(code.get("size", [])) != sizes[answer["image_id"]]:
            raise InputError(
                f"{predictions.name}: a mask of image {answer['image_id']} is {code.get('size')}",
                f"{sizes[answer['image_id']]} as in {truth.name}",
            )
    return _evaluate(dataset, answers)


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path} does not exist", "a COCO JSON file") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path.name} is not JSON ({error})", "a COCO JSON file") from None


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
