"""NIfTI headers: read, and refused before a voxel is read. NIfTI-1 and -2, pairs, Analyze 7.5, either byte order."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np

from core.errors import InputError
from core.media.unpack import Unpacked

# 512 × 512 × 1700: 0.9 GB as int16, 1.8 GB as float32.
MAX_VOXELS = 450_000_000
SUFFIXES = (".nii", ".nii.gz", ".hdr", ".hdr.gz", ".img", ".img.gz")
_READABLE = "biuf"  # kinds of dtype: whole and real numbers
# Extensions of headers (DICOM tags and the like) stand before the voxels; nobody's are larger.
_MAX_OFFSET = 64 << 20
_AT_ONCE = 16 << 20
# Spacing and sform are rounded differently by different writers, but not by a hundredth.
_SPACING_AGREES = 0.01
# Deflate cannot shrink by more.
_MAX_RATIO = 1032
# What a file of so many bytes unpacked must at least bring: scans shrink to a half or a fifth, masks to a two hundredth.
_LARGE, _LARGE_RATIO = 256 << 20, 400


def open_plain(path: Path) -> IO[bytes] | Unpacked:
    """Open a file, through gzip where its content says so, whatever its name.

    Raises:
        InputError: it cannot be opened.
    """
    try:
        return Unpacked(path) if is_packed(path) else open(path, "rb")
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror})", "a readable file") from None


def is_packed(path: Path) -> bool:
    """Whether a file's content is gzip."""
    with open(path, "rb") as file:
        return file.read(2) == b"\x1f\x8b"


def read_exactly(file: IO[bytes] | Unpacked, count: int, name: str) -> bytes:
    """``count`` bytes.

    Raises:
        InputError: the file ends before, or its compression is damaged.
    """
    try:
        raw = file.read(count)
    except (EOFError, zlib.error, OSError) as error:
        raise InputError(
            f"{name} is damaged or cut short ({error})", "a whole file", "copy or download it again"
        ) from None
    if len(raw) < count:
        raise InputError(f"{name} is cut short", "a whole file", "copy or download it again")
    return raw


def skip(file: IO[bytes] | Unpacked, count: int, name: str) -> None:
    """Read ``count`` bytes and forget them.

    Raises:
        InputError: as :func:`read_exactly`.
    """
    while count > 0:
        count -= len(read_exactly(file, min(count, _AT_ONCE), name))


def pair_of(path: Path) -> tuple[Path, Path]:
    """(header's file, voxels' file): the same for ``.nii``; ``.hdr`` and ``.img`` find each other.

    Raises:
        InputError: the other half is missing.
    """
    name, packed = (path.name[:-3], path.name[-3:]) if path.name.lower().endswith(".gz") else (path.name, "")
    stem, suffix = name[:-4], name[-4:].lower()
    if suffix not in (".hdr", ".img"):
        return path, path
    other = ".img" if suffix == ".hdr" else ".hdr"
    endings = [other + packed, other.upper() + packed, other + ".gz", other]
    for ending in endings:
        if path.with_name(stem + ending).is_file():
            partner = path.with_name(stem + ending)
            return (path, partner) if suffix == ".hdr" else (partner, path)
    raise InputError(
        f"{stem}{other} is missing", "both .hdr and .img in one folder", f"put it beside {path.name}"
    )


