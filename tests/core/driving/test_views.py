"""What the pictures and the words say, on small maps."""

from __future__ import annotations

import numpy as np
import pytest

from core.driving import (
    category_shares,
    doubt,
    free_path,
    legend,
    looks_like_a_road,
    pixel_info,
    upright,
    views,
    why_no_road,
)
from core.errors import InputError
from core.labels import get_label_set
from core.results import ClassScores, Instances, PanopticMap, Segment, SemanticMap

CITY, CAMVID = get_label_set("cityscapes"), get_label_set("camvid")
ROAD, SKY, CAR, BUS, STATIC = (CITY.by_name(n).id for n in ("road", "sky", "car", "bus", "static"))


@pytest.fixture
def semantic() -> SemanticMap:
    ids = np.full((40, 60), ROAD, np.uint8)
    ids[:10] = SKY
    ids[20:30, 10:20], ids[20:30, 30:40] = CAR, BUS
    ids[39, :] = STATIC
    return SemanticMap(ids, CITY)


@pytest.fixture
def frame() -> np.ndarray:
    return np.random.default_rng(0).integers(60, 200, (40, 60, 3)).astype(np.uint8)


def test_overlay_mixes(frame, semantic):
    colors = semantic.colored()
    assert np.array_equal(views.overlay(frame, colors, 0), frame)
    assert np.array_equal(views.overlay(frame, colors, 1), colors)
    half = views.overlay(frame, colors, 0.5, semantic.ids == CAR)
    assert np.array_equal(half[semantic.ids != CAR], frame[semantic.ids != CAR])
    assert np.abs(half[25, 15].astype(int) - (frame[25, 15] + np.array([0, 0, 142])) / 2).max() <= 1
    for wrong in (dict(colors=colors[1:]), dict(colors=colors, opacity=1.5)):
        with pytest.raises(InputError):
            views.overlay(frame, **wrong)


def test_stuff_and_things_are_the_official_ones(frame, semantic):
    stuff, things = (views.kind_mask(semantic, k) for k in ("stuff", "things"))
    assert np.array_equal(things, np.isin(semantic.ids, (CAR, BUS)))
    assert np.array_equal(stuff, np.isin(semantic.ids, (ROAD, SKY)))
    shown = views.only(frame, semantic, "things", 1.0)
    assert tuple(shown[25, 15]) == (0, 0, 142) and len(set(shown[5, 5].tolist())) == 1, "the rest is grey"
    assert shown[5].max() < frame[5].max()


def test_categories_join_what_belongs_together(semantic):
    shown = views.category_picture(semantic)
    assert tuple(shown[25, 15]) == tuple(shown[25, 35]) == CITY.by_name("car").color
    assert tuple(shown[39, 0]) == (0, 0, 0)
    assert len({tuple(c) for c in views.category_table(CITY).tolist()}) == 8, "seven and void"
    with pytest.raises(InputError, match="categories"):
        views.category_picture(SemanticMap(np.zeros((2, 2), np.uint8), CAMVID))


def test_id_picture_uses_the_whole_range():
    ids = np.array([[0, 33]], np.uint8)
    assert views.id_picture(SemanticMap(ids, CITY))[0, :, 0].tolist() == [0, 255]
    idd = get_label_set("idd-lite")
    assert views.id_picture(SemanticMap(np.array([[6, 255]], np.uint8), idd))[0, :, 0].tolist() == [255, 255]


def test_instances_show_boxes_and_leave_the_rest(frame, semantic):
    masks = np.stack([semantic.ids == CAR, semantic.ids == BUS])
    found = Instances(masks, np.array([CAR, BUS]), np.array([0.9, 0.2]), CITY)
    shown = views.instance_picture(frame, found, min_score=0.5)
    changed = (shown != frame).any(axis=2)
    assert changed[20:30, 10:20].mean() > 0.95 and not changed[24:30, 30:40].any(), (
        "the doubtful one is not drawn"
    )
    assert not changed[31:].any()
    assert np.array_equal(views.instance_picture(frame, found, min_score=0.95), frame)


