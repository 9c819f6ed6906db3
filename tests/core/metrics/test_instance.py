"""Equal to pycocotools and to cityscapesscripts; streaming; what a user gets wrong."""

from __future__ import annotations

import contextlib
import io
import json
import math

import numpy as np
import pytest

from core.errors import InputError
from core.labels import Label, LabelSet
from core.metrics import CityscapesAP, coco_ap, coco_ap_files
from core.metrics.instance_coco import expand
from core.results import Instances
from tests.core.metrics.reference import cases, same

# Two classes: pycocotools takes its time over each, there or not.
COCO = LabelSet("two", tuple(Label(i, f"c{i}", (0, 0, 0), isthing=True) for i in (3, 17)), 0, "these tests")
FIGURES = ("ap", "ap50", "ap75", "ap_small", "ap_medium", "ap_large", "ar1", "ar10", "ar100")


def test_equal_to_cityscapesscripts():
    number = 0
    for case, images in cases("cityscapes_instance", "truth"):
        halves = [CityscapesAP(), CityscapesAP()]
        for i, ((truth,), predictions) in enumerate(zip(images, case["predictions"], strict=True)):
            masks = []
            for _, _, (top, bottom, left, right) in predictions:
                masks.append(np.zeros(truth.shape, bool))
                masks[-1][top:bottom, left:right] = True
            halves[i % 2].add(masks, [p[0] for p in predictions], [p[1] for p in predictions], truth)
        score, answer = halves[0].merge(halves[1]).score(), case["answer"]
        assert same(score.ap, answer["ap"]) and same(score.ap50, answer["ap50"])
        assert set(score.per_class) == set(answer["classes"])
        for name, theirs in answer["classes"].items():
            assert all(same(score.per_class[name][k], theirs[k]) for k in ("ap", "ap50"))
        number += 1
    assert number >= 200


def square(height: int, width: int, low: int, high: int) -> np.ndarray:
    mask = np.zeros((height, width), bool)
    mask[low:high, low:high] = True
    return mask


def test_cityscapes_by_hand():
    # Two cars, one found: precision 1 up to recall ½. The integral's centred steps give ¼ + ¼.
    truth = np.full((40, 40), 7)
    truth[:15, :15], truth[20:35, 20:35] = 26001, 26002
    scorer = CityscapesAP()
    scorer.add([truth == 26001], [26], [0.9], truth)
    assert scorer.score().ap == scorer.score().per_class["car"]["ap50"] == 0.5
    assert math.isnan(scorer.score().per_class["bus"]["ap"])


def test_void_and_groups_forgive_but_caravans_do_not():
    def precision(label: int) -> float:
        truth = np.full((40, 40), 7)
        truth[:15, :15], truth[20:40, :20] = 26001, label
        scorer = CityscapesAP()
        scorer.add([truth == 26001, truth == label], [26, 26], [0.5, 0.9], truth)
        return scorer.score().ap

    # Void, a group of cars: as if never predicted. A caravan's instance is another class: a false positive.
    assert precision(4) == precision(26) == 1
    assert precision(29001) < 1


@pytest.mark.parametrize(
    "masks, ids, truth, message",
    [
        (
            [np.ones((2, 2), bool)],
            [26],
            np.full((3, 3), 7),
            r"a\.png: a mask is \(2, 2\), the truth \(3, 3\)",
        ),
        ([np.ones((3, 3), bool)], [99], np.full((3, 3), 7), "a prediction of id 99"),
        ([], [], np.full((3, 3), 99_000), r"ids \[99000\] in the truth"),
        ([], [], np.full((3, 3), -1), "instance ids"),
        ([], [], np.zeros((0, 3), int), "instance ids"),
    ],
)
def test_bad_input_is_told(masks, ids, truth, message):
    with pytest.raises(InputError, match=message):
        CityscapesAP().add(masks, ids, [0.5] * len(ids), truth, "a.png")


def some_instances(rng: np.random.Generator, size: tuple[int, int], count: int) -> Instances:
    masks = np.zeros((count, *size), bool)
    for mask in masks:
        top, left = (int(rng.integers(0, n - 2)) for n in size)
        # From 2 px to beyond 96² px, so that every range of areas occurs.
        height, width = rng.integers(2, rng.choice([10, 60, 130]), 2)
        mask[top : top + height, left : left + width] = True
    return Instances(masks, rng.choice([3, 17], count), np.round(rng.random(count), 1), COCO)


def disturbed(rng: np.random.Generator, truth: Instances) -> Instances:
    kept = np.flatnonzero(rng.random(len(truth)) < 0.8).repeat(rng.integers(1, 3))
    masks = truth.masks[kept]
    for mask in masks:
        mask[:] = np.roll(mask, rng.integers(-3, 4, 2), (0, 1))
    ids = np.where(rng.random(len(kept)) < 0.85, truth.label_ids[kept], 17)
    return Instances(masks, ids, np.round(rng.random(len(kept)), 1), COCO)  # fmt: skip


