"""Fusion by hand-derived maps, and a way to COCO's files and back that loses nothing."""

from __future__ import annotations

import json
import tracemalloc

import cv2
import numpy as np
import pytest

from core.driving import PanopticFolder, blobs, fuse, quick_panoptic
from core.driving.street import StreetScene
from core.errors import InputError
from core.labels import get_label_set
from core.metrics import PanopticQuality, evaluate_panoptic_files
from core.results import ClassScores, Instances, SemanticMap

CITY, CAMVID = get_label_set("cityscapes"), get_label_set("camvid")
ROAD, SKY, POLE, CAR, PERSON = (CITY.by_name(n).id for n in ("road", "sky", "pole", "car", "person"))


def instances(boxes, labels, scores, shape=(6, 10), of=CITY) -> Instances:
    masks = np.zeros((len(boxes), *shape), bool)
    for mask, (top, bottom, left, right) in zip(masks, boxes, strict=True):
        mask[top:bottom, left:right] = True
    return Instances(masks, np.array(labels), np.array(scores, float), of)


def scene() -> SemanticMap:
    ids = np.full((6, 10), ROAD, np.uint8)
    ids[:2] = SKY
    ids[0, 0] = POLE
    ids[3:5, 2:9] = CAR
    return SemanticMap(ids, CITY)


def test_the_better_instance_is_in_front_and_stuff_fills_the_rest():
    found = instances([(3, 5, 2, 6), (3, 5, 4, 9)], [CAR, CAR], [0.6, 0.9])
    panoptic = fuse(scene(), found, min_stuff=0.02)
    car0, car1 = CAR * 1000, CAR * 1000 + 1
    wanted = np.full((6, 10), ROAD)
    wanted[:2] = SKY
    wanted[0, 0] = 0  # one pixel of pole is a scrap
    wanted[3:5, 4:9] = car0
    wanted[3:5, 2:4] = car1
    assert np.array_equal(panoptic.ids, wanted)
    assert {s.id: s.label_id for s in panoptic.segments} == {car0: CAR, car1: CAR, ROAD: ROAD, SKY: SKY}


def test_hidden_and_doubtful_instances_are_left_out_and_leave_void():
    found = instances(
        [(3, 5, 2, 6), (3, 5, 2, 7), (0, 2, 0, 3), (0, 0, 0, 0)],
        [CAR, PERSON, CAR, CAR],
        [0.9, 0.8, 0.3, 0.99],
    )
    panoptic = fuse(scene(), found, min_stuff=0)
    assert [s.id for s in panoptic.segments if s.label_id in (CAR, PERSON)] == [CAR * 1000]
    assert (panoptic.ids[3:5, 6:9] == 0).all(), "called a car, claimed by none"
    assert panoptic.ids[0, 0] == POLE and (panoptic.ids[0, 1:3] == SKY).all()


def test_nothing_found_is_stuff_alone():
    panoptic = fuse(scene(), instances([], [], []))
    assert {s.id for s in panoptic.segments} == {ROAD, SKY, POLE} and (panoptic.ids[3:5, 2:9] == 0).all()


def test_a_class_with_the_id_0_is_not_lost():
    ids = np.full((6, 10), CAMVID.by_name("sky").id, np.uint8)
    ids[3:] = CAMVID.by_name("void").id
    panoptic = fuse(SemanticMap(ids, CAMVID), instances([], [], [], of=CAMVID))
    assert (panoptic.ids[:3] > 0).all() and (panoptic.ids[3:] == 0).all()
    assert [s.label_id for s in panoptic.segments] == [0] and (panoptic.semantic()[:3] == 0).all()


@pytest.mark.parametrize(
    "found", [instances([(0, 1, 0, 1)], [CAR], [1], (6, 9)), instances([], [], [], of=CAMVID)]
)
def test_what_does_not_belong_together_is_refused(found):
    with pytest.raises(InputError, match="one "):
        fuse(scene(), found)


