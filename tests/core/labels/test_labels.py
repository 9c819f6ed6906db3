"""The official tables, by what is known of them."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import InputError
from core.labels import get_label_set, list_label_sets
from core.labels.label import Label, LabelSet
from core.labels.voc import voc_color


@pytest.mark.parametrize(
    "name,labels,things,evaluated",
    [
        ("voc", 21, 20, 21), ("coco-panoptic", 133, 80, 133), ("cityscapes", 35, 10, 19), ("camvid", 12, 3, 11),
        ("idd-lite", 8, 2, 7), ("hippocampus", 3, 0, 3), ("ct-head-neck", 8, 0, 8), ("brain", 2, 0, 2), ("brain-tissues", 6, 0, 6), ("brain-structures", 16, 0, 16), ("portrait", 2, 1, 2),
    ],
)  # fmt: skip
def test_counts(name, labels, things, evaluated):
    table = get_label_set(name)
    assert (len(table.labels), len(table.things), len(table.evaluated)) == (labels, things, evaluated)
    assert len(table.stuff) == labels - things
    assert [label.train_id for label in table.evaluated] == list(range(evaluated))


def test_every_set_is_found_by_its_name():
    assert all(get_label_set(name).name == name for name in list_label_sets())
    with pytest.raises(InputError, match="cityscapes"):
        get_label_set("cityscape")


def test_vocs_bitwise_rule():
    # The development kit's first colours, derived by hand from the bits.
    assert [voc_color(i) for i in (0, 1, 2, 3, 8, 15, 20)] == [
        (0, 0, 0), (128, 0, 0), (0, 128, 0), (128, 128, 0), (64, 0, 0), (192, 128, 128), (0, 64, 128),
    ]  # fmt: skip


def test_cityscapes():
    table = get_label_set("cityscapes")
    assert len(table.categories) == 8 and table.categories[7] == "vehicle"
    assert table.by_name("bicycle").train_id == 18 and table.by_id(-1).name == "license plate"
    # Thirty classes: the 19 evaluated ones and eleven more that have a category but for "void"'s first four rows.
    assert len([label for label in table.labels if label.id >= 4]) == 30
    train = np.arange(19, dtype=np.uint8)[None]
    assert np.array_equal(table.to_train_ids(table.from_train_ids(train)), train)
    assert table.from_train_ids(np.array([[255]], np.uint8)) == 0
    with pytest.raises(InputError, match=r"ids \[19, 33\] in the map.*\(0 to 18\), or 255"):
        table.from_train_ids(np.array([[33, 19, 0, 255]], np.uint8))


def test_coco_ids_are_the_challenges():
    table = get_label_set("coco-panoptic")
    assert table.by_id(90).name == "toothbrush" and table.by_id(200).name == "rug-merged"
    assert table.by_name("sky-other-merged").id == 187
    assert all(label.id <= 90 for label in table.things) and all(label.id >= 92 for label in table.stuff)


def test_colors_tell_labels_apart():
    for name in ("voc", "coco-panoptic", "ct-head-neck"):
        colors = [label.color for label in get_label_set(name).labels]
        assert len(set(colors)) == len(colors)


def test_color_table():
    table = get_label_set("cityscapes").color_table()
    assert table.shape == (256, 3) and tuple(table[26]) == (0, 0, 142)


def test_unknown_names_and_ids_list_the_choices():
    table = get_label_set("camvid")
    with pytest.raises(InputError, match="pedestrian"):
        table.by_name("walker")
    with pytest.raises(InputError, match="no id 99"):
        table.by_id(99)


def test_an_id_twice_is_refused():
    with pytest.raises(ValueError, match="twice"):
        LabelSet("x", (Label(1, "a", (0, 0, 0)), Label(1, "b", (0, 0, 0))), None, "")
