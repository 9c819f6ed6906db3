"""Splits that share no street, and labels that mean what their source means."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from core.errors import InputError
from core.labels import get_label_set
from core.labels.merge import merge_probabilities, merge_table
from core.training.driving import data as driving
from tests.core.training.driving.world import SIZE, make_world


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return make_world(tmp_path_factory.mktemp("world"))


def test_no_street_is_on_both_sides(root):
    frames = driving.list_frames(root)
    for source in ("camvid", "cityscapes", "clips", "bdd", "idd"):
        trained = {f.street for f in frames if f.split == "train"}
        held_out = {f.street for f in frames if f.split == "val"}
        assert not trained & held_out, source
    counts = driving.counts(frames)
    assert all(
        counts[s].get("train") and counts[s].get("val") for s in ("camvid", "cityscapes", "bdd", "idd")
    )


@pytest.mark.parametrize(
    ("key", "split"),
    [
        ("camvid-0016E5_00390", "train"), ("camvid-0016E5_08190", "unused"), ("camvid-0016E5_07959", "val"),
        ("cityscapes-aachen_000000_000019_leftImg8bit", "val"), ("clips-aachen_000000_000003_leftImg8bit", "unused"),
        ("cityscapes-aachen_000001_000019_leftImg8bit", "train"), ("clips-aachen_000001_000003_leftImg8bit", "train"),
        ("bdd-00a360bd-27ccb1dd", "train"), ("bdd-00cc68dd-3d50a55f", "val"), ("kitti-000000_10", "train"),
    ],
)  # fmt: skip
def test_the_split_is_the_documented_one(root, key, split):
    assert {f.key: f.split for f in driving.list_frames(root)}[key] == split


def test_idd_frames_near_a_held_out_one_are_not_trained_on(tmp_path):
    make_world(tmp_path)
    idd = [f for f in driving.list_frames(tmp_path) if f.source == "idd"]
    split_of = {f.street: f.split for f in idd}
    group = next(
        g for g in range(40) if split_of.get(f"6/{g}") == "val" and split_of.get(f"6/{g + 1}") == "train"
    )
    border = (group + 1) * driving.IDD_GROUP
    added = [border - 2, border + 3, border + 900, border + 1100]
    for n in added:
        for kind in (".jpg", ".png"):
            idd[0].image.with_name(f"{n:06d}{kind}").write_bytes(idd[0].image.with_suffix(kind).read_bytes())
    splits = {f.image.stem: f.split for f in driving.list_frames(tmp_path)}
    assert [splits[f"{n:06d}"] for n in added] == ["val", "unused", "unused", "train"]


def test_labels_become_rows_that_allow_the_right_classes(root):
    names = [label.name for label in get_label_set("cityscapes").evaluated]
    wanted = {
        "camvid": {"car", "truck", "bus", "train"}, "idd": {"person", "rider"}, "cityscapes": {"person"}, "bdd": {"road"},
    }  # fmt: skip
    line = {"camvid": 3, "idd": 4, "cityscapes": 4, "bdd": 4}  # the stripe that shows them
    stripes = {"camvid": 8, "idd": 8, "cityscapes": 8, "bdd": 6}
    for source, classes in wanted.items():
        frame = next(f for f in driving.list_frames(root) if f.source == source)
        rows = driving.joint_rows(driving.read_labels(frame), frame.labels)
        row = rows[int((line[source] + 0.5) * SIZE[0] / stripes[source]), 5]
        assert {names[k] for k in np.flatnonzero(driving.JOINT_TABLE[row])} == classes
        if source != "cityscapes":
            assert rows[-1, 5] == driving.VOID


def test_labels_of_another_size_are_brought_to_the_picture(root):
    frame = next(f for f in driving.list_frames(root) if f.source == "kitti")
    assert driving.read_labels(frame, SIZE).shape == SIZE


@pytest.mark.parametrize("name", ["camvid", "idd-lite", "cityscapes"])
def test_merged_probabilities_stay_probabilities(name):
    assert (merge_table(name).sum(axis=0) == 1).all() and (merge_table(name).sum(axis=1) >= 1).all()
    p = np.random.default_rng(0).dirichlet(np.ones(19), 5).T.astype(np.float32)
    merged = merge_probabilities(p, name)
    assert merged.shape == (len(get_label_set(name).evaluated), 5)
    assert np.allclose(merged.sum(axis=0), 1, atol=1e-6)


def test_what_is_missing_is_named(tmp_path):
    with pytest.raises(InputError, match="idd"):
        driving.list_frames(tmp_path)
    with pytest.raises(InputError, match="camvid"):
        merge_table("voc")
