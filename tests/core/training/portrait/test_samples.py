"""What training samples promise: the split never moves, doubtful pixels teach nothing, nobody is nobody."""

from __future__ import annotations

import json
import shutil

import cv2
import numpy as np
import pytest
from pycocotools import mask as rle

from core.errors import InputError
from core.training.portrait import augment, data
from core.training.portrait.samples import (
    SHARES,
    Samples,
    Stored,
    coarse_weight,
    largest_empty_window,
    load,
)

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


def test_lifelike_batches_show_whole_pictures_in_one_shape(world):
    stored = load(*world)
    stream = iter(Samples(stored, 256, seed=5, lifelike=0.5, batch=4))
    batches = [[next(stream) for _ in range(4)] for _ in range(24)]
    alone = Samples(stored, 256, seed=5, lifelike=0.5, batch=4)[22]
    assert all((a == b).all() for a, b in zip(alone, batches[5][2], strict=True)), "whatever came before"
    shapes = [{tuple(image.shape[1:]) for image, *_ in batch} for batch in batches]
    assert all(len(each) == 1 for each in shapes)
    assert set.union(*shapes) == {(256, 256), (288, 224), (224, 288)}
    for batch in batches:
        for image, alpha, weight in batch:
            assert alpha.shape == weight.shape == image.shape[1:]
            if image.shape[1:] == (224, 288):
                assert (weight == 0).float().mean() < 0.35, (
                    "nearly all of the picture is shown, and little beyond it"
                )


def test_without_freedom_the_box_fills_the_picture():
    matrix = augment.random_affine(np.random.default_rng(1), (10, 20, 110, 70), (40, 90), freedom=0)
    corners = matrix @ np.array([[10, 20, 1], [110, 70, 1]], np.float32).T
    assert np.allclose(np.sort(corners), [[0, 90], [0, 40]], atol=1e-3), "mirrored or not"


def test_held_out_pictures_are_never_loaded(world):
    stored = load(*world)
    for source in data.SOURCES:
        training = [i for i in data.list_items(world[0], (source,)) if i.trains]
        assert len(stored[source]) == len(training)
    assert sum(i.held_out for i in data.list_items(world[0])) > 0


def test_the_like_of_a_held_out_picture_is_not_trained_on_and_changes_no_figure(world, tmp_path):
    root = tmp_path / "data"
    shutil.copytree(world[0], root)
    for suffix in ("jpg", "png"):
        shutil.copy(root / "eg1800" / f"0.{suffix}", root / "eg1800" / f"02051.{suffix}")
    twin = next(i for i in data.list_items(root, ("eg1800",)) if i.image.stem == "02051")
    assert not twin.trains and not twin.held_out
    assert len(load(root, world[1])["eg1800"]) == len(load(*world)["eg1800"])
    for (source, name), like in data.TWINS.items():
        assert data.is_held_out(source, like) and not data.is_held_out(source, name)


def test_a_missing_source_is_named(tmp_path):
    with pytest.raises(InputError, match="eg1800"):
        data.list_items(tmp_path)


def test_animals_without_people_are_shown_as_nobody(world, tmp_path):
    root = tmp_path / "data"
    shutil.copytree(world[0], root)
    assert data.known_animals(root / "coco_people" / "instances.json") == {}, "no such file"
    categories = [
        {"id": 1, "name": "person", "supercategory": "person"}, {"id": 18, "name": "dog", "supercategory": "animal"},
        {"id": 88, "name": "teddy bear", "supercategory": "indoor"}, {"id": 62, "name": "chair", "supercategory": "furniture"},
    ]  # fmt: skip
    found = [
        (1, 18, [70, 40, 40, 20]),
        (1, 62, [10, 10, 40, 40]),
        (3, 88, [100, 70, 28, 26]),
        (3, 18, [0, 0, 8, 8]),
    ]
    found += [(0, 18, [30, 40, 40, 20])]  # beside somebody
    instances = {
        "categories": categories,
        "images": [{"id": n, "file_name": f"{n}.jpg", "width": 128, "height": 96} for n in range(8)],
        "annotations": [
            {"image_id": picture, "category_id": kind, "bbox": box, "area": box[2] * box[3]}
            for picture, kind, box in found
        ],
    }
    whole = np.zeros((96, 128), np.uint8)
    whole[40:60, 70:110] = 1
    outline = rle.encode(np.asfortranarray(whole))
    instances["annotations"][0]["segmentation"] = outline | {"counts": outline["counts"].decode()}
    (root / "coco_people" / "instances.json").write_text(json.dumps(instances))
    known = data.known_animals(root / "coco_people" / "instances.json")
    boxes = {name: [animal.box for animal in animals] for name, animals in known.items()}
    assert boxes == {"0.jpg": [(20, 30, 80, 70)], "1.jpg": [(60, 30, 120, 70)], "3.jpg": [(93, 63, 128, 96)]}
    stored = load(root, world[1])
    shown = [n for n in (1, 3) if not data.is_held_out("coco_people", str(n))]
    assert shown and len(stored["animals"]) == len(shown)
    picture = data.read_item(data.Item("coco_people", root / "coco_people" / f"{shown[0]}.jpg", None))[0]
    x0, y0, x1, y1 = boxes[f"{shown[0]}.jpg"][0]
    animal = stored["animals"][0]
    assert (animal.image == picture[y0:y1, x0:x1]).all() and not animal.alpha.any()
    masks = [data.mask_of(each) for name in ("1.jpg", "3.jpg") for each in known[name]]
    assert (masks[0] == 255 * whole[30:70, 60:120]).all() and masks[1] is None, "one has an outline"
    assert load(*world)["animals"] == [] and "animals" not in Samples(load(*world), 64, 1).shares


def test_animals_are_shown_where_they_never_were_and_are_nobody():
    black, white = (np.full((64, 64, 3), value, np.uint8) for value in (0, 255))
    nobody, everywhere, box = np.zeros((64, 64), np.uint8), np.full((64, 64), 255, np.uint8), [(0, 0, 64, 64)]
    stored = {name: [] for name in SHARES} | {
        "backgrounds": [Stored(black, nobody, None, None, box)],
        "animals": [Stored(white, nobody, None, None, box, everywhere)],
    }
    stream = iter(Samples(stored, 64, seed=3))
    made = [next(stream) for _ in range(60)]
    mixed = [image for image, *_ in made if (image > 200).any() and (image < 50).any()]
    assert len(mixed) > 15, "in part before a background"
    assert not any(alpha.any() for _, alpha, _ in made)
