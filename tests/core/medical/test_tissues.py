"""CT tissues by rules: a drawn body whose truth is known, on a couch, cut by the picture, in legs, in any orientation."""

from __future__ import annotations

import nibabel as nib
import numpy as np
import pytest

from core.medical.grid import Grid
from core.medical.hounsfield import hu_doubt
from core.medical.tissues import BONE_ID, FAT_ID, LUNGS, REST, SOFT_ID, coarsen, segment_tissues
from core.medical.volume import Volume, read_volume
from tests.core.medical.scans import ORIENTATIONS, body_ct, save, turned

IDS = {"gas": REST, "lungs": LUNGS, "fat": FAT_ID, "soft tissue": SOFT_ID, "bone": BONE_ID}


def ct(hu: np.ndarray, spacing=(4.0, 4.0, 5.0)) -> Volume:
    return Volume(hu, Grid(hu.shape, np.diag([*spacing, 1.0])))


def dice(a: np.ndarray, b: np.ndarray) -> float:
    return 2 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b))


@pytest.mark.parametrize("spacing", [(4.0, 4.0, 5.0), (2.0, 1.5, 4.0)], ids=str)
def test_a_drawn_body_on_a_couch(spacing):
    hu, truth = body_ct(spacing)
    ids = segment_tissues(ct(hu, spacing))
    assert ids.dtype == np.uint8 and dice(ids > 0, truth["body"]) > 0.995
    # One voxel of skin is taken from the fat, everything else is as drawn.
    skin = truth["fat"] & (ids == SOFT_ID)
    assert 0 < skin.sum() * spacing[0] < truth["body"].sum() * 0.1 * 4
    for name, number in IDS.items():
        assert dice((ids == number) & ~skin, truth[name] & ~skin) > 0.99, name


def test_the_couch_changes_nothing():
    with_couch, without = (segment_tissues(ct(body_ct(couch=couch)[0])) for couch in (True, False))
    assert dice(with_couch > 0, without > 0) > 0.999


def test_a_picture_that_ends_inside_the_chest():
    hu, truth = body_ct()
    inside = (slice(30, 80), slice(33, 58), slice(20, 36))
    ids = segment_tissues(ct(hu[inside]))
    assert (ids > 0).all()
    assert dice(ids == LUNGS, truth["lungs"][inside]) > 0.99
    # The lungs' ends are cut on all sides here, so a path from either to the edge exists.
    assert truth["lungs"][inside][0].any() and truth["lungs"][inside][:, :, 0].any()


def test_two_legs_stay_and_a_stick_goes():
    x, y = np.meshgrid(np.arange(100) * 4.0, np.arange(60) * 4.0, indexing="ij")
    legs = ((x - 100) ** 2 + (y - 120) ** 2 < 70**2) | ((x - 290) ** 2 + (y - 120) ** 2 < 60**2)
    stick = (x - 200) ** 2 + (y - 30) ** 2 < 8**2
    hu = np.where(legs, 40, np.where(stick, 100, -1000)).astype(np.int16)[:, :, None].repeat(20, axis=2)
    ids = segment_tissues(ct(hu))
    np.testing.assert_array_equal(ids > 0, legs[:, :, None].repeat(20, axis=2))


def test_a_single_slice():
    hu, truth = body_ct()
    one = (slice(None), slice(None), slice(25, 26))
    ids = segment_tissues(ct(hu[one]))
    assert dice(ids > 0, truth["body"][one]) > 0.99 and dice(ids == LUNGS, truth["lungs"][one]) > 0.99


def test_specks_are_no_bone_and_air_is_no_body():
    hu, _ = body_ct(couch=False)
    hu[51, 60, 20] = 300  # one voxel of 0.08 ml in the muscle
    assert segment_tissues(ct(hu))[51, 60, 20] == SOFT_ID
    air = np.random.default_rng(0).normal(-1000, 10, (30, 30, 10)).astype(np.int16)
    assert not segment_tissues(ct(air)).any()


def test_gas_and_windpipe_are_no_lung():
    hu, truth = body_ct(couch=False)
    x, y = np.meshgrid((np.arange(102) - 51) * 4.0, (np.arange(82) - 41) * 4.0, indexing="ij")
    pipe = (x**2 + (y - 30) ** 2 < 9**2)[:, :, None] & (np.arange(40) > 8)
    joined = pipe | ((np.abs(x) < 60) & (np.abs(y - 30) < 7))[:, :, None] & (np.arange(40) == 26)
    hu[joined] = -980
    ids = segment_tissues(ct(hu))
    assert (ids[51, 48, 38] == REST) and dice(ids == LUNGS, truth["lungs"]) > 0.93
    assert not (ids[truth["gas"]] == LUNGS).any()


def test_48_orientations_give_the_same_mask(tmp_path):
    hu, _ = body_ct((8.0, 8.0, 10.0), pad=3)
    image = nib.Nifti1Image(hu, np.diag([8.0, 8, 10, 1]))
    wanted = segment_tissues(read_volume(save(image, tmp_path / "a.nii")))
    assert set(np.unique(wanted)) == {0, 1, 2, 3, 4, 5}
    for orientation in ORIENTATIONS:
        volume = read_volume(save(turned(image, orientation), tmp_path / "b.nii"))
        np.testing.assert_array_equal(segment_tissues(volume), wanted)


def test_blocks_are_means_also_at_the_edge():
    data = np.arange(7 * 5 * 3, dtype=np.float32).reshape(7, 5, 3)
    coarse = coarsen(data, (1.25, 1.25, 0.8))
    assert (
        coarse.block == (2, 2, 3)
        and coarse.hu.shape == (4, 3, 1)
        and coarse.spacing == pytest.approx((2.5, 2.5, 2.4))
    )
    assert coarse.hu[0, 0, 0] == pytest.approx(data[:2, :2].mean())
    assert coarse.hu[3, 2, 0] == pytest.approx(data[6, 4].mean())


@pytest.mark.parametrize(
    "make,words",
    [
        (lambda hu: hu + 1024, "Neither air nor fat"),
        (lambda hu: (hu / 1000).astype(np.float32), "only: these are not HU"),
        (lambda hu: hu.astype(np.float32) * 40, "some thousands"),
        (lambda hu: np.where(hu > -500, 2000, hu).astype(np.int16), "of fat or soft tissue"),
    ],
)
def test_values_that_cannot_be_hu(make, words):
    hu, _ = body_ct()
    assert hu_doubt(hu) is None and words in str(hu_doubt(make(hu)))
