"""Panoptic quality: PQ = SQ · RQ, by panopticapi's rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.errors import InputError
from core.labels import Label
from core.metrics.pairs import Pairs, count_pairs
from core.results import Segment

VOID = 0


@dataclass(frozen=True)
class ClassQuality:
    """One class, 0 to 1: ``pq`` = Σ IoU / (tp + fp/2 + fn/2), ``sq`` = Σ IoU / tp, ``rq`` = tp / (tp + fp/2 + fn/2).

    As in panopticapi, 0 where there is nothing to divide; a class with tp + fp + fn = 0 is in no mean.
    """

    pq: float
    sq: float
    rq: float
    tp: int
    fp: int
    fn: int


@dataclass(frozen=True)
class MeanQuality:
    """Means over the ``n`` classes with tp + fp + fn > 0; nan where n is 0."""

    pq: float
    sq: float
    rq: float
    n: int


@dataclass(frozen=True)
class PanopticScore:
    """Figures of :class:`PanopticQuality`: over all classes, things, stuff, and by class name."""

    all: MeanQuality
    things: MeanQuality
    stuff: MeanQuality
    per_class: dict[str, ClassQuality]

    def as_json(self) -> dict[str, Any]:
        """``{"pq", "sq", "rq", "n", "things": {…}, "stuff": {…}, "per_class": {name: {…}}}``."""
        groups = {"things": asdict(self.things), "stuff": asdict(self.stuff)}
        return asdict(self.all) | groups | {"per_class": {k: asdict(v) for k, v in self.per_class.items()}}


class PanopticQuality:
    """Adds image by image in constant memory; parts merge.

    Kirillov et al., "Panoptic Segmentation" (CVPR 2019), with the rules of panopticapi's ``evaluation.py``:

    - A match: one category, IoU > 0.5, truth not crowd. The union leaves out what of the prediction lies on the
      truth's void (id 0); void of the prediction gets no relief.
    - An unmatched truth is a false negative, unless crowd. An unmatched prediction is a false positive, unless more
      than half of it lies on void and on crowd of its category (of several crowds of a category, the last listed).

    >>> from core.labels import Label
    >>> quality = PanopticQuality([Label(1, "car", (0, 0, 0), isthing=True)])
    >>> truth, prediction = np.array([[1, 1, 1, 0]]), np.array([[5, 5, 0, 5]])
    >>> _ = quality.add(prediction, [Segment(5, 1)], truth, [Segment(1, 1)])
    >>> round(quality.score().all.pq, 4)  # 2 px of 3: the void one does not count
    0.6667

    Args:
        labels: the categories; ids and names are unique.
    """

    def __init__(self, labels: Iterable[Label]) -> None:
        self.labels = tuple(labels)
        self._row = {label.id: row for row, label in enumerate(self.labels)}
        self.iou = np.zeros(len(self.labels))
        self.counts = np.zeros((len(self.labels), 3), np.int64)  # tp, fp, fn

    def add(
        self,
        prediction: np.ndarray,
        prediction_segments: Sequence[Segment],
        truth: np.ndarray,
        truth_segments: Sequence[Segment],
        name: str = "",
    ) -> dict[int, int]:
        """Match one image; returns the pixels of each id of the truth, void too.

        Args:
            prediction, truth: segment ids, integers (H, W), 0 is void.
            prediction_segments, truth_segments: what the ids are; the same ids as in the map.
            name: of the image, for messages.

        Raises:
            InputError: sizes differ, an id only in the map or only in the list, or an unknown category.
        """
        lead = f"{name}: " if name else ""
        if prediction.shape != truth.shape:
            raise InputError(
                f"{lead}the prediction is {prediction.shape}, the truth {truth.shape}", "one size"
            )
        pairs = count_pairs(truth, prediction)
        theirs = self._areas(pairs.first, pairs.total, truth_segments, f"{lead}the truth")
        ours = self._areas(pairs.second, pairs.total, prediction_segments, f"{lead}the prediction")
        self._match(pairs, ours, prediction_segments, theirs, truth_segments)
        return theirs

    def _areas(
        self, ids: np.ndarray, count: np.ndarray, segments: Sequence[Segment], what: str
    ) -> dict[int, int]:
        """Pixels by id, void too, once the list of segments has been checked."""
        listed = [s.id for s in segments]
        found, where = np.unique(ids, return_inverse=True)
        area = np.bincount(where, weights=count, minlength=len(found))
        areas = {int(i): int(n) for i, n in zip(found, area, strict=True)}
        if len(set(listed)) != len(listed) or VOID in listed:
            raise InputError(f"{what} lists segments {listed}", "different ids, none of them 0 (void)")
        differences = {
            "only in the map": set(areas) - {VOID} - set(listed),
            "only in the list of segments": set(listed) - set(areas),
        }
        for why, wrong in differences.items():
            if wrong:
                raise InputError(f"{what} has ids {sorted(wrong)[:8]} {why}", "the same ids in both")
        for segment in segments:
            if segment.label_id not in self._row:
                raise InputError(
                    f"{what} has a segment {segment.id} of category {segment.label_id}",
                    f"one of {sorted(self._row)[:40]}",
                )
        return areas

    def _match(
        self,
        pairs: Pairs,
        ours: dict[int, int],
        our_segments: Sequence[Segment],
        theirs: dict[int, int],
        their_segments: Sequence[Segment],
    ) -> None:
        predicted, true = {s.id: s for s in our_segments}, {s.id: s for s in their_segments}
        both = {(t, p): n for t, p, n in zip(*(x.tolist() for x in pairs), strict=True)}
        matched_truth, matched_prediction = set(), set()
        for (t, p), common in both.items():
            if t == VOID or p == VOID or true[t].iscrowd or true[t].label_id != predicted[p].label_id:
                continue
            iou = common / (ours[p] + theirs[t] - common - both.get((VOID, p), 0))
            if iou > 0.5:
                row = self._row[true[t].label_id]
                self.counts[row, 0] += 1
                self.iou[row] += iou
                matched_truth.add(t)
                matched_prediction.add(p)
        crowds: dict[int, int] = {}
        for t, segment in true.items():
            if segment.iscrowd:
                crowds[segment.label_id] = t
            elif t not in matched_truth:
                self.counts[self._row[segment.label_id], 2] += 1
        for p, segment in predicted.items():
            if p in matched_prediction:
                continue
            forgiven = both.get((VOID, p), 0) + both.get((crowds.get(segment.label_id, -1), p), 0)
            if forgiven / ours[p] <= 0.5:
                self.counts[self._row[segment.label_id], 1] += 1

    def merge(self, other: PanopticQuality) -> PanopticQuality:
        """Add another part's sums to this one's; returns this one.

        Raises:
            ValueError: of other categories.
        """
        if other.labels != self.labels:
            raise ValueError("parts with different categories cannot be merged")
        self.iou += other.iou
        self.counts += other.counts
        return self

    def score(self) -> PanopticScore:
        """All figures; see :class:`PanopticScore`."""
        classes = []
        for iou, (tp, fp, fn) in zip(self.iou.tolist(), self.counts.tolist(), strict=True):
            weight = tp + 0.5 * fp + 0.5 * fn
            some = weight > 0
            classes.append(
                ClassQuality(
                    iou / weight if some else 0.0,
                    iou / tp if tp else 0.0,
                    tp / weight if some else 0.0,
                    tp,
                    fp,
                    fn,
                )
            )

        def mean_of(kind: bool | None) -> MeanQuality:
            kept = [
                c
                for c, label in zip(classes, self.labels, strict=True)
                if c.tp + c.fp + c.fn and kind in (None, label.isthing)
            ]
            if not kept:
                return MeanQuality(float("nan"), float("nan"), float("nan"), 0)
            n = len(kept)
            return MeanQuality(
                sum(c.pq for c in kept) / n, sum(c.sq for c in kept) / n, sum(c.rq for c in kept) / n, n
            )

        names = [label.name for label in self.labels]
        return PanopticScore(
            mean_of(None), mean_of(True), mean_of(False), dict(zip(names, classes, strict=True))
        )
