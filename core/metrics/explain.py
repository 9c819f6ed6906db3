"""What a score looks like: which pixels were right, invented or missed, and what became of every segment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from core.errors import InputError
from core.labels import LabelSet
from core.metrics.pairs import count_pairs
from core.metrics.panoptic import VOID as VOID_SEGMENT
from core.results import Segment


class Outcome(IntEnum):
    """What became of a pixel or a segment. VOID counts neither for nor against."""

    TRUE_NEGATIVE = 0
    TRUE_POSITIVE = 1
    FALSE_POSITIVE = 2
    FALSE_NEGATIVE = 3
    VOID = 4


# Pascal VOC's hues; their lightness differs too, so that they stay apart for eyes that confuse red and green.
OUTCOME_COLORS = {
    Outcome.TRUE_POSITIVE: (247, 201, 72),
    Outcome.FALSE_POSITIVE: (207, 34, 46),
    Outcome.FALSE_NEGATIVE: (52, 168, 103),
    Outcome.VOID: (140, 140, 136),
}


@dataclass(frozen=True)
class OutcomeCounts:
    """Pixels of each outcome of one class, and the ratios that follow; both masks empty: IoU and Dice are 1."""

    tp: int
    fp: int
    fn: int
    tn: int
    void: int

    @property
    def iou(self) -> float:
        """TP / (TP + FP + FN), Jaccard's index."""
        union = self.tp + self.fp + self.fn
        return self.tp / union if union else 1.0

    @property
    def dice(self) -> float:
        """2 TP / (2 TP + FP + FN)."""
        total = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / total if total else 1.0

    @property
    def pixel_accuracy(self) -> float:
        """(TP + TN) / all that is not void; nothing is left: nan."""
        total = self.tp + self.fp + self.fn + self.tn
        return (self.tp + self.tn) / total if total else float("nan")


def mask_outcomes(prediction: np.ndarray, truth: np.ndarray, valid: np.ndarray | None = None) -> np.ndarray:
    """`Outcome` of every pixel, uint8 (H, W), of two boolean masks; VOID where not ``valid``.

    >>> mask_outcomes(np.array([[True, True, False]]), np.array([[True, False, True]])).tolist()
    [[1, 2, 3]]
    """
    if prediction.shape != truth.shape or (valid is not None and valid.shape != truth.shape):
        raise InputError(f"the prediction is {prediction.shape}, the truth {truth.shape}", "one size")
    outcomes = np.where(truth, np.uint8(Outcome.FALSE_NEGATIVE), np.uint8(Outcome.TRUE_NEGATIVE))
    outcomes[prediction] = Outcome.FALSE_POSITIVE
    outcomes[prediction & truth] = Outcome.TRUE_POSITIVE
    if valid is not None:
        outcomes[~valid] = Outcome.VOID
    return outcomes


def label_outcomes(
    prediction: np.ndarray, truth: np.ndarray, labels: LabelSet, label_id: int | None = None
) -> np.ndarray:
    """`Outcome` of every pixel of two maps of ids, by the rules of :class:`core.metrics.ConfusionMatrix`.

    Truth of an ignored or void id is VOID. With a ``label_id``: that class against the rest. Without: right pixels are
    true positives; wrong ones false positives, or false negatives where the background or an ignored id, which is
    nothing, was predicted; background that is background is a true negative.

    Args:
        prediction, truth: ids, uint8 (H, W).
        labels: what they mean; a label called "background" is nothing.
        label_id: of an evaluated label.

    Returns:
        uint8 (H, W).
    """
    counted = {label.id for label in labels.evaluated}
    valid = np.isin(truth, list(counted))
    if label_id is not None:
        labels.by_id(label_id)
        return mask_outcomes(prediction == label_id, truth == label_id, valid)
    nothing = [label.id for label in labels.evaluated if label.name == "background"]
    found = np.isin(prediction, list(counted.difference(nothing)))
    outcomes = np.where(found, np.uint8(Outcome.FALSE_POSITIVE), np.uint8(Outcome.FALSE_NEGATIVE))
    right = prediction == truth
    outcomes[right] = np.where(found[right], Outcome.TRUE_POSITIVE, Outcome.TRUE_NEGATIVE)
    outcomes[~valid] = Outcome.VOID
    return outcomes


