"""Reads NIfTI and Analyze: header first, then slabs of slices into one array, never more than the header claims."""

from __future__ import annotations

import warnings as python_warnings
import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np

from core.errors import InputError
from core.media.nifti_header import (
    SUFFIXES,
    affine_of,
    check_file_size,
    check_header,
    data_offset,
    open_plain,
    pair_of,
    read_exactly,
    scaling,
    skip,
    sniff_header,
)
from core.media.unpack import Unpacked
from core.medical.grid import Grid
from core.medical.volume import Reader, Volume, register_reader

_SLAB_BYTES = 16 << 20
# qform and sform that differ by less move nothing that anybody sees.
_FORMS_AGREE_MM = 0.5
_NOT_MM = {1: "meter", 3: "micron"}  # by NIfTI's code
# Bytes behind the last voxel that are forgiven (some writers pad to blocks).
_TAIL = 1 << 16


def _accepts(path: Path) -> bool:
    if not path.is_file():
        return False
    named = path.name.lower().endswith((".hdr", ".img", ".hdr.gz", ".img.gz"))
    return sniff_header(pair_of(path)[0] if named else path) is not None


def read_nifti(path: Path, time_point: int | None = None) -> Volume:
    """See :func:`core.medical.volume.read_volume`."""
    head_path, data_path = pair_of(path)
    header = sniff_header(head_path)
    if header is None:
        raise InputError(f"{path.name} is not a NIfTI file (wrong magic)", "a volume in NIfTI")
    check_header(header, head_path)
    notes: list[str] = []
    magic = bytes(np.asarray(header["magic"]).tobytes())[:2] if "magic" in header else b""
    if head_path == data_path and magic == b"ni":
        raise InputError(
            f"{path.name}: its header says that the voxels are in an .img file", "a .nii with voxels"
        )
    dims = [int(v) for v in header["dim"][1 : int(header["dim"][0]) + 1]]
    shape = (dims[0], dims[1], dims[2])
    series = dims[3] if len(dims) > 3 else 1
    time = _time_point(path, series, time_point, notes)
    grid = _grid(header, path, shape, notes)
    dtype = header.get_data_dtype()
    offset = data_offset(header, head_path, single=head_path == data_path)
    volume_bytes = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    check_file_size(data_path, offset + volume_bytes * series)
    slope, inter = scaling(header)
    with open_plain(data_path) as file:
        skip(file, offset + time * volume_bytes, path.name)
        native = _read_voxels(file, shape, dtype, slope, inter, path.name, notes)
        if time == series - 1:
            _check_end(file, path.name)
    return Volume(grid.to_ras(native), grid, path.name, tuple(notes), time)


def _time_point(path: Path, series: int, wanted: int | None, notes: list[str]) -> int:
    if wanted is None:
        if series > 1:
            notes.append(f"A series of {series} time points: the first was taken.")
        return 0
    if not 0 <= wanted < series:
        raise InputError(f"{path.name} has no time point {wanted}", f"0 to {series - 1}")
    return wanted


def _grid(header: Any, path: Path, shape: tuple[int, int, int], notes: list[str]) -> Grid:
    """The file's grid; notes what is doubtful about it."""
    import nibabel as nib

    affine, doubts = affine_of(header, path.name)
    notes += doubts
    if not isinstance(header, nib.Nifti1Header):
        notes.append("Analyze 7.5 does not say which way is right; x was taken to run from right to left.")
    else:
        q_code, s_code = int(header["qform_code"]), int(header["sform_code"])
        if not q_code and not s_code:
            notes.append(
                "The header does not say how the scan lies (qform and sform codes are 0); x was taken to run from right to left."
            )
        elif q_code and s_code:
            notes += _compare_forms(header, affine, shape)
        if unit := _NOT_MM.get(int(header["xyzt_units"]) % 8):
            notes.append(f"The header gives its spacing in {unit}s; it was read as mm.")
    try:
        grid = Grid(shape, affine, header.copy())
    except InputError as error:
        raise InputError(f"{path.name}: {error.wrong}", error.expected, error.todo) from None
    if min(grid.spacing) < 0.01 or max(grid.spacing) > 50:
        notes.append(f"A spacing of {' × '.join(f'{v:.3g}' for v in grid.spacing)} mm is unusual for a scan.")
    return grid


