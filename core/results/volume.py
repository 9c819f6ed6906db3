"""Segmentations of volumes, with the geometry of the scan they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
        for number in present_ids(self.ids):
            self.labels.by_id(number)

    @property
    def voxel_ml(self) -> float:
        return voxel_ml(self.affine)

    def volumes_ml(self) -> dict[str, float]:
        """Millilitres by label name, background (id 0) left out; a label without voxels gives 0."""
        return {
            e.name: int(np.count_nonzero(self.ids == e.id)) * self.voxel_ml
            for e in self.labels.labels
            if e.id != 0
        }

    def save(self, path: str | Path, like: Any = None) -> Path:
        """Write NIfTI (``.nii`` or ``.nii.gz``) in the smallest integer type that holds the label set.

        Args:
            like: nibabel's image of the scan, or its header: qform, sform, their codes and units are taken over bit by bit, and
                NIfTI-2 stays NIfTI-2.

        Raises:
            InputError: another ending, a scan of another shape, or an unwritable folder.
        """
        return save_nifti(path, self.ids.astype(self.dtype, copy=False), self.affine, like)

    @property
    def dtype(self) -> np.dtype:
        """The smallest of uint8, int16, uint16 and int32 that holds every id of the label set."""
        ids = [label.id for label in self.labels.labels]
        for dtype in (np.uint8, np.int16, np.uint16):
            if np.iinfo(dtype).min <= min(ids) and max(ids) <= np.iinfo(dtype).max:
                return np.dtype(dtype)
        return np.dtype(np.int32)


def voxel_ml(affine: np.ndarray) -> float:
    """Millilitres of one voxel of an affine (4, 4) in mm; right for oblique and sheared ones too."""
    return abs(float(np.linalg.det(np.asarray(affine, float)[:3, :3]))) / 1000


def save_nifti(path: str | Path, values: np.ndarray, affine: np.ndarray, like: Any = None) -> Path:
    """Write an array (X, Y, Z) as NIfTI, in its own dtype; see :meth:`VolumeMask.save`."""
    import nibabel as nib

    path = Path(path)
    if not path.name.endswith((".nii", ".nii.gz")):
        raise InputError(f"cannot write {path.name}", "a name ending in .nii or .nii.gz")
    header = getattr(like, "header", like)
    if header is not None and tuple(header.get_data_shape()[:3]) != values.shape:
        raise InputError(
            f"a mask of {values.shape} for a scan of {tuple(header.get_data_shape()[:3])}", "the same grid"
        )
    # A header of NIfTI-1 counts to 32767 along an axis, and its affine has single precision.
    two = isinstance(header, nib.Nifti2Header) or max(values.shape) > 32767
    kind = nib.Nifti2Image if two else nib.Nifti1Image
    # The header's own type, if any, would win over the array's.
    image = kind(values, affine, _geometry_of(header, kind.header_class), dtype=values.dtype)
    with whole_file(path) as partial:
        nib.save(image, partial)
    return path


def _geometry_of(header: Any, kind: type[nib.Nifti1Header]) -> nib.Nifti1Header | None:
    """A fresh header with the geometry of another NIfTI header; None where that has none (Analyze)."""
    import nibabel as nib

    if not isinstance(header, nib.Nifti1Header):
        return None
    fresh = kind()
    for name in ("qform_code", "sform_code", "quatern_b", "quatern_c", "quatern_d", "qoffset_x", "qoffset_y",
                 "qoffset_z", "srow_x", "srow_y", "srow_z", "xyzt_units"):  # fmt: skip
        fresh[name] = header[name]
    fresh["pixdim"][:4] = header["pixdim"][:4]
    return fresh


def count_ids(ids: np.ndarray, length: int = 0) -> np.ndarray:
    """Voxels of each id in a mask (X, Y, Z) of ids from 0: ``length`` of them, or as many as the largest id needs.

    Slice by slice: counting all at once would take a copy of eight bytes a voxel.
    """
    length = max(int(ids.max(initial=0)) + 1, length)
    return sum((np.bincount(piece.ravel(), minlength=length) for piece in ids), np.zeros(length, int))


def present_ids(ids: np.ndarray) -> list[int]:
    """The ids that occur, ascending. Slice by slice: a sort of a whole CT would double its memory."""
    found: set[int] = set()
    for piece in ids:
        if piece.dtype == np.uint8:
            found |= set(np.flatnonzero(np.bincount(piece.ravel(), minlength=256)).tolist())
        else:
            found |= set(np.unique(piece).tolist())
    return sorted(found)
