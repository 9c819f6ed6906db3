"""Semantic segmentation: one confusion matrix over a whole data set, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from core.errors import InputError
from core.labels import LabelSet

_IDS = 256  # ids are bytes in the field's PNG files
_BLOCK = 1 << 24  # float32, in which OpenCV counts, is exact up to here


@dataclass(frozen=True)
class SemanticScore:
    """Figures of a :class:`ConfusionMatrix`; ratios 0 to 1, nan where there is nothing to divide.

    Attributes:
        pixels: with a truth that counts.
        pixel_accuracy: Σᵢ nᵢᵢ / Σᵢ tᵢ (nᵢⱼ: pixels of truth i predicted as j, tᵢ = Σⱼ nᵢⱼ).
        mean_accuracy: mean of nᵢᵢ / tᵢ over classes in the truth.
        miou: mean of ``iou`` over classes that occur in the truth or the prediction.
        frequency_weighted_iou: Σᵢ tᵢ IoUᵢ / Σᵢ tᵢ (Long et al., "Fully Convolutional Networks", CVPR 2015).
        iou: by class name, nᵢᵢ / (tᵢ + Σⱼ nⱼᵢ − nᵢᵢ) with j over classes that count; nan: absent everywhere.
        category_iou: the same by coarser class (Cityscapes); {} where the label set has none.
        category_miou: its mean; nan where there is none.
        confusion: int64 (N, N + 1), truth by prediction in the order of ``iou``; the last column holds
            predictions of an ignored id.
    """

    pixels: int
    pixel_accuracy: float
    mean_accuracy: float
    miou: float
    frequency_weighted_iou: float
    iou: dict[str, float]
    category_iou: dict[str, float]
    category_miou: float
    confusion: np.ndarray

    def as_json(self) -> dict[str, Any]:
        """Plain numbers; the matrix as nested lists."""
        return vars(self) | {"confusion": self.confusion.tolist()}


class ConfusionMatrix:
    """Counts pairs of ids, image by image, in constant memory; parts merge.

    Rules of ``cityscapesscripts`` (evalPixelLevelSemanticLabeling), which on Pascal VOC give VOCevalseg's figures:
    truth of an ignored or void id is left out of the false positives; a *predicted* ignored or void id on valid
    truth is a false negative; one matrix over the whole data set; a class absent everywhere is nan and skipped in
    the mean. Works on ids, not on train ids.

    >>> from core.labels import get_label_set
    >>> matrix = ConfusionMatrix(get_label_set("voc"))
    >>> matrix.add(prediction=np.array([[0, 15, 15]], np.uint8), truth=np.array([[0, 0, 15]], np.uint8))
    >>> matrix.score().miou
    0.5

    Attributes:
        labels: what ids mean.
        counts: int64 (256, 256), truth by prediction.
    """

    def __init__(self, labels: LabelSet) -> None:
        self.labels = labels
        self.counts = np.zeros((_IDS, _IDS), np.int64)
        known = [
            i for i in [*(e.id for e in labels.labels), labels.void_id] if i is not None and 0 <= i < _IDS
        ]
        self._unknown = np.ones(_IDS, bool)
        self._unknown[known] = False

    def add(self, prediction: np.ndarray, truth: np.ndarray, name: str = "") -> None:
        """Count one image.

        Args:
            prediction, truth: ids, integers (H, W) from 0 to 255; uint8 is the quickest.
            name: of the image, for messages.

        Raises:
            InputError: the sizes differ, or an id that the label set does not have; nothing is counted then.
        """
        lead = f"{name}: " if name else ""
        if prediction.shape != truth.shape:
            raise InputError(
                f"{lead}the prediction is {prediction.shape}, the truth {truth.shape}", "one size"
            )
        counts = joint_histogram(
            as_bytes(truth, f"{lead}the truth"), as_bytes(prediction, f"{lead}the prediction")
        )
        for what, sums in (("truth", counts.sum(1)), ("prediction", counts.sum(0))):
            unknown = np.flatnonzero(self._unknown & (sums > 0))
            if len(unknown):
                raise InputError(
                    f"{lead}ids {unknown[:8].tolist()} in the {what}",
                    f"ids of {self.labels.name}",
                    "map train ids to ids, or name another label set",
                )
        self.counts += counts

    def merge(self, other: ConfusionMatrix) -> ConfusionMatrix:
        """Add another part's counts to this one's; returns this one.

        Raises:
            ValueError: of another label set.
        """
        if other.labels != self.labels:
            raise ValueError(f"counts of {other.labels.name} cannot join {self.labels.name}")
        self.counts += other.counts
        return self

    def score(self) -> SemanticScore:
        """All figures; see :class:`SemanticScore`."""
        ids = [label.id for label in self.labels.evaluated]
        names = [label.name for label in self.labels.evaluated]
        rows = self.counts[ids]
        inside = rows[:, ids]
        true, truth = np.diag(inside), rows.sum(1)
        iou = ratio(true, truth + inside.sum(0) - true)
        total = int(truth.sum())
        categories = self._category_iou()
        weighted = float((truth * np.nan_to_num(iou)).sum())
        return SemanticScore(
            pixels=total,
            pixel_accuracy=float(true.sum() / total) if total else float("nan"),
            mean_accuracy=mean(ratio(true, truth)),
            miou=mean(iou),
            frequency_weighted_iou=weighted / total if total else float("nan"),
            iou=dict(zip(names, iou.tolist(), strict=True)),
            category_iou=categories,
            category_miou=mean(np.array(list(categories.values()))),
            confusion=np.column_stack([inside, truth - inside.sum(1)]),
        )

    def _category_iou(self) -> dict[str, float]:
        """Confusions inside a category are true positives; its ignored labels are neither rows nor columns of it."""
        members: dict[str, list[int]] = {}
        for label in self.labels.evaluated:
            if label.category:
                members.setdefault(label.category, []).append(label.id)
        every = [label.id for label in self.labels.evaluated]
        found = {}
        for category, ids in members.items():
            true = self.counts[np.ix_(ids, ids)].sum()
            union = self.counts[ids].sum() + self.counts[np.ix_(every, ids)].sum() - true
            found[category] = float(true / union) if union else float("nan")
        return found


def joint_histogram(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """int64 (256, 256): how often each pair occurs in two uint8 arrays of one shape.

    >>> int(joint_histogram(np.array([[3, 3]], np.uint8), np.array([[4, 4]], np.uint8))[3, 4])
    2
    """
    counts = np.zeros((_IDS, _IDS), np.int64)
    a, b = (np.ascontiguousarray(x).reshape(1, -1) for x in (rows, columns))
    for start in range(0, a.shape[1], _BLOCK):
        pair = [a[:, start : start + _BLOCK], b[:, start : start + _BLOCK]]
        counts += cv2.calcHist(pair, [0, 1], None, [_IDS, _IDS], [0, _IDS, 0, _IDS]).astype(np.int64)
    return counts


def as_bytes(ids: np.ndarray, what: str) -> np.ndarray:
    """Ids as uint8 (H, W).

    Raises:
        InputError: not two-dimensional, not integers, or beyond 0 to 255.
    """
    if ids.ndim != 2 or ids.dtype.kind not in "iu":
        raise InputError(f"{what} is {ids.dtype} {ids.shape}", "a single channel of integer ids (H, W)")
    if ids.dtype != np.uint8:
        if ids.size and (ids.min() < 0 or ids.max() >= _IDS):
            raise InputError(f"{what} has ids from {ids.min()} to {ids.max()}", "ids from 0 to 255")
        ids = ids.astype(np.uint8)
    return ids


def ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """``part / whole``, float64; nan where ``whole`` is 0."""
    return np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=np.asarray(whole) != 0)


def mean(values: np.ndarray) -> float:
    """Mean of what is not nan; nan where nothing is left."""
    kept = values[~np.isnan(values)]
    return float(kept.mean()) if len(kept) else float("nan")
