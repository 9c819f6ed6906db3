"""Held-out figures of an instance network, asked as an application asks it.

Cityscapes' AP on hand-made frames of streets that training never saw; COCO's AP on its held-out photos; panoptic quality
on the same street frames, fused with a semantic network, beside the quick way of connected regions.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from core.driving.panoptic import blobs, fuse
from core.errors import InputError
from core.instances.design import CLASSES
from core.labels import get_label_set
from core.metrics import CityscapesAP, PanopticQuality, coco_ap
from core.results import ClassScores, Instances, Segment
from core.training.driving.data import read_image
from core.training.driving.evaluate import write_measured
from core.training.driving.instance_data import InstanceFrame, list_instance_frames

# uint8 RGB (H, W, 3), least score → things
Finder = Callable[[np.ndarray, float], Instances]
LEAST_SCORE = 0.05  # for AP, which goes through all scores
FUSED_SCORE = 0.5  # for panoptic quality, which takes one answer
COCO_CLASSES = ("person", "car")  # those of which the held-out photos show enough
_CITY = get_label_set("cityscapes")
_PERSON, _RIDER = (_CITY.by_name(name).id for name in ("person", "rider"))


def cityscapes_figures(find: Finder, frames: list[InstanceFrame]) -> dict[str, Any]:
    """AP and AP50, Cityscapes' rules, over held-out hand-made frames; by class where the truth has it."""
    scorer, number = CityscapesAP(), 0
    for frame in _held_out(frames, "cityscapes"):
        found = find(read_image(frame.image), LEAST_SCORE)
        scorer.add(
            found.masks, found.label_ids.tolist(), found.scores.tolist(), _ids(frame), frame.image.name
        )
        number += 1
    score = scorer.score()
    known = {k: v for k, v in score.per_class.items() if not np.isnan(v["ap50"])}
    return {"n": number, "ap": score.ap, "ap50": score.ap50, "per_class": known}


def coco_figures(find: Finder, frames: list[InstanceFrame]) -> dict[str, Any]:
    """AP50 of people (riders are people there) and cars over COCO's held-out photos."""
    answers, truths, crowds = [], [], []
    for frame in _held_out(frames, "coco"):
        image = read_image(frame.image)
        answers.append(as_coco(find(image, LEAST_SCORE)))
        truth, crowd = coco_truth(frame, image.shape[:2])
        truths.append(truth)
        crowds.append(crowd)
    figures: dict[str, Any] = {"n": len(truths)}
    for name in COCO_CLASSES:
        label = _CITY.by_name(name).id
        mine = [only(a, a.label_ids == label) for a in answers]
        theirs = [only(t, t.label_ids == label) for t in truths]
        marks = [c[t.label_ids == label] for c, t in zip(crowds, truths, strict=True)]
        things = sum(len(t) for t in theirs) - sum(int(m.sum()) for m in marks)
        figures[name] = {"things": things, "ap50": coco_ap(mine, theirs, marks).ap50}
    return figures


def panoptic_figures(
    find: Finder, ask: Callable[[np.ndarray], ClassScores], frames: list[InstanceFrame]
) -> dict[str, Any]:
    """PQ over held-out hand-made frames: of all classes, things, stuff; fused with instances, and with blobs."""
    ways = {"fused": PanopticQuality(_CITY.evaluated), "blobs": PanopticQuality(_CITY.evaluated)}
    for frame in _held_out(frames, "cityscapes"):
        image = read_image(frame.image)
        ids, segments = panoptic_truth(_ids(frame))
        scores = ask(image)
        for way, things in (("fused", find(image, FUSED_SCORE)), ("blobs", blobs(scores))):
            answer = fuse(scores.semantic(), things)
            ways[way].add(answer.ids, answer.segments, ids, segments)
    figures = {}
    for way, quality in ways.items():
        score = quality.score()
        figures[way] = {"all": score.all.pq, "things": score.things.pq, "stuff": score.stuff.pq}
    return figures


def _held_out(frames: list[InstanceFrame], source: str) -> list[InstanceFrame]:
    return [f for f in frames if f.source == source and f.split == "val"]


def _ids(frame: InstanceFrame) -> np.ndarray:
    ids = cv2.imread(str(frame.truth), cv2.IMREAD_UNCHANGED)
    if ids is None:
        raise InputError(f"{frame.truth} cannot be read", "a PNG of instance ids")
    return ids.astype(np.int32)