def count_outcomes(outcomes: np.ndarray) -> OutcomeCounts:
    """How many pixels of each outcome.

    >>> count_outcomes(np.array([[1, 1, 2], [3, 0, 4]], np.uint8)).iou
    0.5
    """
    n = np.bincount(outcomes.ravel(), minlength=len(Outcome)).tolist()
    return OutcomeCounts(tp=n[1], fp=n[2], fn=n[3], tn=n[0], void=n[4])


def paint_outcomes(outcomes: np.ndarray, picture: np.ndarray | None = None) -> np.ndarray:
    """The error picture, uint8 RGB (H, W, 3): `OUTCOME_COLORS`; true negatives as in ``picture``, or pale grey.

    Args:
        outcomes: uint8 (H, W).
        picture: what was segmented, uint8 RGB (H, W, 3); shines through the colours.
    """
    table = np.full((len(Outcome), 3), 236, np.uint8)
    for outcome, color in OUTCOME_COLORS.items():
        table[outcome] = color
    painted = table[outcomes]
    if picture is None:
        return painted
    mixed = (0.6 * painted + 0.4 * picture).astype(np.uint8)
    return np.where((outcomes == Outcome.TRUE_NEGATIVE)[..., None], picture, mixed)


@dataclass(frozen=True)
class SegmentFate:
    """What became of a segment in panoptic quality.

    Attributes:
        segment: of the prediction or of the truth.
        outcome: TRUE_POSITIVE: matched; FALSE_POSITIVE or FALSE_NEGATIVE: not; VOID: a forgiven prediction, or crowd.
        partner: id of the segment of its category on the other side with the highest IoU (no crowds); None: none touches.
        iou: with the partner, by panopticapi's rule; 0 without.
        forgiven: of a prediction, the share that lies on void and on its category's crowd; of a truth, 0.
        pixels: its area.
    """

    segment: Segment
    outcome: Outcome
    partner: int | None
    iou: float
    forgiven: float
    pixels: int


def segment_fates(
    prediction: np.ndarray,
    prediction_segments: Sequence[Segment],
    truth: np.ndarray,
    truth_segments: Sequence[Segment],
) -> tuple[list[SegmentFate], list[SegmentFate]]:
    """What :class:`core.metrics.PanopticQuality` makes of every segment of one image, prediction's and truth's.

    The arguments are those of ``PanopticQuality.add``, which also checks them; here they are taken to be right.
    """
    pairs = count_pairs(truth, prediction)
    both = {(t, p): n for t, p, n in zip(*(x.tolist() for x in pairs), strict=True)}
    ours, theirs = _sums(((p, n) for (_, p), n in both.items())), _sums((t, n) for (t, _), n in both.items())
    predicted, true = {s.id: s for s in prediction_segments}, {s.id: s for s in truth_segments}
    crowds = {s.label_id: s.id for s in truth_segments if s.iscrowd}
    iou: dict[tuple[int, int], float] = {}
    for (t, p), common in both.items():
        if VOID_SEGMENT in (t, p) or true[t].iscrowd or true[t].label_id != predicted[p].label_id:
            continue
        iou[t, p] = common / (ours[p] + theirs[t] - common - both.get((VOID_SEGMENT, p), 0))

    def best(candidates: dict[int, float]) -> tuple[int | None, float]:
        partner = max(candidates, key=lambda i: candidates[i], default=None)
        return partner, 0.0 if partner is None else candidates[partner]

    our_fates, their_fates = [], []
    for p, segment in predicted.items():
        partner, value = best({t: v for (t, q), v in iou.items() if q == p})
        spared = both.get((VOID_SEGMENT, p), 0) + both.get((crowds.get(segment.label_id, -1), p), 0)
        share = spared / ours[p]
        missed = Outcome.VOID if share > 0.5 else Outcome.FALSE_POSITIVE
        outcome = Outcome.TRUE_POSITIVE if value > 0.5 else missed
        our_fates.append(SegmentFate(segment, outcome, partner, value, share, ours[p]))
    for t, segment in true.items():
        partner, value = best({p: v for (u, p), v in iou.items() if u == t})
        missed = Outcome.VOID if segment.iscrowd else Outcome.FALSE_NEGATIVE
        outcome = Outcome.TRUE_POSITIVE if value > 0.5 else missed
        their_fates.append(SegmentFate(segment, outcome, partner, value, 0.0, theirs[t]))
    return our_fates, their_fates


def _sums(items: Iterable[tuple[int, int]]) -> dict[int, int]:
    sums: dict[int, int] = {}
    for key, count in items:
        sums[key] = sums.get(key, 0) + count
    return sums
