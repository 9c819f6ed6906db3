"""Which pixel belongs to which thing: each source's own way of saying it, crops that keep it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from core.errors import InputError  # noqa: E402
from core.instances.design import CLASSES  # noqa: E402
from core.training.driving import instance_data  # noqa: E402
from core.training.driving.instance_data import EITHER, IGNORED, list_instance_frames, read_numbered  # noqa: E402
from core.training.driving.instance_samples import InstanceSamples, finish, load_instances, store  # noqa: E402
from core.training.portrait.data import is_held_out  # noqa: E402
from tests.core.training.driving.instance_world import (  # noqa: E402
    clip_numbers,
    label_ids,
    make_instance_world,
    street_ids,
)

PERSON, RIDER, CAR, BICYCLE = (CLASSES.index(n) + 1 for n in ("person", "rider", "car", "bicycle"))


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return make_instance_world(tmp_path_factory.mktemp("world"))


def test_splits_are_those_of_the_sources(world):
    data, people = world
    frames = list_instance_frames(data, None, people)
    assert {f.source for f in frames} == {"clips", "cityscapes", "coco"}
    for frame in frames:
        if frame.source == "coco":
            assert (frame.split == "val") == is_held_out("coco_people", frame.image.stem)
        else:
            street = int(frame.image.stem.split("_")[1])
            assert (frame.split == "train") == (street in range(1, 6))
    assert not [f for f in list_instance_frames(data) if f.source == "coco"]


def test_hand_made_ids():
    ids = street_ids(0)
    ids[50:56, 10:30] = 30000  # a trailer
    things = instance_data.number_official(ids)
    assert sorted(things.classes.tolist()) == sorted([CAR, CAR, PERSON, RIDER, BICYCLE])
    for value in (26000, 26001, 24000, 25000, 33000):
        number = np.unique(things.numbers[ids == value])
        assert (
            len(number) == 1
            and things.classes[number[0] - 1]
            == CLASSES.index({24: "person", 25: "rider", 26: "car", 33: "bicycle"}[value // 1000]) + 1
        )
    assert (things.numbers[ids == 24] == IGNORED).all(), "a group is neither a person nor background"
    assert (things.numbers[ids == 30000] == IGNORED).all()
    assert (things.numbers[(ids == 7) | (ids == 23)] == 0).all()


def test_a_clips_numbers_separate_vehicles_and_regions_are_the_rest():
    ids = street_ids(0)
    labels, numbers = label_ids(ids), clip_numbers(ids)
    labels[60:64, 40:80] = 26  # the bonnet's mirror image
    numbers[2:6, 2:30] = 9  # a number on the sky
    things = instance_data.number_clip(numbers, labels)
    cars = [things.numbers[ids == v] for v in (26000, 26001)]
    assert {int(np.unique(c)[0]) for c in cars} == {1, 2} and things.classes[:2].tolist() == [CAR, CAR]
    person = np.unique(things.numbers[ids == 24000])
    assert len(person) == 1 and things.classes[person[0] - 1] == PERSON
    for other in (ids == 24, labels == 26):
        assert (things.numbers[other & (ids != 26000) & (ids != 26001)] == IGNORED).all()
    assert (things.numbers[2:6, 2:30] == IGNORED).all()


def test_coco_numbers_things_and_leaves_crowds_out(world):
    frame = next(f for f in list_instance_frames(world[0], None, world[1]) if f.source == "coco")
    image, things = read_numbered(frame)
    assert sorted(things.classes.tolist()) == [PERSON, CAR], "no airplane"
    assert things.numbers[0, 110] == IGNORED and things.numbers[30, 100] == 0
    both = things.numbers[40, 55]  # where they overlap, the smaller lies in front
    assert things.classes[both - 1] == PERSON and {1, 2} <= set(np.unique(things.numbers))
    assert image.shape == (64, 128, 3)


def test_coco_people_beside_a_bicycle_may_be_riders():
    from pycocotools import mask as rle

    def annotation(kind, rows, columns):
        mask = np.zeros((40, 60), np.uint8, order="F")
        mask[rows, columns] = 1
        return {
            "id": 1,
            "class": kind,
            "iscrowd": 0,
            "area": int(mask.sum()),
            "segmentation": rle.encode(mask),
        }

    rider = annotation(PERSON, slice(2, 24), slice(4, 14))
    walker = annotation(PERSON, slice(2, 30), slice(40, 50))
    bicycle = annotation(BICYCLE, slice(18, 36), slice(2, 20))
    things = instance_data.number_coco([rider, walker, bicycle], (40, 60))
    at = {
        name: things.classes[things.numbers[y, x] - 1]
        for name, y, x in (("r", 8, 8), ("w", 8, 45), ("b", 34, 4))
    }
    assert at == {"r": EITHER, "w": PERSON, "b": BICYCLE}
    assert EITHER not in instance_data.number_coco([rider, walker], (40, 60)).classes


def test_a_broken_source_is_named(world, tmp_path):
    with pytest.raises(InputError, match="instances"):
        list_instance_frames(world[0], None, tmp_path)
    frame = next(f for f in list_instance_frames(world[0]) if f.source == "clips")
    gone = instance_data.InstanceFrame("clips", frame.image, tmp_path / "x_instanceIds.png", "train")
    with pytest.raises(InputError, match="x_instanceIds"):
        read_numbered(gone)


def test_the_same_seed_gives_the_same_crops(world):
    stored = load_instances(world[0], None, world[1])
    assert {k: len(v) for k, v in stored.items()} == {"clips": 1, "cityscapes": 5, "coco": 3}
    streams = [list(itertools.islice(InstanceSamples(stored, (64, 96), 64 * 128, s), 8)) for s in (1, 1, 2)]
    for one, same in zip(*streams[:2], strict=True):
        assert torch.equal(one.image, same.image) and torch.equal(one.numbers, same.numbers)
    assert any(not torch.equal(a.image, b.image) for a, b in zip(streams[0], streams[2], strict=True))
    alone = InstanceSamples(stored, (64, 96), 64 * 128, 1)[5]
    assert torch.equal(alone.image, streams[0][5].image), "whatever came before"
    for sample in streams[0]:
        check(sample)
    assert sum(len(s.boxes) for s in streams[0]) > 8


def check(sample) -> None:
    """Boxes are their numbers' extents, numbers run from 1 to N."""
    assert sample.image.dtype == torch.uint8 and sample.image.shape[1:] == sample.numbers.shape
    numbers = sample.numbers.numpy()
    found = set(np.unique(numbers).tolist()) - {0, IGNORED}
    assert found == set(range(1, len(sample.boxes) + 1)) and len(sample.classes) == len(sample.boxes)
    for n, box in enumerate(sample.boxes.tolist(), 1):
        ys, xs = np.nonzero(numbers == n)
        assert box == [xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]


