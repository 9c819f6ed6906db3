"""CT of head and neck: partly known slices, couch and air, torsos."""

from __future__ import annotations

import csv
import dataclasses

import numpy as np
import pytest

pytest.importorskip("torch")

from core.errors import InputError
from core.training.medical import ct_headneck as ct
from core.training.medical.ct_surroundings import AIR, add_surroundings, cut_away, draw_torso
from tests.core.training.medical.world import blob, save

SPACING = (4.0, 4.0, 2.5)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Two patients and one held out: a ball of tissue; in it the cord (2) and, on one side, a parotid (3)."""
    folder = tmp_path_factory.mktemp("data")
    shape = (24, 24, 8)
    for part, names in (("train", ("pt_1", "pt_2")), ("val", ("pt_3",))):
        rows = []
        for name in names:
            hu = np.full(shape, -1000, np.int16)
            hu[blob(shape, (12, 12, 4), 9)] = 40
            ids = np.zeros(shape, np.uint8)
            ids[11:13, 8:10, 2:7] = 2
            ids[16:19, 12:15, 3:5] = 3
            hu[ids == 2], hu[ids == 3] = 90, -20
            hu[:, :, 0] = -1000  # blank, as slices are that the table does not name
            ids[:, :, 0] = 0
            save(folder / ct.FOLDER / part / "images" / f"{name}.nii.gz", hu, SPACING)
            save(folder / ct.FOLDER / part / "labels" / f"{name}.nii.gz", ids, SPACING)
            rows += [(name, z, "2 3" if z < 6 else "2") for z in range(1, 8)]
        with open(folder / ct.FOLDER / part / "slices.csv", "w", newline="") as file:
            csv.writer(file).writerows([("patient", "z", "known"), *rows])
    return folder


@pytest.fixture(scope="module")
def prepared(root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepared")
    assert ct.prepare(root, folder) == {"train": 2, "held out": 1, "slices": 14}
    return folder


def test_the_table_of_known_slices(root, tmp_path):
    table = ct.known_table(ct.known_slices(root / ct.FOLDER / "train" / "slices.csv")["pt_1"], 8)
    assert table[0].sum() == 0, "what is not in the table teaches nothing"
    assert table[3].nonzero()[0].tolist() == [0, 2, 3] and table[7].nonzero()[0].tolist() == [0, 2]
    with pytest.raises(InputError, match="missing"):
        ct.known_slices(tmp_path / "slices.csv")
    (tmp_path / "slices.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="columns"):
        ct.known_slices(tmp_path / "slices.csv")


def test_samples_keep_to_known_slices_and_swap_sides_in_the_mirror(prepared, monkeypatch):
    monkeypatch.setattr(ct, "TORSOS", 0)
    still = dataclasses.replace(ct.BEND, turn=0, scale=0, stretch=0, elastic=0, shift=0)
    known_sides = set()
    for mirror, side in ((0.0, ct.RIGHT), (1.0, ct.LEFT)):
        monkeypatch.setattr(ct, "BEND", dataclasses.replace(still, mirror=mirror))
        make = ct.sampler(prepared, dataclasses.replace(ct.JOB.recipe, size=32))
        rng = np.random.default_rng(0)
        for _ in range(200):
            stack, target, known = make(rng)
            assert stack.shape == (5, 32, 32) and known[0] and known[2]
            assert (
                set(np.unique(target)) <= {0, 2, side}
                and not known[[1, 4 if side == 3 else 3, 5, 6, 7]].any()
            )
            assert known[side] or side not in target
            known_sides.add((side, bool(known[side])))
    assert known_sides == {(3, True), (3, False), (4, True), (4, False)}


def test_small_classes_are_drawn_as_often_as_large_ones(prepared, monkeypatch):
    monkeypatch.setattr(ct, "TORSOS", 0)
    monkeypatch.setattr(ct, "ANY_SLICE", 0)
    make = ct.sampler(prepared, dataclasses.replace(ct.JOB.recipe, size=32))
    rng = np.random.default_rng(0)
    # Class 3 is in two of seven slices; chosen by class, half of the samples and some of the others show it.
    assert np.mean([{3, 4} & set(np.unique(make(rng)[1])) != set() for _ in range(60)]) > 0.5


def test_cutting_away_and_adding_leave_the_body_alone():
    rng = np.random.default_rng(0)
    body = np.zeros((3, 40, 40), bool)
    body[:, 10:30, 14:30] = True
    couches = 0
    for _ in range(20):
        stack = np.where(body, 40.0, AIR).astype(np.float32)
        add_surroundings(rng, stack, body)
        assert (stack[body] == 40).all()
        behind, before = stack[:, :, :14], stack[:, :, 31:]
        couches += int((behind > -800).any())
        assert behind.max() <= 200 and before.max() < 0
        cut_away(stack, body)
        assert (stack[~body] == AIR).all() and (stack[body] == 40).all()
    assert couches > 8


def test_a_drawn_torso_is_a_ct_of_something_else(prepared, monkeypatch):
    hu, body = draw_torso(np.random.default_rng(1), 80)
    assert hu.min() >= -1001 and hu.max() < 1200 and 0.1 < body.mean() < 0.9
    monkeypatch.setattr(ct, "TORSOS", 1)
    stack, target, known = ct.sampler(prepared, ct.JOB.recipe)(np.random.default_rng(0))
    assert (
        stack.shape == (5, 80, 80)
        and not target.any()
        and known.tolist() == [True, True, False, True, True, False, True, True]
    )


def test_scores_count_known_slices_only(root, monkeypatch):
    """A task that answers 2 where the cord is and 3 in every voxel of slices where the parotid is not known: right."""
    from core.labels import get_label_set
    from core.medical.tasks import Segmented, Task
    from core.medical.volume import read_volume

    truth = read_volume(root / ct.FOLDER / "val" / "labels" / "pt_3.nii.gz").data.astype(np.uint8)

    def run(_volume, _progress):
        ids = truth.copy()
        ids[:, :, 6:][truth[:, :, 6:] == 0] = 3
        ids[0, 0, 2] = 7  # nobody knows the mandible: counts nowhere
        return Segmented(ids)

    task = Task("fake", "", "HU", get_label_set("ct-head-neck"), "network", "fake", "", run)
    monkeypatch.setattr(ct, "task_of", lambda _card: task)
    results = ct.score("fake", root)
    assert results["cases"] == 1 and set(results["labels"]) == {"spinal cord", "right parotid"}
    assert all(row["dice"] == 1 and row["hd95_mm"] == 0 for row in results["labels"].values())
    assert results["found_where_absent"] == {}
