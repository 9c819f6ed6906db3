"""One answer from two: stuff from a semantic map, things from instances."""

from __future__ import annotations

import cv2
import numpy as np

from core.errors import InputError
from core.results import ClassScores, Instances, PanopticMap, Segment, SemanticMap


def fuse(
    semantic: SemanticMap,
    instances: Instances,
    *,
    min_score: float = 0.5,
    min_visible: float = 0.5,
    min_stuff: float = 0.001,
) -> PanopticMap:
    """Every pixel to one instance, to one class of stuff, or to nothing.

    After Kirillov et al., "Panoptic Segmentation" (2019), 7.1: instances are laid down from the best score to the
    worst, each takes what is still free, and one of which too little is left is dropped. Stuff fills the rest. Pixels
    that the semantic map calls a thing but no instance claims are void, as are small scraps of stuff.

    Args:
        semantic: the label set must be that of ``instances``.
        min_score: instances below are left out.
        min_visible: the least share of an instance that must be free.
        min_stuff: the least share of the picture that a class of stuff must have.

    Returns:
        Segment ids: the label id for stuff (another number where that is 0), label id · 1000 + n for things, n from 0
        by score.

    Raises:
        InputError: sizes or label sets differ.
    """
    if semantic.labels != instances.labels:
        raise InputError(
            f"a map of {semantic.labels.name} and instances of {instances.labels.name}", "one label set"
        )
    if instances.masks.shape[1:] != semantic.ids.shape and len(instances):
        raise InputError(
            f"a map of {semantic.ids.shape} and masks of {instances.masks.shape[1:]}", "one size"
        )
    ids = np.zeros(semantic.ids.shape, np.int32)
    segments: list[Segment] = []
    numbers: dict[int, int] = {}
    for i in np.argsort(-np.asarray(instances.scores), kind="stable"):
        if instances.scores[i] < min_score:
            break
        mask = instances.masks[i]
        visible = mask & (ids == 0)
        area = np.count_nonzero(visible)
        if not area or area < min_visible * np.count_nonzero(mask):
            continue
        label = int(instances.label_ids[i])
        number = numbers[label] = numbers.get(label, -1) + 1
        ids[visible] = label * 1000 + number
        segments.append(Segment(label * 1000 + number, label))
    free = ids == 0
    for stuff in semantic.labels.stuff:
        if stuff.ignored or stuff.id < 0:
            continue
        mask = (semantic.ids == stuff.id) & free
        if np.count_nonzero(mask) >= max(1, min_stuff * ids.size):
            # CamVid's and IDD's first class has the id 0, which is void here.
            number = stuff.id or 1000 * len(semantic.labels.labels)
            ids[mask] = number
            segments.append(Segment(number, stuff.id))
    return PanopticMap(ids, tuple(segments), semantic.labels)


def blobs(scores: ClassScores, min_share: float = 0.0003) -> Instances:
    """Connected regions of the things' classes, for where no network of instances is at hand.

    Two cars that touch in the picture are one blob: a stand-in, cheap enough for live video.

    Args:
        scores: of a semantic network.
        min_share: regions below this share of the picture are left out.

    Returns:
        Instances; a score is the mean probability of the class within the region.
    """
    ids = scores.semantic().ids
    # Of a mask only its window: a frame has many regions, most of them small.
    parts, labels, values = [], [], []
    for label in scores.labels.things:
        if label.ignored:
            continue
        present = cv2.compare(ids, label.id, cv2.CMP_EQ)
        x, y, w, h = cv2.boundingRect(present)
        if not w:
            continue
        sure = scores.enlarge(scores.probabilities[label.train_id])
        count, regions, stats, _ = cv2.connectedComponentsWithStats(
            present[y : y + h, x : x + w], connectivity=8
        )
        for number in range(1, count):
            left, top, width, height, area = stats[number]
            if area < min_share * ids.size:
                continue
            inside = regions[top : top + height, left : left + width] == number
            window = slice(y + top, y + top + height), slice(x + left, x + left + width)
            parts.append((window, inside))
            labels.append(label.id)
            values.append(float(sure[window][inside].mean()))
    masks = np.zeros((len(parts), *ids.shape), bool)  # the system gives memory only for what is written
    for mask, (window, inside) in zip(masks, parts, strict=True):
        mask[window] = inside
    return Instances(masks, np.array(labels, int), np.array(values, float), scores.labels)
