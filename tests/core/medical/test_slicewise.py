"""A whole way through a volume with a network whose answer is known."""

from __future__ import annotations

import nibabel as nib
import numpy as np
import pytest

from core.medical.grid import Grid
from core.medical.intensity import Intensity
from core.medical.slices import SliceOptions
from core.medical.slicewise import Plan, segment_slicewise, spacing_doubt
from core.medical.volume import Volume, read_volume
from tests.core.medical.scans import ORIENTATIONS, save, turned


def bright(stack: np.ndarray, plane: str) -> np.ndarray:
    """Sure of class 1 where the middle slice is bright."""
    p = 1 / (1 + np.exp(-40 * (stack[:, stack.shape[1] // 2] - 0.5)))
    return np.stack([1 - p, p], axis=1).astype(np.float32)


def plan(**changes) -> Plan:
    standard = {"ids": (0, 7), "working": (2.0, 2.0, 2.0), "intensity": Intensity("window", 0, 1000),
                "options": SliceOptions(classes=2, batch=4)}  # fmt: skip
    return Plan(**{**standard, **changes})


def two_balls(shape=(40, 36, 20), spacing=(1.0, 1.0, 2.5)) -> np.ndarray:
    """A bright ball of 11 mm and one of 5 mm."""
    x, y, z = np.meshgrid(*(np.arange(n) * s for n, s in zip(shape, spacing, strict=True)), indexing="ij")
    large = (x - 15) ** 2 + (y - 18) ** 2 + (z - 24) ** 2 < 11**2
    small = (x - 33) ** 2 + (y - 8) ** 2 + (z - 24) ** 2 < 5**2
    return np.where(large | small, 900, 20).astype(np.int16)


def test_there_and_back():
    data = two_balls()
    volume = Volume(data, Grid(data.shape, np.diag([1.0, 1, 2.5, 1])))
    found = segment_slicewise(volume, bright, plan())
    wanted = data > 500
    dice = 2 * ((found.ids == 7) & wanted).sum() / ((found.ids == 7).sum() + wanted.sum())
    assert dice > 0.95 and set(np.unique(found.ids)) == {0, 7}
    assert found.uncertainty is not None and found.uncertainty.shape == data.shape
    assert found.uncertainty.max() < 1e-5 and found.warnings == ()
    alone = segment_slicewise(volume, bright, plan(one_piece=(7,)))
    np.testing.assert_array_equal(alone.ids == 7, (found.ids == 7) & (np.indices(data.shape)[0] < 28))


def test_planes_that_disagree_show_where():
    def axial_only(stack: np.ndarray, plane: str) -> np.ndarray:
        return bright(stack if plane == "axial" else stack * 0, plane)

    data = two_balls()
    volume = Volume(data, Grid(data.shape, np.diag([1.0, 1, 2.5, 1])))
    found = segment_slicewise(volume, axial_only, plan())
    assert not found.ids.any() and found.uncertainty is not None
    assert (
        found.uncertainty[15, 18, 10] == pytest.approx(2 / 3, abs=0.01) and found.uncertainty[2, 2, 2] < 0.01
    )
    one_plane = plan(options=SliceOptions(classes=2, planes=("axial",)))
    assert segment_slicewise(volume, axial_only, one_plane).uncertainty is None


def test_a_single_slice_keeps_its_pieces_and_its_spacing():
    data = two_balls()
    one = data[:, :, 10:11]
    volume = Volume(one, Grid(one.shape, np.diag([1.0, 1, 2.5, 1])))
    found = segment_slicewise(volume, bright, plan(working=(1.0, 1.0, None), one_piece=(7,)))
    np.testing.assert_array_equal(found.ids == 7, one > 500)
    assert found.uncertainty is None


def test_48_orientations_give_the_same(tmp_path):
    data = two_balls((14, 12, 9), (3.0, 3.0, 5.0))
    image = nib.Nifti1Image(data, np.diag([3.0, 3, 5, 1]))
    wanted = segment_slicewise(read_volume(save(image, tmp_path / "a.nii")), bright, plan())
    assert (wanted.ids == 7).any()
    for orientation in ORIENTATIONS:
        volume = read_volume(save(turned(image, orientation), tmp_path / "b.nii"))
        np.testing.assert_array_equal(segment_slicewise(volume, bright, plan()).ids, wanted.ids)


def test_progress_and_doubt():
    data = two_balls()
    volume = Volume(data, Grid(data.shape, np.diag([1.0, 1, 2.5, 1])))
    shares: list[float] = []
    found = segment_slicewise(volume, bright, plan(trained=(0.9, 1.1)), shares.append)
    assert shares == sorted(shares) and shares[-1] == 1
    assert found.warnings == (spacing_doubt((1, 1, 2.5), (0.9, 1.1)),)
    assert spacing_doubt((1, 1, 2.5), (0.9, 2)) is None
    assert spacing_doubt((0.3, 1, 1), (1, 2)) is not None
    with pytest.raises(ValueError, match="3 ids"):
        plan(ids=(0, 1, 2))