def official(predictions: list[Instances], truths: list[Instances], crowds: list[np.ndarray]) -> list[float]:
    """pycocotools, called as its own demo calls it."""
    from pycocotools import mask as rle
    from pycocotools.coco import COCO as Dataset
    from pycocotools.cocoeval import COCOeval

    images = [{"id": i, "height": t.masks.shape[1], "width": t.masks.shape[2]} for i, t in enumerate(truths, 1)]  # fmt: skip
    annotations, answers = [], []
    for i, (ours, theirs, crowd) in enumerate(zip(predictions, truths, crowds, strict=True), 1):
        for mask, label, iscrowd in zip(theirs.masks, theirs.label_ids, crowd, strict=True):
            code = rle.encode(np.asfortranarray(mask.astype(np.uint8)))
            annotations.append({
                "id": len(annotations) + 1, "image_id": i, "category_id": int(label), "segmentation": code,
                "area": float(rle.area(code)), "iscrowd": int(iscrowd),
            })  # fmt: skip
        for mask, label, score in zip(ours.masks, ours.label_ids, ours.scores, strict=True):
            code = rle.encode(np.asfortranarray(mask.astype(np.uint8)))
            answers.append(
                {"image_id": i, "category_id": int(label), "segmentation": code, "score": float(score)}
            )
    with contextlib.redirect_stdout(io.StringIO()):
        truth = Dataset()
        truth.dataset = {
            "images": images,
            "annotations": annotations,
            "categories": [{"id": e.id, "name": e.name} for e in COCO.labels],
        }
        truth.createIndex()
        scorer = COCOeval(truth, truth.loadRes(answers), "segm")
        scorer.evaluate()
        scorer.accumulate()
        scorer.summarize()
    return [math.nan if v == -1 else float(v) for v in scorer.stats[: len(FIGURES)]]


def test_equal_to_pycocotools():
    number, empty = 0, 0
    for seed in range(215):
        rng = np.random.default_rng(seed)
        truths, predictions, crowds = [], [], []
        for _ in range(int(rng.integers(1, 3))):
            size = (int(rng.integers(20, 140)), int(rng.integers(20, 140)))
            truths.append(some_instances(rng, size, int(rng.integers(0, 6)) if seed % 15 else 0))
            extra = some_instances(rng, size, int(rng.integers(0, 3)))
            guess = disturbed(rng, truths[-1])
            predictions.append(
                Instances(
                    np.concatenate([guess.masks, extra.masks]),
                    np.concatenate([guess.label_ids, extra.label_ids]),
                    np.concatenate([guess.scores, extra.scores]),
                    COCO,
                )
            )
            crowds.append(rng.random(len(truths[-1])) < 0.2)
        if not sum(map(len, predictions)):
            empty += 1  # where the official package stops with an error
            score = coco_ap(predictions, truths, crowds)
            assert math.isnan(score.ap) or score.ap == 0
            continue
        score = coco_ap(predictions, truths, crowds)
        theirs = official(predictions, truths, crowds)
        assert all(same(getattr(score, k), v) for k, v in zip(FIGURES, theirs, strict=True))
        number += 1
    assert number >= 200 and empty >= 1


def test_coco_files_equal_the_arrays(tmp_path):
    from pycocotools import mask as rle

    rng = np.random.default_rng(3)
    truth = some_instances(rng, (120, 100), 5)
    guess = disturbed(rng, truth)
    expected = coco_ap([guess], [truth])

    def runs(mask: np.ndarray) -> list[int]:
        flat = np.append(False, mask.T.ravel())
        starts = np.flatnonzero(flat[1:] != flat[:-1])
        return np.diff(starts, prepend=0, append=mask.size).tolist()

    def text(mask: np.ndarray) -> dict:
        code = rle.encode(np.asfortranarray(mask.astype(np.uint8)))
        return {"size": code["size"], "counts": code["counts"].decode()}

    dataset = {
        "images": [{"id": 7, "height": 120, "width": 100}],
        "annotations": [
            {"id": n, "image_id": 7, "category_id": int(i), "segmentation": text(m), "area": int(m.sum()), "iscrowd": 0}
            for n, (m, i) in enumerate(zip(truth.masks, truth.label_ids, strict=True), 1)
        ],
        "categories": [{"id": e.id, "name": e.name} for e in COCO.labels],
    }  # fmt: skip
    (tmp_path / "t.json").write_text(json.dumps(dataset))
    for code in (text, lambda m: {"size": [120, 100], "counts": runs(m)}):
        answers = [
            {"image_id": 7, "category_id": int(i), "segmentation": code(m), "score": float(s)}
            for m, i, s in zip(guess.masks, guess.label_ids, guess.scores, strict=True)
        ]
        (tmp_path / "p.json").write_text(json.dumps(answers))
        found = coco_ap_files(tmp_path / "p.json", tmp_path / "t.json")
        assert all(same(getattr(found, k), getattr(expected, k)) for k in FIGURES)
        assert all(same(found.per_class[k], v) for k, v in expected.per_class.items())


def test_numbers_and_sizes_of_images_must_agree():
    one = some_instances(np.random.default_rng(0), (30, 30), 2)
    other = some_instances(np.random.default_rng(0), (30, 31), 2)
    with pytest.raises(InputError, match="1 predictions for 0 truths"):
        coco_ap([one], [])
    with pytest.raises(InputError, match=r"image 1: predictions \(30, 30\), truth \(30, 31\)"):
        coco_ap([one], [other])


def test_compressed_run_lengths_are_read_as_pycocotools_writes_them():
    from pycocotools import mask as rle

    for seed in range(60):
        rng = np.random.default_rng(seed)
        mask = np.kron(
            rng.random(rng.integers(1, 30, 2)) < rng.choice([0, 0.1, 0.5, 1]),
            np.ones((rng.integers(1, 40), 7)),
        )
        code = rle.encode(np.asfortranarray(mask, np.uint8))
        lengths = expand(code["counts"])
        assert lengths.sum() == mask.size and (lengths >= 0).all()
        values = np.repeat(np.arange(len(lengths)) % 2, lengths).reshape(mask.shape[::-1]).T
        assert (values == mask).all()
