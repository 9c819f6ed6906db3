"""From a scan's file to result files, all or none."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from core.errors import InputError
from core.labels import get_label_set
from core.medical import outputs as outputs_module
from core.medical.outputs import Outputs, scan_stem, segment_file
from core.medical.tasks import Segmented, Task, get_task
from tests.core.medical.scans import ORIENTATIONS, body_ct, save, scan, turned, values

HIPPO = get_label_set("hippocampus")


def bright(volume, progress) -> Segmented:
    """Stands in for a network: anterior above 500, sure of what is far from that."""
    doubt = np.clip(1 - np.abs(volume.data - 500) / 1000, 0, 1).astype(np.float32)
    return Segmented((volume.data > 500).astype(np.uint8), doubt)


NETWORK = Task("bright", "bright things", "", HIPPO, "network", "tiny", "0" * 64, bright)


def names(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


@pytest.fixture
def ct(tmp_path) -> Path:
    hu, _ = body_ct(pad=2)
    return save(nib.Nifti1Image(hu, np.diag([-4.0, -4, 5, 1])), tmp_path / "ct.nii.gz")


def test_everything_that_is_asked_for_and_nothing_else(ct, tmp_path):
    out = tmp_path / "out"
    wanted = Outputs(out / "m.nii.gz", out / "r.json", out / "s.glb")
    finding, report = segment_file(ct, get_task("ct-tissues"), wanted)
    assert names(out) == ["m.labels.json", "m.labels.txt", "m.nii.gz", "r.json", "s.glb"]
    mask, source = nib.load(out / "m.nii.gz"), nib.load(ct)
    assert mask.get_data_dtype() == np.uint8 and mask.shape == source.shape
    np.testing.assert_array_equal(mask.affine, source.affine)
    saved = json.loads((out / "r.json").read_text())
    assert saved == report and saved["scan"]["file"] == "ct.nii.gz" and saved["scan"]["axes"] == "LPS"
    ids = np.asarray(mask.dataobj)
    for label in saved["labels"]:
        assert label["voxels"] == (ids == label["id"]).sum() > 0
        assert label["mean"] == pytest.approx(source.get_fdata()[ids == label["id"]].mean(), abs=1e-3)
    assert finding.warnings == ()


def test_mask_and_uncertainty_lie_on_the_scans_own_grid_in_every_orientation(tmp_path):
    for orientation in ORIENTATIONS:
        path = save(turned(scan(), orientation), tmp_path / "a.nii")
        wanted = Outputs(tmp_path / "m.nii", uncertainty=tmp_path / "u.nii.gz")
        segment_file(path, NETWORK, wanted)
        own = nib.load(path)
        mask, doubt = nib.load(tmp_path / "m.nii"), nib.load(tmp_path / "u.nii.gz")
        np.testing.assert_array_equal(np.asarray(mask.dataobj), own.get_fdata() > 500)
        np.testing.assert_allclose(
            doubt.get_fdata(), np.clip(1 - np.abs(own.get_fdata() - 500) / 1000, 0, 1), atol=1e-6
        )
        for image in (mask, doubt):
            np.testing.assert_array_equal(image.affine, own.affine)
            assert image.header["qform_code"] == own.header["qform_code"]
        assert doubt.get_data_dtype() == np.float32


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, InputError("no")])
@pytest.mark.parametrize("where", ["make_report", "save_mesh", "segment"])
def test_nothing_half_written_stays_and_old_results_stay(ct, tmp_path, monkeypatch, error, where):
    (tmp_path / "m.nii.gz").write_text("an earlier result")

    def fail(*args, **options):
        raise error

    monkeypatch.setattr(outputs_module, where, fail)
    wanted = Outputs(tmp_path / "m.nii.gz", tmp_path / "r.json", tmp_path / "s.stl")
    with pytest.raises(type(error) if isinstance(error, Exception) else error):
        segment_file(ct, get_task("ct-tissues"), wanted)
    assert names(tmp_path) == ["ct.nii.gz", "m.nii.gz"]
    assert (tmp_path / "m.nii.gz").read_text() == "an earlier result"


def test_an_empty_finding_has_a_mask_and_a_report_but_no_surface(tmp_path):
    path = save(scan((values() // 10).astype(np.int16)), tmp_path / "a.nii")
    wanted = Outputs(tmp_path / "m.nii", tmp_path / "r.json", tmp_path / "s.glb")
    finding, report = segment_file(path, NETWORK, wanted)
    assert "Nothing was found." in finding.warnings and report["warnings"] == ["Nothing was found."]
    assert names(tmp_path) == ["a.nii", "m.labels.json", "m.labels.txt", "m.nii", "r.json"]


def test_wrong_names_are_told_before_work(ct, tmp_path):
    task = get_task("ct-tissues")
    for wrong in ({"mask": "m.png"}, {"report": "r.txt"}, {"mesh": "s.obj"}, {"uncertainty": "u.json"}):
        with pytest.raises(InputError, match="cannot write"):
            Outputs(**{"mask": tmp_path / "m.nii", **{k: tmp_path / v for k, v in wrong.items()}})
    with pytest.raises(InputError, match="the source itself"):
        segment_file(ct, task, Outputs(ct))
    with pytest.raises(InputError, match="no uncertainty"):
        segment_file(ct, task, Outputs(tmp_path / "m.nii", uncertainty=tmp_path / "u.nii"))
    axial = replace(task, method="network", planes=1)
    with pytest.raises(InputError, match="one plane"):
        segment_file(ct, axial, Outputs(tmp_path / "m.nii", uncertainty=tmp_path / "u.nii"))
    with pytest.raises(InputError, match="one name for two"):
        segment_file(ct, task, Outputs(tmp_path / "m.nii", tmp_path / "m.labels.json"))
    assert names(tmp_path) == ["ct.nii.gz"]


def test_a_scan_that_is_seen_from_one_plane_alone_gets_its_mask_without_an_uncertainty(ct, tmp_path):
    """As one slice does of a network that looks from three."""
    task = replace(get_task("ct-tissues"), method="network", planes=3)
    _, report = segment_file(ct, task, Outputs(tmp_path / "m.nii", uncertainty=tmp_path / "u.nii"))
    assert any("no uncertainty" in warning for warning in report["warnings"])
    assert "m.nii" in names(tmp_path) and "u.nii" not in names(tmp_path)


@pytest.mark.parametrize(
    "name,stem", [("a.nii.gz", "a"), ("a.b.nii", "a.b"), ("A.HDR", "A"), ("a.img.gz", "a"), ("a.mha", "a")]
)
def test_stems(name, stem):
    assert scan_stem(Path("x") / name) == stem