def _compare_forms(header: Any, sform: np.ndarray, shape: tuple[int, int, int]) -> list[str]:
    """What to say of a qform beside the sform that was taken."""
    import nibabel as nib

    try:
        apart = _apart_mm(header.get_qform(), sform, shape)
    except (nib.spatialimages.HeaderDataError, ValueError):
        return ["The qform is not a rotation; the sform was taken."]
    if apart <= _FORMS_AGREE_MM:
        return []
    return [f"qform and sform disagree by up to {apart:.1f} mm; the sform was taken."]


def _apart_mm(a: np.ndarray, b: np.ndarray, shape: tuple[int, int, int]) -> float:
    """How far two affines put the same corner apart, at most, in mm."""
    corners = np.array([(i, j, k, 1) for i in (0, shape[0]) for j in (0, shape[1]) for k in (0, shape[2])])
    return float(np.linalg.norm((corners @ (a - b).T)[:, :3], axis=1).max())


def _read_voxels(
    file: IO[bytes] | Unpacked, shape: tuple[int, int, int], dtype: np.dtype, slope: float, inter: float, name: str,
    notes: list[str],
) -> np.ndarray:  # fmt: skip
    """int16 or float32 (shape), in the file's own order; values that are no numbers become the lowest value."""
    as_int = dtype.kind in "iu" and (slope, inter) == (1, 0) and np.can_cast(dtype, np.int16)
    native = np.empty(shape, np.int16 if as_int else np.float32, order="F")
    slices = max(1, _SLAB_BYTES // max(1, shape[0] * shape[1] * dtype.itemsize))
    bad, low, high = 0, np.inf, -np.inf
    for start in range(0, shape[2], slices):
        stop = min(start + slices, shape[2])
        size = (shape[0], shape[1], stop - start)
        raw = read_exactly(file, int(np.prod(size)) * dtype.itemsize, name)
        slab = np.frombuffer(raw, dtype).reshape(size, order="F")
        target = native[:, :, start:stop]
        if as_int or (slope, inter) == (1, 0):
            with np.errstate(over="ignore"), python_warnings.catch_warnings():
                python_warnings.simplefilter("ignore", RuntimeWarning)
                target[...] = slab
        else:
            target[...] = slab * slope + inter
        if as_int:
            low, high = min(low, int(target.min())), max(high, int(target.max()))
            continue
        good = np.isfinite(target)
        missing = good.size - int(np.count_nonzero(good))
        if missing < good.size:
            low = min(low, float(np.min(target, where=good, initial=np.inf)))
            high = max(high, float(np.max(target, where=good, initial=-np.inf)))
        if missing:
            bad += missing
            target[~good] = np.nan
    if bad == native.size:
        raise InputError(
            f"{name} holds no numbers: every voxel is NaN", "CT or MRI values", "export it again"
        )
    if bad:
        for k in range(shape[2]):
            piece = native[:, :, k]
            piece[np.isnan(piece)] = low
        share = 100 * bad / native.size
        notes.append(f"{bad} voxels ({share:.2g} %) are not numbers; they were taken for the lowest value.")
    if low == high:
        raise InputError(f"{name} is empty: every voxel is {low:g}", "a scan of something", "export it again")
    return native


def _check_end(file: IO[bytes] | Unpacked, name: str) -> None:
    """Reads on to the end, where gzip keeps its check sum, but not far."""
    try:
        tail = len(file.read(_TAIL + 1))
    except (EOFError, OSError, zlib.error) as error:
        raise InputError(
            f"{name} is damaged or cut short ({error})", "a whole file", "copy or download it again"
        ) from None
    if tail > _TAIL:
        raise InputError(f"{name} goes on far behind what its header claims", "a file of its header's size",
                         "export it again")  # fmt: skip


NIFTI = register_reader(Reader("NIfTI", SUFFIXES, _accepts, read_nifti))