def sniff_header(path: Path) -> Any | None:
    """nibabel's header of a header file, unchecked; None where the content is none.

    Raises:
        InputError: unreadable, or cut short within the header.
    """
    import nibabel as nib

    with open_plain(path) as file:
        try:
            raw = file.read(540)
        except (EOFError, zlib.error, OSError) as error:
            raise InputError(f"{path.name} is damaged or cut short ({error})", "a whole file") from None
    if raw[4:8] in (b"n+2\0", b"ni2\0"):
        if len(raw) < 540:
            raise InputError(f"{path.name} is cut short", "a whole file", "copy or download it again")
        two = nib.Nifti2Header if raw[4:8] == b"n+2\0" else nib.nifti2.Nifti2PairHeader
        return two(raw, check=False)
    if raw[344:348] in (b"n+1\0", b"ni1\0"):
        one = nib.Nifti1Header if raw[344:348] == b"n+1\0" else nib.nifti1.Nifti1PairHeader
        return one(raw[:348], check=False)
    sizes = {int.from_bytes(raw[:4], "little"), int.from_bytes(raw[:4], "big")}
    if raw and len(raw) < 348 and sizes & {348, 540}:
        raise InputError(f"{path.name} is cut short", "a whole file", "copy or download it again")
    if 348 in sizes:
        stem = path.name.lower().removesuffix(".gz")
        if stem.endswith(".hdr"):  # Analyze has no magic, so only its name tells
            return nib.Spm2AnalyzeHeader(raw[:348], check=False)
    return None


def check_header(header: Any, path: Path) -> None:
    """Refuse what is not one volume of real numbers of a size that fits, by the header alone.

    Raises:
        InputError: 2D, more than 4 dimensions, RGB, complex, no or too many voxels, spacing of zero.
    """
    count = int(header["dim"][0])
    if not 1 <= count <= 7:
        raise InputError(f"{path.name}: its header claims {count} dimensions", "3, or 4 with time")
    dims = [int(v) for v in header["dim"][1 : count + 1]]
    if count < 3:
        raise InputError(
            f"{path.name} is a {count}D image of {'×'.join(map(str, dims))}",
            "a volume of three dimensions",
            "save a single slice as X × Y × 1",
        )
    if min(dims) < 1:
        raise InputError(f"{path.name} is empty: {'×'.join(map(str, dims))} voxels", "at least one voxel")
    if any(n > 1 for n in dims[4:]):
        raise InputError(f"{path.name} has {'×'.join(map(str, dims))} values", "3 dimensions, or 4 with time")
    code = int(header["datatype"])
    name = {128: "RGB", 2304: "RGBA", 32: "complex", 1792: "complex", 2048: "complex"}.get(code)
    if name:
        raise InputError(f"{path.name} holds {name} values", "one real number a voxel (CT or MRI)")
    try:
        dtype = header.get_data_dtype()
    except Exception:
        raise InputError(f"{path.name}: data type {code} is unknown", "a type of NIfTI") from None
    if dtype.kind not in _READABLE or dtype.itemsize > 8 or dtype.itemsize == 0:
        raise InputError(f"{path.name} holds values of type {dtype}", "whole numbers or floats up to 64 bit")
    voxels = dims[0] * dims[1] * dims[2]
    if voxels > MAX_VOXELS:
        size = voxels * dtype.itemsize / 1e9
        raise InputError(
            f"{path.name} claims {'×'.join(map(str, dims[:3]))} voxels ({size:,.1f} GB)",
            f"at most {MAX_VOXELS / 1e6:.0f} million voxels",
            "crop or resample it first",
        )
    spacing = np.asarray(header["pixdim"][1:4], float)
    if not np.isfinite(spacing).all() or (spacing == 0).any():
        raise InputError(
            f"{path.name} has a spacing of {' × '.join(f'{v:g}' for v in spacing)} mm",
            "a positive spacing",
            "repair the header",
        )


def affine_of(header: Any, name: str) -> tuple[np.ndarray, list[str]]:
    """Voxel indices to mm, float64 (4, 4), by the sform or else the qform; and what was doubtful, in sentences.

    A ``header`` that was checked is mended: a handedness other than 1 and −1 is 1, as NIfTI has it, spacings are positive,
    and an sform of no use beside a good qform has code 0, so that nothing written with this header has it again.

    Raises:
        InputError: no sform, and a qform that is no rotation.
    """
    notes: list[str] = []
    if "qform_code" in header and header["pixdim"][0] not in (-1, 1):
        header["pixdim"][0] = 1
    if (np.asarray(header["pixdim"][1:4], float) < 0).any():
        header["pixdim"][1:4] = np.abs(header["pixdim"][1:4])
        notes.append("The header has a negative spacing; its size was taken.")
    if "sform_code" in header and int(header["sform_code"]) > 0:
        notes += _check_sform(header)
    try:
        return np.asarray(header.get_best_affine(), np.float64), notes
    except Exception as error:  # nibabel has errors of its own for what is no rotation
        raise InputError(
            f"{name}: its qform is not a rotation ({error})", "a valid header", "repair the header"
        ) from None