@pytest.mark.parametrize("largest", [3, 16_000_000])
def test_panoptic_tells_neighbours_of_a_class_apart(largest):
    ids = np.full((20, 40), 1, np.int32)
    ids[5:15, 5:20], ids[5:15, 20:35], ids[17:] = 2, largest, 0
    segments = (Segment(1, ROAD), Segment(2, CAR), Segment(largest, CAR))
    shown = views.panoptic_picture(PanopticMap(ids, segments, CITY))
    assert tuple(shown[1, 1]) == (128, 64, 128) and tuple(shown[10, 20]) == (255, 255, 255)
    assert np.abs(shown[10, 10].astype(int) - shown[10, 30]).sum() > 40 and not shown[19].any()
    nothing = views.panoptic_picture(PanopticMap(np.zeros((2, 3), np.int32), (), CITY))
    assert nothing.shape == (2, 3, 3) and not nothing.any()


def test_road_and_path(frame, semantic):
    path = free_path(semantic)
    shown = views.road_picture(frame, semantic, path)
    assert shown.shape == frame.shape and path.mask.any()
    assert len(set(shown[2, 2].tolist())) == 1, "sky is grey"
    green = shown.astype(int)[path.mask]
    assert (green[:, 1] > green[:, 0]).all()


def test_doubt_glows_and_two_pictures_stand_beside_each_other(frame):
    shown = views.confidence_picture(np.array([[1.0, 0.6, 0.2]], np.float32)).astype(int).sum(axis=2)[0]
    assert shown[0] < 20 < shown[1] < shown[2]
    both = views.beside(frame, 255 - frame, 0.25)
    assert np.array_equal(both[:, :14], frame[:, :14]) and np.array_equal(both[:, 17:], 255 - frame[:, 17:])


def test_the_legend_adds_up(semantic):
    rows = legend(semantic)
    assert [r.label.name for r in rows][:2] == ["road", "sky"] and sum(
        r.share for r in rows
    ) == pytest.approx(1)
    assert {r.label.name: r.share for r in rows}["car"] == pytest.approx(100 / 2400)
    shares = category_shares(semantic)
    assert shares["vehicle"] == pytest.approx(200 / 2400) and shares["human"] == 0
    assert sum(shares.values()) == pytest.approx(1) and len(shares) == 8


def test_a_pixel_is_told():
    p = np.full((19, 4, 6), 0.01, np.float32)
    p[13], p[14] = 0.6, 0.23  # car, truck
    p[:, 3, 5] = 1 / 19
    scores = ClassScores.of(p, CITY, (40, 60))
    info = pixel_info(scores, 3, 3)
    assert (info.label.name, info.second.name, info.kind) == ("car", "truck", "thing")
    assert info.confidence == pytest.approx(0.6) and info.second_confidence == pytest.approx(0.23)
    assert info.label.category == "vehicle"
    assert 0 < doubt(scores) < 0.1 and looks_like_a_road(scores)
    assert not looks_like_a_road(ClassScores.of(np.full((19, 4, 6), 1 / 19, np.float32), CITY, (40, 60)))
    room = np.full((19, 4, 6), 0.01, np.float32)
    room[2], room[:, 3] = 0.82, 0.01  # building down to the last row, which is road
    room[0, 3] = 0.82
    walls = ClassScores.of(room, CITY, (40, 60))
    assert upright(walls) == pytest.approx((0.82 + 4 * 0.01 + 5 * 0.01) / 2)
    assert doubt(walls) == 0 and not looks_like_a_road(walls)
    nothing = ClassScores.of(np.full((19, 4, 6), 1 / 19, np.float32), CITY, (40, 60))
    assert [why_no_road(s) for s in (scores, walls, nothing)] == [None, "upright", "unsure"]
    with pytest.raises(InputError, match="60×40"):
        pixel_info(scores, 60, 0)
