"""A scan in memory, and the registry of what can read one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core.errors import InputError
from core.medical.grid import Grid
from core.results.volume import voxel_ml


@dataclass(frozen=True, eq=False)
class Volume:
    """One scan at one time.

    Attributes:
        data: int16 or float32 (X, Y, Z), axes nearest to right, anterior, superior; the file's values after its
            own scaling (HU for CT, no unit for MRI). Mostly a view with strides of its own: never reshape it.
        grid: the file's own grid, where results go back to.
        name: the file's name.
        warnings: what the user should know about the file, in whole sentences.
        time_point: which volume of a series it was, from 0.
    """

    data: np.ndarray
    grid: Grid
    name: str = ""
    warnings: tuple[str, ...] = ()
    time_point: int = 0

    def __post_init__(self) -> None:
        if self.data.ndim != 3 or not self.data.size or self.data.dtype not in (np.int16, np.float32):
            raise InputError(f"voxels {self.data.dtype} {self.data.shape}", "int16 or float32 (X, Y, Z)")
        if self.grid.from_ras(self.data).shape != tuple(self.grid.shape):
            raise InputError(
                f"voxels {self.data.shape} on a grid of {self.grid.shape}",
                "the grid's own shape in RAS order",
            )

    @property
    def affine(self) -> np.ndarray:
        """float64 (4, 4): indices of ``data`` to mm."""
        return self.grid.ras_affine

    @property
    def spacing(self) -> tuple[float, float, float]:
        """mm between voxels along X, Y, Z of ``data``."""
        x, y, z = np.sqrt((self.affine[:3, :3] ** 2).sum(axis=0))
        return float(x), float(y), float(z)

    @property
    def voxel_ml(self) -> float:
        return voxel_ml(self.affine)

    def warn(self, *sentences: str) -> Volume:
        """The same scan with more warnings."""
        return replace(self, warnings=self.warnings + sentences)


@dataclass(frozen=True)
class Reader:
    """One way to read scans.

    Attributes:
        name: for messages, e.g. ``"NIfTI"``.
        suffixes: of files in a folder that are taken for scans, lower case.
        accepts: looks at a path (a file, or a folder of slices), cheaply.
        read: reads it; the second argument is the time point of a series, None for the first.
    """

    name: str
    suffixes: tuple[str, ...]
    accepts: Callable[[Path], bool]
    read: Callable[[Path, int | None], Volume]


_READERS: dict[str, Reader] = {}


def register_reader(reader: Reader) -> Reader:
    """Add a way to read scans; asked in the order of registration.

    Raises:
        ValueError: the name is taken.
    """
    if reader.name in _READERS:
        raise ValueError(f"a reader called {reader.name!r} is there already")
    _READERS[reader.name] = reader
    return reader


def list_readers() -> list[Reader]:
    """All readers, those that come with the project included."""
    import core.medical.nifti  # noqa: F401  (registers itself)

    return list(_READERS.values())


def scan_suffixes() -> tuple[str, ...]:
    """Endings of files that are taken for scans in a folder."""
    return tuple(suffix for reader in list_readers() for suffix in reader.suffixes)


def read_volume(path: str | Path, time_point: int | None = None) -> Volume:
    """Read a scan, whatever wrote it; what it is, is told by its content.

    Args:
        path: e.g. ``.nii``, ``.nii.gz``, or ``.hdr`` or ``.img`` of a pair.
        time_point: which volume of a 4D series, from 0. None: the first, with a warning.

    Raises:
        InputError: missing, not a scan, damaged, too large, or not one 3D volume of real numbers.
    """
    path = Path(path)
    if not path.exists():
        raise InputError(f"{path} does not exist", "a CT or MRI volume", "check the name")
    readers = list_readers()
    for reader in readers:
        if reader.accepts(path):
            return reader.read(path, time_point)
    known = ", ".join(suffix for reader in readers for suffix in reader.suffixes)
    if path.is_dir():
        raise InputError(f"{path} is a folder", f"one volume ({known})", "name a file in it")
    if not path.stat().st_size:
        raise InputError(f"{path.name} is empty", "a CT or MRI volume", "copy it again")
    raise InputError(f"{path.name} is not a NIfTI file (wrong magic)", f"a volume in NIfTI ({known})",
                     "convert DICOM series with dcm2niix first")  # fmt: skip
