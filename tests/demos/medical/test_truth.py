"""Truths: of drawings and of visitors."""

from __future__ import annotations

import tempfile

import numpy as np
import pytest

from core.errors import InputError
from core.labels import get_label_set
from core.medical.phantom import draw_head
from core.medical.tasks import get_task, segment
from core.results.volume import save_nifti
from demos.medical.truth import Truth, drawn_truth, read_truth, score
from demos.portrait.messages import explain
from demos.words import words

LABELS = get_label_set("ct-tissues")


@pytest.fixture(scope="module")
def head():
    return draw_head((40, 44, 44), (5.5, 5.5, 5.8), seed=3)


@pytest.fixture(scope="module")
def finding(head):
    return segment(head.volume("CT"), get_task("ct-tissues"))


def test_the_drawings_tissues_are_those_of_its_hu(head):
    truth = drawn_truth(head, LABELS)
    assert truth is not None and truth.drawn
    assert truth.names == {"fat", "soft tissue", "bone"}, "no lungs are drawn, and no 'rest'"
    clean = head.grid.to_ras(head.image("CT", noise=0, blur=0))
    means = {
        name: clean[truth.ids == number].mean()
        for number, name in ((3, "fat"), (4, "soft tissue"), (5, "bone"))
    }
    assert -130 < means["fat"] < -60 and 10 < means["soft tissue"] < 70 and means["bone"] > 400


def test_the_drawings_brain_ends_where_its_cord_begins(head):
    truth = drawn_truth(head, get_label_set("brain"))
    assert truth is not None and truth.names == {"brain"}
    mask = head.grid.to_ras(head.brain_mask())
    missing = mask & (truth.ids == 0)
    assert not ((truth.ids == 1) & ~mask).any()
    assert 0 < missing.sum() < 0.03 * mask.sum(), "only the cord"
    levels = np.flatnonzero((truth.ids == 1).any(axis=(0, 1)))
    assert np.flatnonzero(missing.any(axis=(0, 1))).max() < levels.min()
    assert drawn_truth(head, get_label_set("hippocampus")) is None, "it has no anterior and posterior part"


@pytest.mark.parametrize("name", ["brain-tissues", "brain-structures"])
def test_the_drawings_parts_fill_its_brain(head, name):
    labels = get_label_set(name)
    truth, brain = drawn_truth(head, labels), drawn_truth(head, get_label_set("brain"))
    assert np.array_equal(truth.ids > 0, brain.ids > 0)
    assert set(np.unique(truth.ids)) - {0} == {labels.by_name(n).id for n in truth.names}
    if name == "brain-structures":
        left, right = (
            np.argwhere(truth.ids == labels.by_name(f"{s} thalamus").id)[:, 0] for s in ("left", "right")
        )
        assert left.max() < right.min(), "x runs to the right"


def test_scores_are_cores(head, finding):
    truth = drawn_truth(head, LABELS)
    found = score(finding, truth)
    assert set(found) == {"fat", "soft tissue", "bone"}
    ours, theirs = finding.ids == 5, truth.ids == 5
    assert found["bone"].dice == pytest.approx(2 * (ours & theirs).sum() / (ours.sum() + theirs.sum()))
    assert found["bone"].dice > 0.6 and np.isfinite(found["bone"].hausdorff95_mm)
    same = score(finding, Truth(finding.ids, frozenset({"fat", "lungs"})))
    assert same["fat"].dice == 1 and "lungs" not in same, "what is in neither has no score"


@pytest.mark.parametrize("turn", ["RAS", "LPS", "SRA"])
def test_a_visitors_mask_may_lie_another_way_round(tmp_path, finding, turn):
    import nibabel as nib

    image = nib.Nifti1Image(finding.ids, finding.volume.affine)
    way = nib.orientations.ornt_transform(
        nib.io_orientation(image.affine), nib.orientations.axcodes2ornt(turn)
    )
    nib.save(image.as_reoriented(way), tmp_path / "truth.nii.gz")
    truth = read_truth(tmp_path / "truth.nii.gz", finding.volume, LABELS)
    assert np.array_equal(truth.ids, finding.ids) and not truth.drawn
    assert all(s.dice == 1 for s in score(finding, truth).values())


def test_masks_that_do_not_fit_are_told(tmp_path, finding):
    volume, path = finding.volume, tmp_path / "truth.nii"
    save_nifti(path, finding.ids[:-1], volume.affine)
    with pytest.raises(InputError, match="voxels, the truth"):
        read_truth(path, volume, LABELS)
    moved = volume.affine.copy()
    moved[0, 3] += 3
    save_nifti(path, finding.ids, moved)
    with pytest.raises(InputError, match="affines"):
        read_truth(path, volume, LABELS)
    save_nifti(path, finding.ids + np.uint8(4), volume.affine)
    with pytest.raises(InputError, match=r"values \[6, 7, 8, 9\]|values \[7, 8, 9\]"):
        read_truth(path, volume, LABELS)
    save_nifti(path, finding.ids.astype(np.float32) / 2, volume.affine)
    with pytest.raises(InputError, match=r"truth\.nii has values such as .*whole numbers"):
        read_truth(path, volume, LABELS)
    save_nifti(path, np.stack([finding.ids] * 2, 3), volume.affine)
    with pytest.raises(InputError, match=r"^truth\.nii is \(.* labels"):
        read_truth(path, volume, LABELS)


def test_where_the_server_keeps_a_mask_is_not_told(tmp_path, finding, monkeypatch):
    """Folders have hyphens and dots; in Korean as in English a file is called by its name."""
    folder = tmp_path / "triptych-medical-5ox.a" / "truth"
    folder.mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    half = folder / "my mask.nii"
    save_nifti(half, finding.ids.astype(np.float32) / 2, finding.volume.affine)
    with pytest.raises(InputError) as caught:
        read_truth(half, finding.volume, LABELS)
    assert explain(caught.value, words("en")).startswith("my mask.nii has values such as")
    assert explain(caught.value, words("ko")).startswith("my mask.nii 파일의 값은 라벨이 아닙니다")
    save_nifti(half, np.stack([finding.ids] * 2, 3), finding.volume.affine)
    with pytest.raises(InputError) as caught:
        read_truth(half, finding.volume, LABELS)
    assert explain(caught.value, words("ko")).startswith("my mask.nii 파일은 3차원 볼륨이 아닙니다")


def test_a_mask_may_be_empty(tmp_path, finding):
    """By the rules of the metrics: what is found and not there scores 0."""
    path = tmp_path / "truth.nii"
    save_nifti(path, np.zeros_like(finding.ids), finding.volume.affine)
    truth = read_truth(path, finding.volume, LABELS)
    assert not truth.ids.any()
    assert {s.dice for s in score(finding, truth).values()} == {0}
