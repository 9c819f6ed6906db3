"""A scan's own grid, and the way between it and the canonical one (RAS: right, anterior, superior)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from core.errors import InputError

# Along X, Y and Z of a canonical array: the plane its slices lie in.
PLANES = ("sagittal", "coronal", "axial")


@dataclass(frozen=True, eq=False)
class Grid:
    """Where the voxels of a file lie.

    Attributes:
        shape: voxels along the file's own three axes.
        affine: float64 (4, 4), the file's voxel indices to mm (RAS+).
        header: nibabel's header of the file, for writing results with the same geometry; None: drawn.

    Raises:
        InputError: an affine that is not finite or flattens space.
    """

    shape: tuple[int, int, int]
    affine: np.ndarray
    header: Any = None

    def __post_init__(self) -> None:
        affine = np.asarray(self.affine, float)
        if affine.shape != (4, 4) or not np.isfinite(affine).all():
            raise InputError("the header's affine is not finite", "numbers in mm", "repair the header")
        lengths = np.sqrt((affine[:3, :3] ** 2).sum(axis=0))
        if lengths.min() <= 0 or abs(np.linalg.det(affine[:3, :3])) < 1e-6 * np.prod(lengths):
            raise InputError(
                f"a spacing of zero (axes of {', '.join(f'{v:g}' for v in lengths)} mm, or parallel ones)",
                "three different directions with a positive spacing in mm",
                "repair the header",
            )

    @cached_property
    def orientation(self) -> np.ndarray:
        """int (3, 2): for each axis of the file the canonical axis it is nearest to, and its direction ±1."""
        import nibabel as nib

        return nib.orientations.io_orientation(self.affine).astype(int)

    @property
    def axis_codes(self) -> str:
        """Where the file's axes point, e.g. ``"LPS"``."""
        names = (("L", "R"), ("P", "A"), ("I", "S"))
        return "".join(names[axis][int(direction > 0)] for axis, direction in self.orientation)

    @property
    def spacing(self) -> tuple[float, float, float]:
        """mm between voxels along the file's own axes."""
        x, y, z = np.sqrt((self.affine[:3, :3] ** 2).sum(axis=0))
        return float(x), float(y), float(z)

    def to_ras(self, values: np.ndarray) -> np.ndarray:
        """A view (X, Y, Z) with axes nearest to right, anterior, superior of an array on the file's grid."""
        flips = tuple(slice(None, None, int(direction)) for _, direction in self.orientation)
        return values[flips].transpose(np.argsort(self.orientation[:, 0]))

    def from_ras(self, values: np.ndarray) -> np.ndarray:
        """The inverse of :meth:`to_ras`, a view too."""
        flips = tuple(slice(None, None, int(direction)) for _, direction in self.orientation)
        return values.transpose(self.orientation[:, 0])[flips]

    def index_from_ras(self, axis: int, index: int) -> tuple[int, int]:
        """A canonical axis and index as (axis, index) of the file."""
        own = int(np.flatnonzero(self.orientation[:, 0] == axis)[0])
        return own, index if self.orientation[own, 1] > 0 else self.shape[own] - 1 - index

    @cached_property
    def ras_affine(self) -> np.ndarray:
        """float64 (4, 4): indices of the canonical view to mm."""
        import nibabel as nib

        return self.affine @ nib.orientations.inv_ornt_aff(self.orientation, self.shape)