def panoptic_truth(ids: np.ndarray) -> tuple[np.ndarray, list[Segment]]:
    """Cityscapes' ``instanceIds`` as a panoptic map: ignored labels are void, groups of things are crowds."""
    map_, segments = ids.copy(), []
    for number in np.unique(ids).tolist():
        label = _CITY.by_id(number // 1000 if number >= 1000 else number)
        if label.ignored:
            map_[ids == number] = 0
        else:
            segments.append(Segment(number, label.id, iscrowd=label.isthing and number < 1000))
    return map_, segments


def coco_truth(frame: InstanceFrame, size: tuple[int, int]) -> tuple[Instances, np.ndarray]:
    """COCO's annotations as instances of Cityscapes' labels, and bool (N,): which are crowds."""
    from pycocotools import mask as rle

    assert not isinstance(frame.truth, Path)
    masks = [rle.decode(a["segmentation"]).astype(bool) for a in frame.truth]
    labels = np.array([_CITY.by_name(CLASSES[a["class"] - 1]).id for a in frame.truth], int)
    stacked = np.stack(masks) if masks else np.zeros((0, *size), bool)
    crowds = np.array([bool(a["iscrowd"]) for a in frame.truth], bool)
    return Instances(stacked, labels, np.ones(len(masks)), _CITY), crowds


def as_coco(found: Instances) -> Instances:
    """Riders become people; where a person was also found as a rider, the surer one stays."""
    labels = np.where(found.label_ids == _RIDER, _PERSON, found.label_ids)
    both = (found.label_ids == _RIDER).any() and (found.label_ids == _PERSON).any()
    keep = np.ones(len(found), bool)
    if both:
        people = np.flatnonzero(labels == _PERSON)
        people = people[np.argsort(-found.scores[people], kind="stable")]
        flat = found.masks[people].reshape(len(people), -1).astype(np.float32)
        common, areas = flat @ flat.T, flat.sum(axis=1)
        over = common / np.maximum(areas[:, None] + areas[None] - common, 1) > 0.5
        for i in range(len(people)):
            keep[people[i]] = not (over[i, :i] & keep[people[:i]]).any()
    return only(Instances(found.masks, labels, found.scores, _CITY), keep)


def only(found: Instances, chosen: np.ndarray) -> Instances:
    """Those that bool (N,) chooses."""
    return Instances(found.masks[chosen], found.label_ids[chosen], found.scores[chosen], found.labels)


def rows(result: dict[str, Any]) -> dict[str, float]:
    """The figures of one network by what they are."""
    street = result["cityscapes"]
    named = {f"AP, {street['n']} Cityscapes frames": street["ap"], "AP50, the same": street["ap50"]}
    for name in COCO_CLASSES if "coco" in result else ():
        named[f"AP50 of {name}, {result['coco']['n']} COCO photos"] = result["coco"][name]["ap50"]
    for way in ("fused", "blobs") if "panoptic" in result else ():
        named |= {f"PQ {part}, {way}": value for part, value in result["panoptic"][way].items()}
    return named


def table(results: dict[str, dict[str, Any]]) -> str:
    """A Markdown table: a row a figure, a column a network, in per cent."""
    columns = [rows(result) for result in results.values()]
    lines = ["| figure | " + " | ".join(results) + " |", "| --- |" + " --- |" * len(results)]
    for name in columns[0]:
        lines.append(f"| {name} | " + " | ".join(f"{100 * column[name]:.1f}" for column in columns) + " |")
    return "\n".join(lines)


def report_instances(
    names: list[str], data: Path, people: Path | None, semantic: str | None, write: bool, threads: int = 2
) -> dict[str, dict[str, Any]]:
    """Print the table of checkpoints' names; ``write`` keeps the figures in the cards.

    Args:
        people: the portrait folder, for COCO (None: without it).
        semantic: the checkpoint that panoptic quality is fused with (None: without it).
    """
    from core.segmenter import load_segmenter

    frames = list_instance_frames(data, None, people)
    results: dict[str, dict[str, Any]] = {}
    for name in names:
        find = load_segmenter(name, threads=threads).instances
        results[name] = {"cityscapes": cityscapes_figures(find, frames)}
        if people:
            results[name]["coco"] = coco_figures(find, frames)
        if semantic:
            ask = load_segmenter(semantic, threads=threads).semantic
            results[name]["panoptic"] = {"semantic": semantic} | panoptic_figures(find, ask, frames)
        if write:
            more = (" --people PORTRAIT" if people else "") + (f" --semantic {semantic}" if semantic else "")
            write_measured(name, {
                "command": f"python -m core.training.driving evaluate --name {','.join(names)} --data DATA{more} --write",
                "split": "by street, and 15 % of COCO by name: see core/training/driving/instance_data.py",
                "results": results[name],
            })  # fmt: skip
    print(table(results))
    for name, result in results.items():
        by_class = result["cityscapes"]["per_class"].items()
        print(f"{name} AP50 by class: " + ", ".join(f"{k} {100 * v['ap50']:.1f}" for k, v in by_class))
    return results
