"""Files with exactly the numbers that other tools expect."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from core.driving import map_in, save_map
from core.errors import InputError
from core.labels import get_label_set
from core.results import ClassScores, SemanticMap

CITY = get_label_set("cityscapes")


def certain(names: list[str]) -> ClassScores:
    """One pixel a class."""
    p = np.zeros((19, 1, len(names)), np.float32)
    for column, name in enumerate(names):
        p[CITY.by_name(name).train_id, 0, column] = 1
    return ClassScores.of(p, CITY, (1, len(names)))


NAMES = ["road", "sidewalk", "wall", "terrain", "bus", "rider", "sky", "traffic sign"]


@pytest.mark.parametrize(
    ("labels", "ids"),
    [
        ("cityscapes", [7, 8, 12, 22, 28, 25, 23, 20]),
        ("camvid", [3, 4, 1, 5, 8, 10, 0, 6]),
        ("idd", [0, 1, 4, 1, 3, 2, 6, 4]),
    ],
)
def test_ids_are_those_of_the_sets_own_files(labels, ids, tmp_path):
    path = save_map(map_in(certain(NAMES), labels), tmp_path / "a_labelIds.png", "ids")
    image = Image.open(path)
    assert image.mode == "L" and np.asarray(image).ravel().tolist() == ids


def test_train_ids_and_colors(tmp_path):
    ids = SemanticMap(np.array([[7, 33, 0, 29]], np.uint8), CITY)
    train = np.asarray(Image.open(save_map(ids, tmp_path / "t.png", "trainids")))
    assert train.tolist() == [[0, 18, 255, 255]]
    color = np.asarray(Image.open(save_map(ids, tmp_path / "c.png", "color")))
    assert color.tolist() == [[[128, 64, 128], [119, 11, 32], [0, 0, 0], [0, 0, 90]]]


def test_what_is_unknown_lists_the_choices(tmp_path):
    with pytest.raises(InputError, match="cityscapes, camvid, idd"):
        map_in(certain(NAMES), "kitti")
    with pytest.raises(InputError, match="ids, trainids, color"):
        save_map(map_in(certain(NAMES)), tmp_path / "x.png", "overlay")