def test_things_stay_on_their_pixels(world):
    """In every crop the numbers lie where the picture shows the things."""
    stored = load_instances(world[0], None, None)
    samples = InstanceSamples(stored, (64, 96), 64 * 128, 1)
    ids = np.zeros((64, 128), np.uint8)
    ids[20:50, 30:70] = 1
    frame = store(np.repeat(ids[..., None] * 200, 3, axis=2), instance_data.Numbered(ids, np.array([CAR])))
    overlaps = []
    for seed in range(10):
        sample = samples.sample(np.random.default_rng(seed), frame)
        inside = sample.numbers.numpy() == 1
        if not 0.05 < inside.mean() < 0.6:
            continue
        grey = sample.image.numpy().astype(float).mean(0)
        overlaps.append(grey[inside].mean() - grey[~inside].mean())
    assert len(overlaps) >= 4 and np.mean(overlaps) > 40, "bright within, dark without, in most lights"


def test_what_too_little_is_left_of_is_ignored():
    numbers = np.zeros((40, 40), np.uint8)
    numbers[0:10, 0:10], numbers[20:22, 20:25], numbers[30:32] = 3, 1, IGNORED
    sample = finish(np.zeros((40, 40, 3), np.uint8), numbers, np.array([CAR, CAR, PERSON]))
    assert sample.classes.tolist() == [PERSON] and sample.boxes.tolist() == [[0, 0, 10, 10]]
    assert (sample.numbers[20:22, 20:25] == IGNORED).all() and (sample.numbers[:10, :10] == 1).all()
    empty = finish(np.zeros((40, 40, 3), np.uint8), np.zeros((40, 40), np.uint8), np.zeros(0, int))
    assert empty.boxes.shape == (0, 4) and empty.classes.shape == (0,)
