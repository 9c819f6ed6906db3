"""The drawn head: the same on every grid, plausible as anatomy, and imaged as a scanner would."""

from __future__ import annotations

import nibabel as nib
import numpy as np
import pytest
from scipy import ndimage

from core.errors import InputError
from core.medical.hounsfield import hu_doubt
from core.medical.phantom import CONTRASTS, Head, draw_head
from core.medical.phantom.anatomy import ID, LABELS
from core.medical.tissues import BONE_ID, segment_tissues
from core.medical.volume import read_volume
from tests.core.medical.scans import ORIENTATIONS


@pytest.fixture(scope="module")
def head() -> Head:
    return draw_head((52, 60, 60), (4, 4, 4), seed=5)


def where(head: Head, name: str) -> np.ndarray:
    """mm (N, 3) of a label's voxels."""
    return np.argwhere(head.ids == ID[name]) @ head.grid.affine[:3, :3].T + head.grid.affine[:3, 3]


def test_a_seed_is_a_person():
    a, b, c = (draw_head((24, 24, 24), (9, 9, 9), seed=s).ids for s in (1, 1, 2))
    np.testing.assert_array_equal(a, b)
    assert 0.02 < (a != c).mean() < 0.5


@pytest.mark.parametrize("seed", range(3))
def test_volumes_are_an_adults(seed):
    head = draw_head((52, 60, 56), (4, 4, 4), seed=seed)
    ml = head.truth().volumes_ml()
    assert 950 < head.brain_mask().sum() * 0.064 < 1750
    limits = {"grey matter": (380, 800), "white matter": (350, 800), "ventricles": (4, 90), "brain stem": (25, 60),
              "left hippocampus": (1.2, 5), "right thalamus": (3, 9), "left caudate": (1.5, 6), "right putamen": (2.5, 9),
              "left pallidum": (0.8, 4), "right amygdala": (0.8, 4), "bone": (200, 700), "eye": (7, 18)}  # fmt: skip
    for name, (low, high) in limits.items():
        assert low < ml[name] < high, (name, ml[name])
    assert all(ml[label.name] > 0 for label in LABELS.labels if label.id)


def test_left_is_left_and_up_is_up(head):
    for name in ("hippocampus", "amygdala", "thalamus", "caudate", "putamen", "pallidum"):
        left, right = where(head, f"left {name}").mean(axis=0), where(head, f"right {name}").mean(axis=0)
        assert left[0] < -4 and right[0] > 4 and np.abs(left - right)[1:].max() < 12
    assert where(head, "brain stem").mean(axis=0)[2] < where(head, "ventricles").mean(axis=0)[2]
    assert where(head, "eye")[:, 1].min() > where(head, "brain stem")[:, 1].max()
    assert (
        where(head, "cerebellar grey matter").mean(axis=0)[1]
        < where(head, "grey matter").mean(axis=0)[1] - 25
    )


def test_skins_lie_in_their_order(head):
    brain = head.brain_mask()
    parts, count = ndimage.label(brain, np.ones((3, 3, 3)))
    assert count >= 1 and np.bincount(parts.ravel())[1:].max() > 0.99 * brain.sum()
    # From the middle upwards: brain, water, skull, scalp, air, and never back.
    x, y, z = np.rint(np.linalg.inv(head.grid.affine) @ [20, -20, 10, 1])[:3].astype(int)
    column = head.ids[x, y, z:]
    rank = np.zeros(256, int)
    rank[[ID["outer CSF"]]] = 1
    rank[[ID["bone"], ID["marrow"]]] = 2
    rank[[ID["muscle"], ID["fat"], ID["skin"]]] = 3
    rank[0] = 4
    ranks = rank[column]
    first_bone = np.flatnonzero(ranks == 2)[0]
    assert (np.diff(ranks[first_bone:]) >= 0).all() and set(ranks) == {0, 1, 2, 3, 4}
    assert (ranks[:first_bone] < 2).all()


def test_cortex_is_folded_and_covers_the_white_matter():
    head = draw_head((64, 70, 34), (2.2, 2.2, 2.2), seed=3)
    white, water = head.ids == ID["white matter"], head.ids == ID["outer CSF"]
    # In the middle the callosum and the stem's cisterns meet; on the sides cortex lies between.
    places = where(head, "white matter")
    touching = (ndimage.binary_dilation(water) & white)[white]
    assert touching[np.abs(places[:, 0]) > 35].mean() < 0.06
    # A furrowed surface is far longer than its hull: of a smooth brain's voxels, far fewer touch the water.
    brain = head.brain_mask()
    hull = ndimage.binary_closing(np.pad(brain, 6), iterations=5)[6:-6, 6:-6, 6:-6]
    surface = (brain & ndimage.binary_dilation(~brain)).sum()
    assert surface > 1.5 * (hull & ndimage.binary_dilation(~hull)).sum()


