"""Average precision of instances by Cityscapes' own rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from core.errors import InputError
from core.labels import get_label_set

OVERLAPS = np.arange(0.5, 1.0, 0.05)  # as the reference makes them: 0.55 is not 0.5 + 0.05 rounded
MIN_PIXELS = 100
_FIRST_INSTANCE = 1000


@dataclass(frozen=True)
class InstanceAP:
    """``ap``: mean over classes and overlaps, ``ap50``: at overlap .5; 0 to 1, nan without truth; by class name too."""

    ap: float
    ap50: float
    per_class: dict[str, dict[str, float]]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class _Prediction:
    pixels: int
    score: float
    void: int
    common: dict[int, int]  # pixels by instance id of the truth, of its own class only


@dataclass
class _Image:
    """One class of one image: truth's pixels by instance id (under 1000: a group), predictions."""

    truth: dict[int, int]
    predictions: list[_Prediction] = field(default_factory=list)


class CityscapesAP:
    """Streams image by image (what is kept: sizes and overlaps), and merges.

    Rules of cityscapesscripts (evalInstanceLevelSemanticLabeling): a match has IoU strictly over the overlap (.50, .55
    … .95); truth of under 100 px and groups (ids under 1000) are no truth; of several predictions for one truth the
    best score counts, the others are false positives; a prediction without match is forgiven when the share of its
    pixels on void, groups and small truth of its class is over the overlap. Void are bare ids of ignored labels:
    instances of caravan and trailer (29xxx, 30xxx) are not. Precision is integrated over recall with the centred steps
    of the reference. A class without truth is nan and skipped; with truth but without predictions it is 0 (also when
    all its predictions are forgiven, where the reference stops with an error).

    >>> truth = np.full((20, 20), 26001)
    >>> scorer = CityscapesAP()
    >>> scorer.add([truth == 26001], [26], [0.9], truth)
    >>> scorer.score().ap
    1.0
    """

    def __init__(self) -> None:
        self.labels = get_label_set("cityscapes")
        self._classes = {e.id: e.name for e in self.labels.evaluated if e.isthing}
        self._void = [e.id for e in self.labels.labels if e.ignored and e.id >= 0]
        self._known = {e.id for e in self.labels.labels}
        self._images: dict[int, list[_Image]] = {number: [] for number in self._classes}

    def add(
        self,
        masks: Iterable[np.ndarray],
        label_ids: Sequence[int],
        scores: Sequence[float],
        truth: np.ndarray,
        name: str = "",
    ) -> None:
        """Compare one image's predictions with its truth.

        Args:
            masks: bool (H, W) each; empty ones are left out.
            label_ids: ids of Cityscapes; labels without instances are left out.
            scores: confidences, any range.
            truth: integers (H, W): id · 1000 + number, groups and stuff the bare id.
            name: of the image, for messages.

        Raises:
            InputError: sizes differ, or ids that Cityscapes does not have.
        """
        lead = f"{name}: " if name else ""
        if truth.ndim != 2 or truth.dtype.kind not in "iu" or not truth.size or truth.min() < 0:
            raise InputError(
                f"{lead}the truth is {truth.dtype} {truth.shape}", "instance ids (H, W) such as 26001"
            )
        pixels = np.bincount(truth.ravel())
        unknown = {
            i
            for i in np.flatnonzero(pixels).tolist()
            if (i if i < _FIRST_INSTANCE else i // 1000) not in self._known
        }
        if unknown:
            raise InputError(f"{lead}ids {sorted(unknown)[:8]} in the truth", "instance ids of cityscapes")
        images = {
            number: _Image({int(i): int(pixels[i]) for i in _instances(pixels, number)})
            for number in self._classes
        }
        for mask, label_id, score in zip(masks, label_ids, scores, strict=True):
            if label_id not in self._known:
                raise InputError(f"{lead}a prediction of id {label_id}", "an id of cityscapes")
            if mask.shape != truth.shape:
                raise InputError(f"{lead}a mask is {mask.shape}, the truth {truth.shape}", "one size")
            if label_id not in self._classes:
                continue
            common = np.bincount(truth[mask != 0], minlength=len(pixels))
            size = int(common.sum())
            if size:
                void = int(common[[i for i in self._void if i < len(common)]].sum())
                shared = {i: int(common[i]) for i in images[label_id].truth if common[i]}
                images[label_id].predictions.append(_Prediction(size, float(score), void, shared))
        for number, image in images.items():
            if image.truth or image.predictions:
                self._images[number].append(image)

    def merge(self, other: CityscapesAP) -> CityscapesAP:
        """Add another part's images to this one's; returns this one."""
        for number, images in other._images.items():
            self._images[number] += images
        return self

    def score(self) -> InstanceAP:
        """All figures; see :class:`InstanceAP`."""
        table = np.array(
            [[_average_precision(self._images[n], overlap) for overlap in OVERLAPS] for n in self._classes]
        )
        per_class = {
            name: {"ap": float(row.mean()), "ap50": float(row[0])}
            for name, row in zip(self._classes.values(), table, strict=True)
        }
        there = table[~np.isnan(table[:, 0])]
        if not len(there):
            return InstanceAP(float("nan"), float("nan"), per_class)
        return InstanceAP(float(there.mean()), float(there[:, 0].mean()), per_class)


def _instances(pixels: np.ndarray, label_id: int) -> np.ndarray:
    """Ids of one label that occur: the group and the instances."""
    first = label_id * 1000
    numbers = np.flatnonzero(pixels[first : first + 1000]) + first
    return np.append(label_id, numbers) if label_id < len(pixels) and pixels[label_id] else numbers


def _average_precision(images: list[_Image], overlap: float) -> float:
    """One class at one overlap; nan without truth."""
    right: list[int] = []
    scores: list[float] = []
    missed = truths = predictions = 0
    for image in images:
        predictions += len(image.predictions)
        matched = [
            {i for i, n in p.common.items() if n / (image.truth[i] + p.pixels - n) > overlap}
            for p in image.predictions
        ]
        for i, size in image.truth.items():
            if i < _FIRST_INSTANCE or size < MIN_PIXELS:
                continue
            truths += 1
            found = sorted(p.score for p, ids in zip(image.predictions, matched, strict=True) if i in ids)
            if found:
                right += [0] * (len(found) - 1) + [1]
                scores += found
            else:
                missed += 1
        for prediction, ids in zip(image.predictions, matched, strict=True):
            if ids:
                continue
            forgiven = prediction.void
            for i, n in prediction.common.items():
                # A group that is small counts twice, as in the reference.
                forgiven += n * ((i < _FIRST_INSTANCE) + (image.truth[i] < MIN_PIXELS))
            if forgiven / prediction.pixels <= overlap:
                right.append(0)
                scores.append(prediction.score)
    if not truths:
        return float("nan")
    if not predictions or not scores:
        return 0.0
    return _area(np.array(right), np.array(scores), missed)


def _area(right: np.ndarray, scores: np.ndarray, missed: int) -> float:
    """Area under precision over recall; ``missed``: truths that no prediction found at any score."""
    order = np.argsort(scores)
    right, scores = right[order], scores[order]
    below = np.concatenate([[0], np.cumsum(right)])
    _, first = np.unique(scores, return_index=True)
    true = below[-1] - below[first]
    precision = np.append(true / (len(scores) - first), 1.0)
    recall = np.append(true / (below[-1] + missed), 0.0)
    padded = np.concatenate([recall[:1], recall, [0.0]])
    return float(precision @ ((padded[:-2] - padded[2:]) / 2))
