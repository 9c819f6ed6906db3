"""COCO's panoptic format on disk: a JSON file beside a folder of PNGs that has its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import cv2
import numpy as np

from core.errors import InputError
from core.labels import Label
from core.media.images import MAX_MEGAPIXELS
from core.metrics.folders import missing_error
from core.metrics.panoptic import PanopticQuality
from core.metrics.read import read_ahead, read_json
from core.results import Segment

Report = Callable[[int, int], None]  # done, total


@dataclass(frozen=True)
class PanopticPairing:
    """Images of two panoptic JSON files, paired by ``image_id``.

    Attributes:
        prediction, truth: the JSON files.
        labels: the truth's categories.
        pairs: annotations of prediction and truth, in the truth's order.
        missing, extra: file names without a prediction, and of predictions of other images.
    """

    prediction: Path
    truth: Path
    labels: tuple[Label, ...]
    pairs: list[tuple[dict[str, Any], dict[str, Any]]]
    missing: list[str]
    extra: list[str]

    def evaluate(self, report: Report | None = None) -> PanopticQuality:
        """PQ over the pairs; ``report`` is called with the images done and their number."""
        quality = PanopticQuality(self.labels)
        for done, (maps, (answer, annotation)) in enumerate(
            zip(read_ahead(self._read, self.pairs), self.pairs, strict=True), 1
        ):
            name = annotation["file_name"]
            ours, theirs = _segments(answer, self.prediction), _segments(annotation, self.truth)
            areas = quality.add(maps[0], ours, maps[1], theirs, name)
            _check_areas(annotation, areas, self.truth)
            if report:
                report(done, len(self.pairs))
        return quality

    def _read(self, pair: tuple[dict[str, Any], dict[str, Any]]) -> tuple[np.ndarray, np.ndarray]:
        answer, annotation = pair
        ours = _read_png(_picture(self.prediction, answer["file_name"]))
        return ours, _read_png(_picture(self.truth, annotation["file_name"]))


def pair_panoptic_files(
    prediction: str | Path,
    truth: str | Path,
    labels: Iterable[Label] | None = None,
    skip_missing: bool = False,
    among: Collection[Path] | None = None,
) -> PanopticPairing:
    """Read and check the two JSON files.

    Args:
        labels: categories; None: the truth's own.
        skip_missing: leave out images without a prediction.
        among: the PNGs of predictions that count (None: all).

    Raises:
        InputError: a file, a folder or a prediction is missing, or a JSON is not in COCO's panoptic format.
    """
    prediction, truth = Path(prediction), Path(truth)
    answers = {a["image_id"]: a for a in _read_json(prediction)["annotations"]}
    if among is not None:
        answers = {i: a for i, a in answers.items() if _picture(prediction, a["file_name"]) in among}
    body = _read_json(truth)
    annotations = body["annotations"]
    kept = tuple(labels) if labels is not None else tuple(_categories(body, truth))
    if not annotations:
        raise InputError(f"{truth} has no annotations", "at least one")
    known = {a["image_id"] for a in annotations}
    pairing = PanopticPairing(
        prediction,
        truth,
        kept,
        [(answers[a["image_id"]], a) for a in annotations if a["image_id"] in answers],
        [str(a["file_name"]) for a in annotations if a["image_id"] not in answers],
        [str(a["file_name"]) for i, a in answers.items() if i not in known],
    )
    if pairing.missing and not (skip_missing and pairing.pairs):
        raise missing_error(prediction, truth, pairing.missing, len(pairing.pairs))
    return pairing


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
    return pair_panoptic_files(prediction, truth).evaluate(report)


def decode_ids(bgr: np.ndarray) -> np.ndarray:
    """int32 (H, W) segment ids of a panoptic PNG as OpenCV reads it, uint8 BGR (H, W, 3).

    >>> decode_ids(np.array([[[1, 2, 3]]], np.uint8)).tolist()  # R 3, G 2, B 1
    [[66051]]
    """
    rgba = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGBA)
    rgba[..., 3] = 0
    return rgba.view("<i4")[..., 0]


def _read_json(path: Path) -> dict[str, Any]:
    body = read_json(path, "a panoptic JSON file")
    annotations = body.get("annotations") if isinstance(body, dict) else None
    if not isinstance(annotations, list) or not all(_is_annotation(a) for a in annotations):
        raise InputError(
            f"{path} has no panoptic annotations",
            'COCO\'s "annotations": [{"image_id", "file_name", "segments_info"}]',
        )
    twice = [i for i, n in Counter(a["image_id"] for a in annotations).items() if n > 1]
    if twice:
        raise InputError(f"{path} has two annotations of image_id {twice[0]!r}", "one an image")
    if not path.with_suffix("").is_dir():
        raise InputError(
            f"the folder {path.with_suffix('')} does not exist", f"the PNGs of {path.name} in it"
        )
    return body


def _is_annotation(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("image_id"), str | int)
        and isinstance(entry.get("file_name"), str)
        and isinstance(entry.get("segments_info"), list)
    )


def _categories(body: dict[str, Any], path: Path) -> list[Label]:
    try:
        labels = [
            Label(int(c["id"]), str(c["name"]), (0, 0, 0), isthing=bool(c["isthing"]))
            for c in body["categories"]
        ]
    except (KeyError, TypeError, ValueError, OverflowError):
        raise InputError(
            f"{path} has no categories",
            '"categories": [{"id", "name", "isthing"}]',
            "or name a set with --labels",
        ) from None
    for what in ("id", "name"):
        values = [getattr(label, what) for label in labels]
        if len(set(values)) != len(values):
            raise InputError(f"{path}: two categories have one {what}", "different ones")
    return labels


def _segments(annotation: dict[str, Any], path: Path) -> list[Segment]:
    try:
        return [
            Segment(int(s["id"]), int(s["category_id"]), bool(s.get("iscrowd", 0)))
            for s in annotation["segments_info"]
        ]
    except (KeyError, TypeError, ValueError, OverflowError):
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


def _is_whole(content: bytes) -> bool:
    """Whether a PNG's chunks fit into the file up to its end, and one of them has a size."""
    at, sizes = 8, 0
    while at + 12 <= len(content):
        name = content[at + 4 : at + 8]
        sizes += name == b"IHDR"
        at += 12 + int.from_bytes(content[at : at + 4], "big")
        if name == b"IEND":
            return at <= len(content) and sizes == 1
    return False