def test_any_orientation_is_the_same_head():
    plain = draw_head((11, 13, 14), (18, 18, 18), seed=4)
    image = nib.Nifti1Image(plain.ids, plain.grid.affine)
    for orientation in ORIENTATIONS:
        other = image.as_reoriented(orientation)
        again = draw_head(other.shape, affine=other.affine, seed=4)
        np.testing.assert_array_equal(again.grid.to_ras(again.ids), plain.ids)


def test_an_oblique_grid_sees_the_same_points():
    affine = nib.affines.from_matvec(
        nib.eulerangles.euler2mat(0.3, -0.2, 0.4) @ np.diag([8.0, 9, 11]), [-70, -80, -90]
    )
    whole = draw_head((18, 18, 16), affine=affine, seed=2)
    for index in ((9, 9, 10), (5, 12, 8), (11, 4, 9)):
        one = affine.copy()
        one[:3, 3] = (affine @ [*index, 1])[:3]
        assert draw_head((1, 1, 1), affine=one, seed=2).ids[0, 0, 0] == whole.ids[index]


def means(head: Head, image: np.ndarray, *names: str) -> list[float]:
    return [float(image[head.ids == ID[name]].mean()) for name in names]


def test_contrasts(head):
    exact = {"noise": 0, "bias": 0, "blur": 0}
    white, grey, water, fat = means(
        head, head.image("T1", **exact), "white matter", "grey matter", "ventricles", "fat"
    )
    assert fat > white > grey > water
    white, grey, water, fat = means(
        head, head.image("T2", **exact), "white matter", "grey matter", "ventricles", "fat"
    )
    assert water > fat > grey > white
    ct = head.image("CT", **exact)
    assert means(head, ct, "bone", "fat", "inner air") == pytest.approx([1250, -98, -1000], abs=3)
    assert (ct[head.ids == 0] == -1000).all() and ct.dtype == np.int16
    with pytest.raises(InputError, match="T1, T2, CT"):
        head.image("PD")


def test_noise_and_shading_are_what_they_claim(head):
    quiet = head.image("T1", noise=0, bias=0, seed=1).astype(float)
    noisy = head.image("T1", noise=0.03, bias=0, seed=1).astype(float)
    air = ndimage.binary_erosion(head.ids == 0, iterations=3)
    sigma = 0.03 * 980
    assert noisy[air].mean() == pytest.approx(sigma * np.sqrt(np.pi / 2), rel=0.03)  # Rayleigh
    bright = head.ids == ID["white matter"]
    assert (noisy - quiet)[bright].std() == pytest.approx(sigma, rel=0.05)
    shaded = head.image("T1", noise=0, bias=0.3, seed=1).astype(float)
    ratio = shaded[bright] / quiet[bright]
    assert 0.68 < ratio.min() < 0.95 and 1.0 < ratio.max() < 1.32
    again, other = (head.image("T1", seed=s) for s in (7, 8))
    np.testing.assert_array_equal(head.image("T1", seed=7), again)
    assert (again != other).mean() > 0.5
    ct = head.image("CT", noise=0.02, blur=0).astype(float)
    assert ct[air].std() == pytest.approx(6, rel=0.05)


def test_it_is_a_scan_like_any_other(head, tmp_path):
    path = head.save(tmp_path / "ct.nii.gz", "CT", seed=2)
    volume = read_volume(path)
    np.testing.assert_array_equal(volume.data, head.volume("CT", seed=2).data)
    assert volume.warnings == () and hu_doubt(volume.data) is None
    assert all(hu_doubt(head.volume(c).data) for c in CONTRASTS if c != "CT")
    tissues = segment_tissues(volume)
    inside = head.ids > 0
    assert 2 * (inside & (tissues > 0)).sum() / (inside.sum() + (tissues > 0).sum()) > 0.97
    bone = (head.ids == ID["bone"]) | (head.ids == ID["marrow"])
    # Bone of over 1000 HU spreads into its neighbours when the scanner blurs: none is missed, some is too much.
    assert (bone & (tissues == BONE_ID)).sum() > 0.97 * bone.sum()
    sharp = segment_tissues(head.volume("CT", blur=0)) == BONE_ID
    assert 2 * (bone & sharp).sum() / (bone.sum() + sharp.sum()) > 0.97
    head.truth().save(tmp_path / "truth.nii.gz")
    np.testing.assert_array_equal(np.asarray(nib.load(tmp_path / "truth.nii.gz").dataobj), head.ids)
