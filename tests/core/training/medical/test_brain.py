"""The brain's classes, heads and contrasts."""

from __future__ import annotations

import dataclasses

import nibabel as nib
import numpy as np
import pytest

pytest.importorskip("torch")

from core.errors import InputError
from core.labels import get_label_set
from core.medical.intensity import Intensity
from core.training.medical import brain
from core.training.medical.brain_classes import (
    CLASSES,
    MIRROR,
    NUMBER,
    VOID,
    drawn_table,
    freesurfer_table,
    muse_table,
)
from core.training.medical.brain_contrast import class_greys, class_of_part, other_contrast, paint, part_greys
from core.training.medical.brain_heads import nearest, prepare_heads, read_head
from core.training.medical.job import Case
from tests.core.training.medical.world import blob, save

MAPPING = "600,CorticalCSF,1,,\n601,GM,47,48,38,102\n604,WM,40,81,\n509,Ventricles,51,52,\n"


@pytest.fixture
def mapping(tmp_path):
    path = tmp_path / "brain_t1_ixi" / "list_MUSE_mapping_derived.csv"
    path.parent.mkdir()
    path.write_text(MAPPING)
    return path


def test_regions_become_classes(mapping):
    table = muse_table(mapping)
    wanted = {0: "background", 1: "outer CSF", 46: "outer CSF", 102: "grey matter", 81: "white matter", 51: "ventricles",
              47: "right hippocampus", 48: "left hippocampus", 38: "cerebellar grey matter", 40: "cerebellar white matter",
              35: "brain stem"}  # fmt: skip
    assert {region: CLASSES[table[region]] for region in wanted} == wanted
    assert (table[1:] > 0).all(), "any region is brain"
    with pytest.raises(InputError, match="missing"):
        muse_table(mapping.with_name("other.csv"))
    mapping.write_text("601,GM,47\n")
    with pytest.raises(InputError, match="WM"):
        muse_table(mapping)


def test_other_sources_and_the_mirror():
    table = freesurfer_table()
    assert CLASSES[table[17]] == "left hippocampus" and CLASSES[table[53]] == "right hippocampus"
    assert table[24] == VOID and table[507] == 0 and CLASSES[table[42]] == "grey matter"
    from core.medical.phantom.anatomy import ID

    drawn = drawn_table()
    assert (
        drawn[ID["left caudate"]] == NUMBER["left caudate"]
        and drawn[ID["outer CSF"]] == VOID
        and drawn[ID["fat"]] == 0
    )
    assert sorted(MIRROR) == list(range(len(CLASSES)))
    assert (
        MIRROR[NUMBER["left putamen"]] == NUMBER["right putamen"]
        and MIRROR[NUMBER["white matter"]] == NUMBER["white matter"]
    )


def test_every_class_of_the_brain_is_above_0_in_every_part():
    for part in brain.PLAN["parts"].values():
        labels = get_label_set(part["labels"])
        assert part["ids"][0] == 0 and min(part["ids"][1:]) > 0 and len(part["ids"]) == len(CLASSES)
        assert set(part["ids"]) == {label.id for label in labels.labels}
    structures = get_label_set("brain-structures")
    ids = brain.PLAN["parts"]["structures"]["ids"]
    assert structures.by_id(ids[NUMBER["right amygdala"]]).name == "right amygdala"
    assert structures.by_id(ids[NUMBER["ventricles"]]).name == "rest of the brain"