def _picture(path: Path, name: str) -> Path:
    """The PNG that a JSON file names, in the folder beside it and nowhere else."""
    inside = PurePosixPath(name.replace("\\", "/"))
    if inside.is_absolute() or ".." in inside.parts or not 0 < len(name) < 256 or not name.isprintable():
        raise InputError(
            f"{path} names a picture {name!r}", f"a PNG in the folder {path.with_suffix('').name}"
        )
    return path.with_suffix("") / inside


def _read_png(path: Path) -> np.ndarray:
    if not path.is_file():
        raise InputError(f"{path} does not exist", "the PNG that the JSON names")
    content = path.read_bytes()
    # OpenCV decodes a file without its end, in silence or with a complaint of its own; and takes the memory that it or
    # one of its chunks claims.
    whole = _is_whole(content)
    width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
    if whole and width * height > MAX_MEGAPIXELS * 1e6:
        raise InputError(f"{path} is {width}×{height} px", f"at most {MAX_MEGAPIXELS} megapixels")
    is_png = content[:8] == b"\x89PNG\r\n\x1a\n"
    image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED) if whole and is_png else None
    if image is None or image.ndim != 3 or image.dtype != np.uint8:
        why = "is no panoptic PNG" if whole else "is damaged or cut short"
        raise InputError(f"{path} {why}", "8-bit RGB, id = R + 256·G + 65536·B")
    return decode_ids(np.ascontiguousarray(image[..., :3]))
