"""Numbers of what was found, worked out by hand on a small oblique scan, in every orientation."""

from __future__ import annotations

import nibabel as nib
import numpy as np
import pytest

from core.medical import tasks as tasks_module
from core.medical.grid import Grid
from core.medical.report import NOTICE, figures, make_report
from core.medical.tasks import Finding, Segmented, Task, get_task, list_tasks, register_tasks, segment
from core.medical.volume import Volume, read_volume
from tests.core.medical.scans import AFFINE, ORIENTATIONS, body_ct, save, scan, turned


def finding(ids: np.ndarray, data: np.ndarray, affine=AFFINE) -> Finding:
    volume = Volume(data, Grid(data.shape, affine), "scan.nii", ("Oh.",))
    return Finding(volume, get_task("ct-tissues"), ids, None, volume.warnings, 1.5)


def test_a_box_by_hand():
    ids, data = np.zeros((6, 7, 8), np.uint8), np.zeros((6, 7, 8), np.int16)
    ids[1:3, 2:6, 3:4] = 5
    data[1:3, 2:6, 3:4] = np.array([100, 300])[:, None, None]
    single, together = figures(finding(ids, data, np.diag([2.0, 3, 4, 1])))
    bone = single[-1]
    assert (bone.name, bone.id, bone.voxels, bone.mean, bone.sd) == ("bone", 5, 8, 200, 100)
    assert bone.ml == pytest.approx(8 * 0.024)
    assert bone.centroid_mm == pytest.approx((3, 10.5, 12))
    assert bone.box_mm == (pytest.approx((1, 4.5, 10)), pytest.approx((5, 16.5, 14)))
    assert {p: (s.axis, s.first, s.last, s.count) for p, s in bone.slices.items()} == {
        "sagittal": (0, 1, 2, 2), "coronal": (1, 2, 5, 4), "axial": (2, 3, 3, 1)}  # fmt: skip
    lungs = single[1]
    assert (lungs.voxels, lungs.ml, lungs.mean, lungs.centroid_mm, lungs.slices) == (0, 0, None, None, None)
    (body,) = together
    assert (body.name, body.id, body.voxels) == ("body", None, 8)


def test_numbers_equal_plain_numpy_on_an_oblique_scan():
    rng = np.random.default_rng(0)
    ids = rng.integers(0, 6, (9, 8, 7)).astype(np.uint8)
    data = rng.normal(size=(9, 8, 7)).astype(np.float32)
    single, (body,) = figures(finding(ids, data))
    for label in single:
        where = np.argwhere(ids == label.id) @ AFFINE[:3, :3].T + AFFINE[:3, 3]
        assert label.centroid_mm == pytest.approx(where.mean(axis=0))
        assert label.mean == pytest.approx(data[ids == label.id].mean(), abs=1e-6)
        assert label.sd == pytest.approx(data[ids == label.id].std(), abs=1e-6)
    assert body.voxels == (ids > 0).sum() and body.mean == pytest.approx(data[ids > 0].mean(), abs=1e-6)


def test_places_are_the_same_in_every_orientation_and_slices_are_the_files_own(tmp_path):
    data = np.full((6, 7, 8), -1000, np.int16)
    data[1:3, 2:6, 3:4] = 400
    reports = []
    for orientation in ORIENTATIONS:
        path = save(turned(scan(data), orientation), tmp_path / "a.nii")
        volume = read_volume(path)
        ids = np.where(volume.data > 0, 5, 0).astype(np.uint8)
        report = make_report(Finding(volume, get_task("ct-tissues"), ids, None, (), 0.0))
        bone = report["labels"][-1]
        own = np.asarray(nib.load(path).dataobj) > 0
        for found in bone.pop("slices").values():
            others = tuple(axis for axis in range(3) if axis != found["axis"])
            filled = np.flatnonzero(own.any(axis=others))
            assert (found["first"], found["last"], found["count"]) == (filled[0], filled[-1], len(filled))
        reports.append(bone)
    for bone in reports[1:]:
        assert bone["centroid_mm"] == pytest.approx(reports[0]["centroid_mm"], abs=2e-3)
        assert bone["ml"] == reports[0]["ml"]
        np.testing.assert_allclose(bone["box_mm"], reports[0]["box_mm"], atol=2e-3)


def test_a_report_says_what_made_it():
    report = make_report(finding(np.ones((6, 7, 8), np.uint8), np.ones((6, 7, 8), np.int16)))
    assert report["notice"] == NOTICE and "not a medical device" in NOTICE
    assert report["warnings"] == ["Oh."] and report["unit"] == "HU" and report["scan"]["axes"] == "RAS"
    assert report["task"]["method"] == "rules" and len(report["task"]["sha256"]) == 64
    assert report["seconds"] == 1.5


def test_tasks_join_and_names_are_unique(monkeypatch):
    monkeypatch.setattr(tasks_module, "_SOURCES", list(tasks_module._SOURCES))
    hu, _ = body_ct(couch=False)
    volume = Volume(hu, Grid(hu.shape, np.diag([4.0, 4, 5, 1])), "a", ("One.",))
    labels = get_task("ct-tissues").labels
    nothing = Task("none", "finds nothing", "", labels, "network", "tiny", "0" * 64,
                   lambda v, p: Segmented(np.zeros(v.data.shape, np.uint8), warnings=("Two.",)))  # fmt: skip
    register_tasks(lambda: [nothing])
    names = [task.name for task in list_tasks()]
    assert names == sorted(names) and {"ct-tissues", "none"} <= set(names)
    assert segment(volume, get_task("none")).warnings == ("One.", "Two.", "Nothing was found.")
    wrong = Task(
        "wrong", "", "", labels, "network", "", "", lambda v, p: Segmented(np.zeros((2, 2, 2), np.uint8))
    )
    with pytest.raises(ValueError, match="answered"):
        segment(volume, wrong)
    register_tasks(lambda: [nothing])
    with pytest.raises(ValueError, match="twice"):
        list_tasks()


def test_progress_rises_and_not_hu_is_told():
    hu, _ = body_ct(couch=False)
    told: list[tuple[str, float]] = []
    volume = Volume(hu, Grid(hu.shape, np.diag([4.0, 4, 5, 1])))
    assert (
        segment(volume, get_task("ct-tissues"), lambda what, share: told.append((what, share))).warnings == ()
    )
    shares = [share for _, share in told]
    assert shares == sorted(shares) and shares[-1] == 1 and "rules" in told[0][0]
    mri = Volume((hu + 1100).astype(np.int16), volume.grid)
    assert "not HU" in segment(mri, get_task("ct-tissues")).warnings[0]
