"""Segmentations of volumes, with the geometry of the scan they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.atomic import whole_file
from core.errors import InputError
from core.labels import LabelSet

if TYPE_CHECKING:
    import nibabel as nib


@dataclass(frozen=True, eq=False)
class VolumeMask:
    """A class for every voxel.

    Attributes:
        ids: integers (X, Y, Z), the label set's ids.
        affine: float64 (4, 4), voxel indices to mm, as in NIfTI (RAS+).
        labels: what the ids mean.

    Raises:
        InputError: another shape, an unknown id, or an affine without volume.
    """

    ids: np.ndarray
    affine: np.ndarray
    labels: LabelSet

    def __post_init__(self) -> None:
        if self.ids.ndim != 3 or self.ids.dtype.kind not in "iu" or not self.ids.size:
            raise InputError(f"volume: {self.ids.dtype} {self.ids.shape}", "integers (X, Y, Z)")
        if np.shape(self.affine) != (4, 4) or not np.isfinite(self.affine).all() or self.voxel_ml == 0:
            raise InputError(
                f"affine {np.array2string(np.asarray(self.affine))}", "an invertible 4×4 matrix in mm"
            )
        for number in np.unique(self.ids):
            self.labels.by_id(int(number))

    @property
    def voxel_ml(self) -> float:
        """Millilitres of one voxel; right for oblique and sheared affines too."""
        return abs(float(np.linalg.det(np.asarray(self.affine, float)[:3, :3]))) / 1000

    def volumes_ml(self) -> dict[str, float]:
        """Millilitres by label name, background (id 0) left out; a label without voxels gives 0."""
        return {
            e.name: int((self.ids == e.id).sum()) * self.voxel_ml for e in self.labels.labels if e.id != 0
        }

    def save(self, path: str | Path, like: nib.Nifti1Image | None = None) -> Path:
        """Write NIfTI (``.nii`` or ``.nii.gz``); ``like``: the scan, whose geometry codes and units are kept.

        Raises:
            InputError: another ending, a scan of another shape, or an unwritable folder.
        """
        import nibabel as nib

        path = Path(path)
        if not path.name.endswith((".nii", ".nii.gz")):
            raise InputError(f"cannot write {path.name}", "a name ending in .nii or .nii.gz")
        dtype = np.uint8 if self.ids.min() >= 0 and self.ids.max() < 256 else np.int32
        image = nib.Nifti1Image(self.ids.astype(dtype), self.affine)
        if like is not None:
            if like.shape[:3] != self.ids.shape:
                raise InputError(
                    f"a mask of {self.ids.shape} for a scan of {like.shape[:3]}", "the same grid"
                )
            image.set_sform(like.get_sform(), int(like.header["sform_code"]))
            image.set_qform(like.get_qform(), int(like.header["qform_code"]))
            image.header.set_xyzt_units(*like.header.get_xyzt_units())
        with whole_file(path) as partial:
            # The temporary name keeps only the last suffix, and nibabel compresses by name.
            named = partial.with_name(partial.name.removesuffix(path.suffix) + "".join(path.suffixes[-2:]))
            nib.save(image, named)
            if named != partial:
                named.replace(partial)
        return path
