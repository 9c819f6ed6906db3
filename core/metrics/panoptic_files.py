"""COCO's panoptic format on disk: a JSON file beside a folder of PNGs that has its name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from core.errors import InputError
from core.labels import Label
from core.metrics.panoptic import PanopticQuality
from core.results import Segment

Report = Callable[[int, int], None]  # done, total


def evaluate_panoptic_files(
    prediction: str | Path, truth: str | Path, report: Report | None = None
) -> PanopticQuality:
    """PQ of ``X.json`` + ``X/*.png`` against another such pair, paired by ``image_id``.

    The truth's categories count. Predictions of other images are left aside, as panopticapi does.

    Args:
        prediction, truth: the two JSON files; pixels of the PNGs are id = R + 256·G + 65536·B, 0 is void.
        report: called with the images done and their number.

    Raises:
        InputError: a file or a prediction is missing, sizes differ, ids of a PNG and the JSON differ, an area in the
            truth's JSON is not that of its PNG, or a category is unknown; the message names the file.
    """
    prediction, truth = Path(prediction), Path(truth)
    ours, theirs = _read_json(prediction), _read_json(truth)
    quality = PanopticQuality(_categories(theirs, truth))
    answers = {a["image_id"]: a for a in ours["annotations"]}
    missing = [a for a in theirs["annotations"] if a["image_id"] not in answers]
    if missing:
        names = ", ".join(str(a["file_name"]) for a in missing[:5]) + (" …" if len(missing) > 5 else "")
        raise InputError(
            f"{prediction.name} has no prediction for {len(missing)} of {len(theirs['annotations'])} images ({names})",
            "one for every image of the truth",
        )
    if not theirs["annotations"]:
        raise InputError(f"{truth.name} has no annotations", "at least one")
    for number, annotation in enumerate(theirs["annotations"], 1):
        answer = answers[annotation["image_id"]]
        name = annotation["file_name"]
        their_map = _read_png(truth.with_suffix("") / name)
        our_map = _read_png(prediction.with_suffix("") / answer["file_name"])
        areas = quality.add(
            our_map, _segments(answer, prediction), their_map, _segments(annotation, truth), name
        )
        _check_areas(annotation, areas, truth)
        if report:
            report(number, len(theirs["annotations"]))
    return quality


def decode_ids(bgr: np.ndarray) -> np.ndarray:
    """int32 (H, W) segment ids of a panoptic PNG as OpenCV reads it, uint8 BGR (H, W, 3).

    >>> decode_ids(np.array([[[1, 2, 3]]], np.uint8)).tolist()  # R 3, G 2, B 1
    [[66051]]
    """
    rgba = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGBA)
    rgba[..., 3] = 0
    return rgba.view("<i4")[..., 0]


def _read_json(path: Path) -> dict[str, Any]:
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path} does not exist", "a panoptic JSON file") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path.name} is not JSON ({error})", "a panoptic JSON file") from None
    good = isinstance(body, dict) and isinstance(body.get("annotations"), list)
    if not good or not all(
        isinstance(a, dict) and {"image_id", "file_name", "segments_info"} <= set(a)
        for a in body["annotations"]
    ):
        raise InputError(
            f"{path.name} has no panoptic annotations",
            'COCO\'s "annotations": [{"image_id", "file_name", "segments_info"}]',
        )
    if not path.with_suffix("").is_dir():
        raise InputError(
            f"the folder {path.with_suffix('')} does not exist", f"the PNGs of {path.name} in it"
        )
    return body


def _categories(body: dict[str, Any], path: Path) -> list[Label]:
    try:
        labels = [
            Label(int(c["id"]), str(c["name"]), (0, 0, 0), isthing=bool(c["isthing"]))
            for c in body["categories"]
        ]
    except (KeyError, TypeError, ValueError):
        raise InputError(
            f"{path.name} has no categories", '"categories": [{"id", "name", "isthing"}]'
        ) from None
    for what in ("id", "name"):
        values = [getattr(label, what) for label in labels]
        if len(set(values)) != len(values):
            raise InputError(f"{path.name}: two categories have one {what}", "different ones")
    return labels


def _segments(annotation: dict[str, Any], path: Path) -> list[Segment]:
    try:
        return [
            Segment(int(s["id"]), int(s["category_id"]), bool(s.get("iscrowd", 0)))
            for s in annotation["segments_info"]
        ]
    except (KeyError, TypeError, ValueError):
        raise InputError(
            f"{path.name}: the segments of {annotation['file_name']} are broken",
            '"id" and "category_id" of each',
        ) from None


def _check_areas(annotation: dict[str, Any], areas: dict[int, int], path: Path) -> None:
    """panopticapi takes the truth's areas from the JSON: a wrong one would make another, wrong IoU."""
    for segment in annotation["segments_info"]:
        area = areas[int(segment["id"])]
        if segment.get("area", area) != area:
            raise InputError(
                f"{path.name}: segment {segment['id']} of {annotation['file_name']} has an area of {segment['area']}",
                f"the {area} px it has in the PNG",
            )


def _read_png(path: Path) -> np.ndarray:
    if not path.is_file():
        raise InputError(f"{path} does not exist", "the PNG that the JSON names")
    content = np.fromfile(path, np.uint8)
    image = cv2.imdecode(content, cv2.IMREAD_UNCHANGED) if content.size else None
    if image is None or image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise InputError(f"{path} is no panoptic PNG", "8-bit RGB, id = R + 256·G + 65536·B")
    return decode_ids(image)