def _check_sform(header: Any) -> list[str]:
    """Drops an sform that is no way to mm where there is a qform; what to say of it, or of one that is not of this spacing."""
    axes = np.asarray(header.get_sform(), np.float64)[:3]
    lengths = np.sqrt((axes[:, :3] ** 2).sum(axis=0))
    if not np.isfinite(axes).all() or abs(np.linalg.det(axes[:, :3])) <= 1e-6 * np.prod(lengths):
        if int(header["qform_code"]) <= 0 or not _has_rotation(header):
            return []  # whoever makes a grid of it refuses it
        header["sform_code"] = 0
        return ["The sform is of no use (it flattens space); the qform was taken."]
    # A placeholder that somebody left there, or a spacing that was not changed with it: nothing tells which is right.
    spacing = np.asarray(header["pixdim"][1:4], np.float64)
    if (np.abs(lengths / spacing - 1) <= _SPACING_AGREES).all():
        return []
    told, taken = (" × ".join(f"{mm:.4g}" for mm in sizes) for sizes in (spacing, lengths))
    return [f"The header gives a spacing of {told} mm, its sform one of {taken} mm; the sform was taken."]


def _has_rotation(header: Any) -> bool:
    """Whether the qform is one."""
    try:
        return bool(np.isfinite(header.get_qform()).all())
    except Exception:  # as in affine_of
        return False


def data_offset(header: Any, path: Path, single: bool) -> int:
    """Where the voxels begin, in bytes.

    Raises:
        InputError: inside the header, or absurdly far behind it.
    """
    raw = float(header["vox_offset"])
    least = (544 if int(header["sizeof_hdr"]) == 540 else 352) if single else 0
    offset = int(raw) if np.isfinite(raw) else -1
    if single and offset == 0:
        offset = least
    # 348: some writers leave out the four bytes that say whether extensions follow.
    if not least - 4 * single <= offset <= _MAX_OFFSET:
        raise InputError(f"{path.name}: its header says that the voxels begin at byte {raw:g}",
                         f"{least} to {_MAX_OFFSET}", "the file is damaged")  # fmt: skip
    return offset


def scaling(header: Any) -> tuple[float, float]:
    """Slope and intercept of a checked header; (1, 0) where it says nothing or nonsense, as NIfTI has it."""
    try:
        slope, inter = header.get_slope_inter()
    except Exception:  # nibabel raises for a slope that is not finite; NIfTI says: no scaling then
        return 1.0, 0.0
    return (1.0 if slope is None else float(slope)), (0.0 if inter is None else float(inter))


def check_file_size(path: Path, needed: int) -> None:
    """Refuse a file that cannot hold ``needed`` bytes, or hardly for an honest reason, without reading it.

    Raises:
        InputError: too short; for gzip: even at the highest ratio that gzip can reach; or large and nothing but repetition.
    """
    size, packed = path.stat().st_size, is_packed(path)
    if packed and _LARGE < needed <= size * _MAX_RATIO and needed > size * _LARGE_RATIO:
        raise InputError(
            f"{path.name} has {size / 1e6:,.1f} MB that would unpack to {needed / 1e6:,.1f} MB",
            f"at most {_LARGE_RATIO} times the size",
            "unpack it first, if it is what it should be",
        )
    holds = size * _MAX_RATIO if packed else size
    if holds < needed:
        raise InputError(
            f"{path.name} is cut short: its header claims {needed / 1e6:,.1f} MB, the file has {size / 1e6:,.1f} MB",
            "a whole file",
            "copy or download it again",
        )
