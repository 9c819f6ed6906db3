"""What training samples promise: the split never moves, doubtful pixels teach nothing, nobody is nobody."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.errors import InputError
from core.training.portrait import data
from core.training.portrait.samples import Samples, coarse_weight, largest_empty_window, load

PERSON, IGNORE = 255, 128


def disc(height: int, width: int, x: int, y: int, radius: int, value: int = PERSON) -> np.ndarray:
    return cv2.circle(np.zeros((height, width), np.uint8), (x, y), radius, value, -1)


def test_the_split_depends_on_names_alone_and_holds_about_15_percent():
    held = [data.is_held_out("eg1800", f"{i:05}") for i in range(2000)]
    assert 0.12 < np.mean(held) < 0.18
    assert held[:8] == [data.is_held_out("eg1800", f"{i:05}") for i in range(8)]
    assert held != [data.is_held_out("ccp", f"{i:05}") for i in range(2000)]


def test_outlines_ignored_and_tiny_people_teach_nothing():
    mask = np.maximum(disc(200, 200, 60, 60, 30), disc(200, 200, 150, 150, 3))
    mask[100:120, :20] = IGNORE
    weight = coarse_weight(mask)
    assert weight[60, 60] == 255 and weight[10, 180] == 255
    assert weight[60, 90] == 0, "the outline"
    assert (weight[100:120, :20] == 0).all(), "marked as ignored"
    assert weight[150, 150] == 0, "a person of 0.07 % of the picture"


def test_the_largest_empty_window_shows_nobody():
    mask = disc(240, 320, 60, 120, 40)
    left, top, right, bottom = largest_empty_window(mask)
    assert (mask[top:bottom, left:right] == 0).all()
    assert left > 100 and right == 320 and bottom - top >= 200
    assert largest_empty_window(np.full((100, 100), PERSON, np.uint8)) is None


def test_half_a_body_is_the_upper_half_with_room_above():
    mask = np.zeros((400, 300), np.uint8)
    mask[100:300, 130:170] = PERSON
    x0, y0, x1, y1 = data.half_body_box(mask)
    assert (y0, y1) == (88, 204)
    assert x0 < 130 and x1 > 170


def test_samples_are_seeded_and_in_range(world):
    stored = load(*world)
    assert not any(item.alpha.any() for item in stored["surroundings"] + stored["backgrounds"])
    samples = [Samples(stored, 64, seed=5) for _ in range(2)]
    for (image, alpha, weight), (again, *_), _ in zip(*map(iter, samples), range(12), strict=False):
        assert (image == again).all(), "the same seed gives the same stream"
        assert image.shape == (3, 64, 64) and alpha.shape == weight.shape == (64, 64)
    other = next(iter(Samples(stored, 64, seed=6)))
    assert (other[0] != next(iter(samples[0]))[0]).any()


def test_held_out_pictures_are_never_loaded(world):
    stored = load(*world)
    for source in data.SOURCES:
        training = [i for i in data.list_items(world[0], (source,)) if not i.held_out]
        assert len(stored[source]) == len(training)
    assert sum(i.held_out for i in data.list_items(world[0])) > 0


def test_a_missing_source_is_named(tmp_path):
    with pytest.raises(InputError, match="eg1800"):
        data.list_items(tmp_path)
