"""The corridor ahead, on maps drawn by hand."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.driving import free_path
from core.driving.free_path import HALF_WIDTH_PER_ROW
from core.labels import get_label_set
from core.results import SemanticMap

CITY = get_label_set("cityscapes")
ROAD, WALK, SKY, CAR, EGO = (CITY.by_name(n).id for n in ("road", "sidewalk", "sky", "car", "ego vehicle"))
H, W, HORIZON = 200, 400, 90


def street() -> np.ndarray:
    """Sky over pavement, and a straight road that meets the horizon in the middle."""
    ids = np.full((H, W), WALK, np.uint8)
    ids[:HORIZON] = SKY
    road = np.array([[W // 2, HORIZON], [W - 20, H - 1], [20, H - 1]], np.int32)
    cv2.fillConvexPoly(ids, road, ROAD)
    return ids


def test_an_empty_street_is_free_to_the_horizon():
    path = free_path(SemanticMap(street(), CITY))
    assert path.ends_at == "" and path.length > 0.97 and path.reach <= HORIZON + 7
    assert path.road_share == pytest.approx((street() == ROAD).mean())
    rows = np.flatnonzero(path.mask.any(axis=1))
    assert np.array_equal(rows, np.arange(path.reach, H)), "one piece"
    assert path.mask[H - 1].sum() == pytest.approx(2 * HALF_WIDTH_PER_ROW * (H - 1 - HORIZON), abs=3)
    assert (street()[path.mask] == ROAD).mean() > 0.99
    assert np.abs(path.mask.sum(0)[: W // 2] - path.mask.sum(0)[: W // 2 - 1 : -1]).max() <= 3, (
        "symmetric, as the street"
    )


def test_a_car_ahead_ends_it():
    ids = street()
    ids[100:141, 160:240] = CAR
    path = free_path(SemanticMap(ids, CITY))
    assert path.ends_at == "car" and path.reach == 141
    assert path.length == pytest.approx((H - 141) / (H - HORIZON - 4), abs=0.02)
    assert not path.mask[:141].any()


def test_a_car_at_the_side_is_passed():
    ids = street()
    ids[100:141, 222:260] = CAR
    path = free_path(SemanticMap(ids, CITY))
    assert path.ends_at == "" and (ids[path.mask] != CAR).all()


def test_it_follows_a_bend():
    ids = np.full((H, W), WALK, np.uint8)
    ids[:HORIZON] = SKY
    for row in range(HORIZON, H):
        middle = W / 2 + 0.006 * (H - row) ** 2
        half = 0.8 * (row - HORIZON) + 2
        ids[row, int(middle - half) : int(middle + half)] = ROAD
    path = free_path(SemanticMap(ids, CITY))
    assert path.length > 0.95 and (ids[path.mask] == ROAD).mean() > 0.97
    top = path.mask[path.reach + 5]
    assert np.flatnonzero(top).mean() > W / 2 + 40


def test_the_own_bonnet_is_no_obstacle():
    ids = street()
    ids[180:] = EGO
    path = free_path(SemanticMap(ids, CITY))
    assert path.ends_at == "" and path.length > 0.97 and not path.mask[180:].any() and path.mask[179].any()


def test_specks_do_not_stop_a_car():
    ids = street()
    ids[150, 190:215] = CAR
    assert free_path(SemanticMap(ids, CITY)).ends_at == ""


def test_without_a_road_there_is_no_path():
    path = free_path(SemanticMap(np.full((50, 70), SKY, np.uint8), CITY))
    assert not path.mask.any() and path.reach == 50 and path.length == 0 and path.road_share == 0
    assert path.ends_at == "sky"


def test_large_pictures_and_other_label_sets():
    ids = cv2.resize(street(), (4 * W, 4 * H), interpolation=cv2.INTER_NEAREST)
    ids[400:564, 640:960] = CAR
    path = free_path(SemanticMap(ids, CITY))
    assert path.mask.shape == ids.shape and path.ends_at == "car" and abs(path.reach - 564) <= 5
    idd = get_label_set("idd-lite")
    assert free_path(SemanticMap(np.where(street() == ROAD, 0, 1).astype(np.uint8), idd)).length > 0.9