def test_greys_by_chance_keep_what_scanners_share():
    rng = np.random.default_rng(0)
    brighter = 0
    for _ in range(50):
        greys = class_greys(rng)
        assert greys[NUMBER["left thalamus"]] == greys[NUMBER["right thalamus"]] and greys[0] == 0
        assert greys[1 : len(CLASSES)].min() > 0 and greys.max() <= 1
        assert abs(greys[NUMBER["outer CSF"]] - greys[NUMBER["ventricles"]]) < 0.25
        brighter += greys[NUMBER["white matter"]] > greys[NUMBER["grey matter"]]
    assert 10 < brighter < 40, "white matter is brighter in some contrasts and darker in others"
    parts = np.array([[[0, 1, 2, 3]]], np.uint8)
    of_part = class_of_part(parts, np.array([[[0, NUMBER["grey matter"], 0, VOID]]], np.uint8))
    assert of_part[:4].tolist() == [0, NUMBER["grey matter"], 0, VOID]
    greys = part_greys(rng, of_part)
    assert greys[0] <= 0.1 and greys[1] > 0
    flat = np.full((3, 16, 16), 2, np.uint8)
    assert abs(float(paint(rng, flat, greys).mean()) - greys[2]) < 0.02
    ramp = np.linspace(0, 1, 50, dtype=np.float32)
    assert other_contrast(rng, ramp)[0] == 0 and other_contrast(rng, ramp).max() <= 1


def test_labels_at_2_mm_are_the_nearest(tmp_path):
    from core.medical.volume import read_volume

    ids = np.repeat(np.repeat(np.repeat(np.arange(27).reshape(3, 3, 3), 2, 0), 2, 1), 2, 2).astype(np.uint8)
    save(tmp_path / "a.nii.gz", ids)
    np.testing.assert_array_equal(nearest(read_volume(tmp_path / "a.nii.gz")), np.arange(27).reshape(3, 3, 3))


def test_from_files_to_samples(mapping, tmp_path, monkeypatch):
    data = mapping.parents[1]
    regions = np.zeros((30, 32, 28), np.uint8)
    regions[blob(regions.shape, (15, 16, 14), 10)] = 102
    regions[blob(regions.shape, (15, 16, 14), 6)] = 81
    regions[10:12, 15:18, 13:15], regions[18:20, 15:18, 13:15] = 48, 47
    image = np.where(regions > 0, 300 + regions.astype(int), 5).astype(np.int16)
    cases = []
    for n in range(3):
        a, b = data / f"{n}_T1.nii.gz", data / f"{n}_T1_DLMUSE.nii.gz"
        for path, values in ((a, image), (b, regions)):
            # Stored in another orientation, as the real ones are.
            nib.save(nib.Nifti1Image(values, np.diag([2.0, 2, 2, 1])).as_reoriented(
                np.array([(1, -1), (2, -1), (0, 1)])), path)  # fmt: skip
        cases.append(Case(str(n), a, b, n == 2))
    save(
        data / "head_label_maps" / "training_seg_01.nii.gz",
        np.where(regions > 0, 3, 507).astype(np.int16),
        (2.0,) * 3,
    )
    monkeypatch.setattr("core.training.medical.brain_heads.DRAWN_SEEDS", range(0))
    counts = prepare_heads(data, cases, Intensity(**brain.PLAN["intensity"]), tmp_path / "prepared" / "brain")
    assert counts == {"real": 2, "held out": 1, "map": 1, "drawn": 0}
    head = read_head(tmp_path / "prepared" / "brain" / "real-0.npz")
    np.testing.assert_array_equal(head.classes > 0, regions > 0)
    assert (
        head.classes[11, 16, 14] == NUMBER["left hippocampus"]
        and head.image is not None
        and head.kind == "real"
    )

    still = dataclasses.replace(brain.BEND, turn=0, tilt=0, scale=0, stretch=0, elastic=0, shift=0)
    for mirror in (0.0, 1.0):
        monkeypatch.setattr(brain, "BEND", dataclasses.replace(still, mirror=mirror))
        make = brain.sampler(tmp_path / "prepared", dataclasses.replace(brain.JOB.recipe, size=32))
        rng = np.random.default_rng(0)
        seen = 0
        for _ in range(60):
            stack, classes, known = make(rng)
            assert stack.shape == (3, 32, 32) and known.all() and stack.min() >= 0 and stack.max() <= 1
            rows = np.nonzero(classes == NUMBER["left hippocampus"])[0]
            other = np.nonzero(classes == NUMBER["right hippocampus"])[0]
            if len(rows) and len(other):
                seen += 1
                assert rows.max() < other.min(), "left is left, mirrored or not"
        assert seen
