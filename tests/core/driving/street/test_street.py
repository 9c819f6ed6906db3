"""Drawn streets: the picture and its truth agree, at every size and time."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest

from core.driving.street import HOURS, STYLES, StreetScene
from core.errors import InputError
from core.labels import get_label_set
from core.metrics import PanopticQuality

CITY = get_label_set("cityscapes")
SIZE = (320, 160)


@pytest.fixture(scope="module")
def frames():
    return [StreetScene(seed, busy=0.8).frame(*SIZE) for seed in range(6)]


def test_every_pixel_of_an_instance_has_its_class(frames):
    for frame in frames:
        ids, labels = frame.instance_ids, frame.label_ids()
        assert frame.image.shape == (*ids.shape, 3) and frame.image.dtype == np.uint8
        for number in np.unique(ids).tolist():
            label = CITY.by_id(number // 1000 if number >= 1000 else number)
            assert label.isthing == (number >= 1000), "things are counted, stuff is not"
            assert (labels[ids == number] == label.id).all()
        assert np.array_equal(frame.semantic().ids, labels)


def test_only_bins_and_the_own_bonnet_are_void(frames):
    names = {
        CITY.by_id(i).name for f in frames for i in np.unique(f.label_ids()[f.train_ids() == 255]).tolist()
    }
    assert names <= {"static", "ego vehicle"} and names


def test_streets_show_what_streets_show(frames):
    shown = {CITY.by_id(i).name for f in frames for i in np.unique(f.label_ids()).tolist()}
    assert {
        "road", "sidewalk", "building", "wall", "fence", "pole", "traffic light", "traffic sign", "vegetation", "terrain", "sky",
        "person", "rider", "car", "bicycle",
    } <= shown  # fmt: skip
    share = np.mean([(f.train_ids() == 0).mean() for f in frames])
    assert 0.15 < share < 0.5, "the road is a large part of what a car sees"
    for frame in frames:
        rows = {name: np.nonzero(frame.label_ids() == CITY.by_name(name).id)[0] for name in ("road", "sky")}
        if len(rows["sky"]):
            assert rows["sky"].mean() < rows["road"].mean(), "the sky is up"


def test_the_outlines_lie_where_the_picture_changes(frames):
    """Colours jump at the borders of the truth, far more than a few pixels beside them."""
    at, beside = [], []
    for frame in frames:
        grey = cv2.cvtColor(frame.image, cv2.COLOR_RGB2GRAY).astype(np.float32)
        slope = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
        ids = frame.instance_ids
        border = np.zeros(ids.shape, np.uint8)
        border[:, 1:] |= ids[:, 1:] != ids[:, :-1]
        border[1:] |= ids[1:] != ids[:-1]
        ring = cv2.dilate(border, np.ones((9, 9))) & ~cv2.dilate(border, np.ones((5, 5)))
        at.append(slope[border > 0].mean())
        beside.append(slope[ring > 0].mean())
    assert np.mean(at) > 2 * np.mean(beside)


def test_the_panoptic_truth_is_the_same_truth(frames):
    quality = PanopticQuality(CITY.evaluated)
    for frame in frames:
        panoptic = frame.panoptic()
        known = frame.train_ids() != 255
        assert np.array_equal(panoptic.semantic()[known], frame.label_ids()[known])
        assert np.array_equal(panoptic.ids == 0, ~known)
        quality.add(panoptic.ids, panoptic.segments, panoptic.ids, panoptic.segments)
    assert quality.score().all.pq == 1 and quality.score().things.n >= 5


def test_instances_cover_the_things_once(frames):
    for frame in frames:
        instances = frame.instances()
        things = frame.instance_ids >= 1000
        assert np.array_equal(instances.masks.sum(0), things)


def test_a_seed_is_a_street():
    first, again, other = (StreetScene(s).frame(*SIZE, time_s=0.4) for s in (5, 5, 6))
    assert np.array_equal(first.image, again.image) and np.array_equal(first.instance_ids, again.instance_ids)
    assert not np.array_equal(first.instance_ids, other.instance_ids)


def test_a_clip_moves_steadily_and_things_keep_their_numbers():
    scene = StreetScene(14, speed=8, seconds=1)
    frames = [scene.frame(*SIZE, time_s=i / 12) for i in range(5)]
    for before, after in itertools.pairwise(frames):
        assert 0.85 < (before.label_ids() == after.label_ids()).mean() < 1, (
            "a twelfth of a second is a small step"
        )
    cars = [{n for n in np.unique(f.instance_ids).tolist() if n >= 1000} for f in frames]
    kept = set.intersection(*cars)
    assert len(kept) > 0.7 * len(cars[0])
    number = max(kept, key=lambda n: (frames[0].instance_ids == n).sum())
    masks = [f.instance_ids == number for f in frames]
    for a, b in itertools.pairwise(masks):
        assert (a & b).sum() > 0.5 * (a | b).sum(), "the largest thing stays the same thing"


def test_a_standing_camera_sees_a_still_street():
    scene = StreetScene(3, speed=0)
    a, b = (scene.frame(*SIZE, time_s=t) for t in (0.0, 0.5))
    still = [CITY.by_name(n).id for n in ("building", "traffic sign")]
    both = np.isin(a.label_ids(), still) & np.isin(b.label_ids(), still)
    assert both.any() and np.abs(a.image.astype(int) - b.image)[both].mean() < 6, (
        "only the sensor's noise differs"
    )


@pytest.mark.parametrize("size", [(33, 201), (200, 32), (97, 131), (64, 64)])
def test_any_size(size):
    frame = StreetScene(2).frame(*size)
    assert frame.image.shape == (size[1], size[0], 3) and frame.instance_ids.shape == size[::-1]
    assert len(np.unique(frame.label_ids())) > 3


def test_another_size_shows_the_same_street():
    scene = StreetScene(9)
    small, large = (scene.frame(w, w // 2).train_ids() for w in (320, 640))
    assert (cv2.resize(large, (320, 160), interpolation=cv2.INTER_NEAREST) == small).mean() > 0.93


def test_every_style_and_hour():
    light = {h: StreetScene(1, style="suburb", busy=0, hour=h).frame(96, 48).image.mean() for h in HOURS}
    assert all(40 < level < 220 for level in light.values()) and light["noon"] > light["dusk"]
    built = {s: (StreetScene(1, style=s, busy=0).frame(96, 48).train_ids() == 2).mean() for s in STYLES}
    assert min(built.values()) > 0.02 and len(set(built.values())) == len(STYLES)


@pytest.mark.parametrize("wrong", [{"style": "moon"}, {"hour": "midnight"}])
def test_unknown_choices_are_listed(wrong):
    with pytest.raises(InputError, match=r"city|noon"):
        StreetScene(1, **wrong)
    with pytest.raises(InputError, match="32 to 8192"):
        StreetScene(1).frame(20, 100)
