from __future__ import annotations

import cv2
import numpy as np

from core.portrait import Effect, compose, find_people, keep_people
from tests.core.portrait.shapes import texture


def _disc(alpha: np.ndarray, x: float, y: float, radius: float) -> None:
    rows, cols = np.mgrid[0 : alpha.shape[0], 0 : alpha.shape[1]]
    away = np.hypot(cols - x, rows - y)
    np.maximum(alpha, np.clip((radius - away) / 6 + 0.5, 0, 1), out=alpha)


def _two() -> np.ndarray:
    alpha = np.zeros((300, 600), np.float32)
    _disc(alpha, 150, 150, 90)
    _disc(alpha, 430, 150, 60)
    return alpha


def test_two_people_largest_first() -> None:
    people = find_people(_two())
    assert len(people) == 2
    left, right = people
    assert left.area_share > right.area_share
    assert np.allclose(left.centre, (0.25, 0.5), atol=0.02)
    assert np.allclose(right.box, (370 / 600, 90 / 300, 490 / 600, 210 / 300), atol=0.01)
    assert (left.mask ^ right.mask).all()


def test_nobody() -> None:
    assert find_people(np.zeros((100, 100), np.float32)) == []
    speck = np.zeros((400, 400), np.float32)
    speck[10:15, 10:15] = 1
    assert find_people(speck) == []
    assert (keep_people(speck, [(0.03, 0.03)]) == 0).all()


def test_specks_go_with_the_nearest_person() -> None:
    alpha = _two()
    alpha[150:154, 500:504] = 1
    assert len(find_people(alpha)) == 2
    kept = keep_people(alpha, [(430 / 600, 0.5)])
    assert (kept[150:154, 500:504] == 1).all()


def test_thin_bridges_do_not_join() -> None:
    alpha = _two()
    alpha[149:151, 150:430] = 1
    assert len(find_people(alpha)) == 2


def test_keep_splits_the_soft_edge_and_takes_every_pointed_person() -> None:
    alpha = _two()
    right = keep_people(alpha, [(430 / 600, 0.5)])
    assert (right[:, :250] == 0).all() and np.array_equal(right[:, 340:], alpha[:, 340:])
    both = keep_people(alpha, [(430 / 600, 0.5), (0.25, 0.5)])
    assert np.array_equal(both, alpha)
    assert (keep_people(alpha, []) == 0).all()
    assert keep_people(alpha, None) is alpha
    for person in find_people(alpha):
        assert keep_people(alpha, [person.centre]).max() == 1


def test_a_point_beside_two_people_means_the_nearer_one() -> None:
    alpha = np.zeros((480, 480), np.float32)
    alpha[100:400, 50:200] = 1
    alpha[100:400, 205:300] = 1
    kept = keep_people(alpha, [(203.2 / 480, 0.5)])
    assert (kept[200, 60:195] == 0).all() and (kept[200, 210:295] == 1).all()


def test_who_is_not_kept_is_blurred_as_background() -> None:
    alpha, frame = _two(), texture(300, 600)
    picture = compose(frame, alpha, Effect(keep=((0.25, 0.5),)))
    solid = alpha == 1
    assert np.array_equal(picture[:, :280][solid[:, :280]], frame[:, :280][solid[:, :280]])
    assert not np.array_equal(picture[:, 340:][solid[:, 340:]], frame[:, 340:][solid[:, 340:]])


def test_a_sigmoids_traces_do_not_spoil_the_background_when_somebody_is_left_out() -> None:
    """A network's matte is nowhere exactly 0; far from the one who stays, the blur is what it is without keep."""
    height, width = 240, 480
    rng = np.random.default_rng(0)
    frame = cv2.resize(rng.integers(0, 256, (12, 24, 3)).astype(np.uint8), (width, height))
    alpha = np.full((height, width), 5e-4, np.float32)
    alpha[60:220, 60:140] = alpha[60:220, 340:420] = 0.9995
    everybody = compose(frame, alpha, Effect())
    left = compose(frame, alpha, Effect(keep=((100 / width, 140 / height),)))
    assert np.array_equal(left[100:180, 90:110], frame[100:180, 90:110])
    corner = np.abs(left[:40, :40].astype(int) - everybody[:40, :40])
    assert corner.mean() < 1
    assert np.abs(left[100:180, 360:400].astype(int) - frame[100:180, 360:400]).mean() > 3, (
        "the other is blurred"
    )
