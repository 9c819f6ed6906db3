"""Equal to panopticapi, from arrays and from COCO folders; what is wrong in files is told by name."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from core.errors import InputError
from core.labels import Label, get_label_set
from core.metrics import PanopticQuality, evaluate_panoptic_files
from core.results import PanopticMap, Segment
from core.results.maps import save_panoptic_json
from tests.core.metrics.reference import cases, same

LABELS = [Label(i, f"c{i}", (0, 0, 0), isthing=i in (1, 3, 7)) for i in (1, 2, 3, 5, 7, 9)]


def segments(infos: list[dict]) -> list[Segment]:
    return [Segment(s["id"], s["category_id"], bool(s["iscrowd"])) for s in infos]


def test_equal_to_panopticapi():
    number = 0
    for case, images in cases("panoptic", "prediction", "truth"):
        halves = [PanopticQuality(LABELS), PanopticQuality(LABELS)]
        for i, (prediction, truth) in enumerate(images):
            ours, theirs = segments(case["predictions"][i]), segments(case["truths"][i])
            halves[i % 2].add(prediction.astype(np.int32), ours, truth.astype(np.int32), theirs)
        score, answer = halves[0].merge(halves[1]).score(), case["answer"]
        for name, quality in score.per_class.items():
            assert [quality.tp, quality.fp, quality.fn] == answer["counts"][name]
        for name in ("all", "things", "stuff"):
            ours, theirs = getattr(score, name), answer[name] or {"pq": None, "sq": None, "rq": None, "n": 0}
            assert ours.n == theirs["n"]
            assert all(same(getattr(ours, k), theirs[k]) for k in ("pq", "sq", "rq"))
        for name, theirs in answer.get("classes", {}).items():
            assert all(same(getattr(score.per_class[name], k), theirs[k]) for k in ("pq", "sq", "rq"))
        number += 1
    assert number >= 200


def quality(truth, prediction, truth_segments, prediction_segments):
    scorer = PanopticQuality(LABELS)
    scorer.add(np.array(prediction), prediction_segments, np.array(truth), truth_segments)
    return scorer.score()


def test_by_hand():
    # 3 px in both, 5 in either: IoU .6, a match. One class, one true positive.
    score = quality([[1, 1, 1, 1]], [[2, 2, 2, 0]], [Segment(1, 1)], [Segment(2, 1)])
    assert score.all.pq == score.things.pq == pytest.approx(0.75) and score.all.rq == 1
    assert math.isnan(score.stuff.pq) and score.stuff.n == 0
    # Exactly half is no match: a false positive and a false negative.
    score = quality([[1, 1, 0, 0]], [[2, 0, 0, 0]], [Segment(1, 1)], [Segment(2, 1)])
    assert (score.per_class["c1"].tp, score.per_class["c1"].fp, score.per_class["c1"].fn) == (0, 1, 1)


def test_crowd_is_never_missed_and_forgives():
    crowd = [Segment(1, 1, iscrowd=True)]
    assert quality([[1, 1, 1, 1]], [[0, 0, 0, 0]], crowd, []).all.n == 0
    assert quality([[1, 1, 1, 1]], [[5, 5, 0, 0]], crowd, [Segment(5, 1)]).all.n == 0
    assert quality([[1, 1, 1, 1]], [[5, 5, 0, 0]], crowd, [Segment(5, 3)]).per_class["c3"].fp == 1


def test_void_of_the_truth_forgives_and_of_the_prediction_does_not():
    assert quality([[0, 0, 0]], [[5, 5, 0]], [], [Segment(5, 1)]).all.n == 0
    assert quality([[1, 1, 1]], [[0, 0, 0]], [Segment(1, 1)], []).per_class["c1"].fn == 1


@pytest.mark.parametrize(
    "ours, theirs, message",
    [
        ([Segment(5, 1)], [], r"x\.png: the truth has ids \[1\] only in the map"),
        ([Segment(5, 1), Segment(6, 1)], [Segment(1, 1)], r"the prediction has ids \[6\] only in the list"),
        ([Segment(5, 99)], [Segment(1, 1)], "segment 5 of category 99"),
        ([Segment(5, 1), Segment(5, 1)], [Segment(1, 1)], "different ids"),
    ],
)
def test_ids_must_agree(ours, theirs, message):
    scorer = PanopticQuality(LABELS)
    with pytest.raises(InputError, match=message):
        scorer.add(np.full((2, 2), 5), ours, np.full((2, 2), 1), theirs, "x.png")
    assert not scorer.counts.any()


COCO = get_label_set("coco-panoptic")


def folder(path: Path, maps: list[PanopticMap]) -> Path:
    """``path`` (a JSON file) and its PNGs."""
    path.with_suffix("").mkdir()
    entries = [m.save(path.with_suffix("") / f"{i}.png", i) for i, m in enumerate(maps)]
    return save_panoptic_json(path, entries, COCO)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    truth, prediction = np.zeros((2, 8, 10), np.int32)
    truth[:4], truth[4:, :5] = 70_000, 3
    prediction[:5], prediction[5:, :5] = 9, 1 << 23
    theirs = PanopticMap(truth, (Segment(70_000, 149), Segment(3, 1)), COCO)
    ours = PanopticMap(prediction, (Segment(9, 149), Segment(1 << 23, 1)), COCO)
    return folder(tmp_path / "ours.json", [ours, theirs]), folder(tmp_path / "truth.json", [theirs, theirs])


def test_coco_folders(files):
    seen = []
    score = evaluate_panoptic_files(*files, report=lambda done, total: seen.append((done, total))).score()
    # Road: 40 px in both, 45 in either with 5 of the rest void → 40/45; person: 15/20.
    assert score.per_class["road"].pq == pytest.approx((40 / 45 + 1) / 2)
    assert score.per_class["person"].pq == pytest.approx((15 / 20 + 1) / 2)
    assert (score.all.n, score.things.n, score.stuff.n, seen) == (2, 1, 1, [(1, 2), (2, 2)])


def edit(path: Path, change) -> None:
    body = json.loads(path.read_text())
    change(body)
    path.write_text(json.dumps(body))


@pytest.mark.parametrize(
    "which, change, message",
    [
        (0, lambda b: b["annotations"][0]["segments_info"].pop(), r"0\.png: the prediction has ids \[8388608\]"),
        (0, lambda b: b["annotations"].pop(), r"ours\.json has no prediction for 1 of 2 of .*truth\.json \(1\.png\)"),
        (1, lambda b: b["annotations"].clear(), r"truth\.json has no annotations"),
        (1, lambda b: b["annotations"][0]["segments_info"][0].update(area=7), "area of 7"),
        (1, lambda b: b.pop("categories"), r"truth\.json has no categories"),
        (0, lambda b: b["annotations"][0].update(file_name="no.png"), r"no\.png does not exist"),
        (0, lambda b: b.pop("annotations"), r"ours\.json has no panoptic annotations"),
    ],
)  # fmt: skip
def test_broken_files_are_named(files, which, change, message):
    edit(files[which], change)
    with pytest.raises(InputError, match=message):
        evaluate_panoptic_files(*files)


def test_a_png_may_say_ihdr_in_a_comment(files):
    path = files[0].with_suffix("") / "0.png"
    about = PngInfo()
    about.add_text("Comment", "IHDR comes first, IEND last")
    Image.open(path).save(path, pnginfo=about)
    assert b"IHDR comes" in path.read_bytes()
    assert evaluate_panoptic_files(*files).score().all.n == 2


def test_a_png_that_is_none(files):
    (files[0].with_suffix("") / "0.png").write_bytes(b"")
    with pytest.raises(InputError, match=r"0\.png is damaged or cut short"):
        evaluate_panoptic_files(*files)