def test_the_truths_parts_fuse_to_the_truth_and_survive_coco(tmp_path):
    quality = PanopticQuality(CITY.evaluated)
    with PanopticFolder(tmp_path / "drawn") as folder:
        for seed in (1, 4):
            frame = StreetScene(seed).frame(192, 96)
            fused = fuse(frame.semantic(), frame.instances(), min_stuff=0, min_visible=0)
            truth = frame.panoptic()
            assert np.array_equal(fused.semantic(), truth.semantic())
            quality.add(fused.ids, fused.segments, truth.ids, truth.segments)
            folder.add(fused, f"street_{seed}")
        with pytest.raises(InputError, match="street_4"):
            folder.add(fused, "street_4")
    assert quality.score().all.pq == 1
    raw = json.loads((tmp_path / "drawn.json").read_text())
    assert [a["image_id"] for a in raw["annotations"]] == ["street_1", "street_4"]
    assert {c["id"] for c in raw["categories"]} == {label.id for label in CITY.evaluated}
    again = evaluate_panoptic_files(tmp_path / "drawn.json", tmp_path / "drawn.json").score()
    assert again.all.pq == 1 and again.all.n == quality.score().all.n


def test_no_picture_makes_no_json(tmp_path):
    with PanopticFolder(tmp_path / "none"):
        pass
    assert not list(tmp_path.iterdir())


def test_blobs_are_the_connected_things():
    p = np.full((19, 10, 20), 0.01, np.float32)
    p[0] = 0.82
    car = CITY.by_id(CAR).train_id
    for columns in (slice(1, 6), slice(12, 18)):
        p[0, 2:7, columns], p[car, 2:7, columns] = 0.12, 0.71
    scores = ClassScores.of(p, CITY, (40, 80))
    found = blobs(scores)
    assert found.label_ids.tolist() == [CAR, CAR] and (found.scores > 0.5).all()
    assert np.abs(found.boxes() - [[4, 8, 24, 28], [48, 8, 72, 28]]).max() <= 2
    panoptic = quick_panoptic(scores)
    assert {s.label_id for s in panoptic.segments} == {ROAD, CAR} and len(panoptic.segments) == 3
    assert len(blobs(ClassScores.of(p[:, :, 7:11].copy(), CITY, (40, 16)))) == 0


def scattered(rng: np.random.Generator, height: int, width: int, cell: int = 4) -> ClassScores:
    """Road with many small regions of things, some of them within the box of another."""
    p = np.full((19, height, width), 0.01, np.float32)
    p[0] = 0.5
    things = [label.train_id for label in CITY.things if not label.ignored]
    for _ in range(150):
        y, x, h, w = (int(v) for v in rng.integers((0, 0, 1, 1), (height, width, 6, 6)))
        p[rng.choice(things), y : y + h, x : x + w] = rng.uniform(0.6, 0.9)
    return ClassScores.of(p, CITY, (height * cell, width * cell))


@pytest.mark.parametrize("seed", range(3))
def test_blobs_are_what_whole_masks_would_be(seed):
    scores = scattered(np.random.default_rng(seed), 48, 64)
    ids, masks, labels, values = scores.semantic().ids, [], [], []
    for label in (t for t in CITY.things if not t.ignored):
        sure = scores.enlarge(scores.probabilities[label.train_id])
        count, regions = cv2.connectedComponents((ids == label.id).astype(np.uint8), connectivity=8)
        for number in range(1, count):
            mask = regions == number
            if mask.sum() >= 0.0003 * ids.size:
                masks.append(mask)
                labels.append(label.id)
                values.append(sure[mask].mean())
    found = blobs(scores)
    assert len(found) > 20 and found.label_ids.tolist() == labels
    assert (found.masks == np.stack(masks)).all()
    assert found.scores == pytest.approx(np.array(values), abs=1e-5)


def test_many_blobs_take_no_memory_beside_their_masks():
    scores = scattered(np.random.default_rng(0), 96, 128, cell=8)
    blobs(scores)
    tracemalloc.start()
    found = blobs(scores)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    pixels = found.masks[0].size
    assert len(found) > 60 and peak < found.masks.nbytes + 20 * pixels
