"""Volumes: NIfTI-1 and -2, pairs, Analyze, packed and not; as scans and as volumes of labels."""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from random import Random
from typing import Any

import nibabel as nib
import numpy as np

from core.medical.volume import read_volume
from core.metrics.read import read_label_volume
from demos.medical.uploads import count_time_points, main_file
from tests.fuzz.mutate import mutate_bytes
from tests.fuzz.reader import Case, Reader

Scans = dict[str, dict[str, bytes]]  # by name, the files of each
_WAYS = ("scan", "scan", "second", "labels")
_AFFINE = np.array([[1.5, 0.1, 0, -20], [0, 2, 0.2, -30], [0, 0, 3, 10], [0, 0, 0, 1]])
_FIELDS = {348: nib.Nifti1Header.template_dtype, 540: nib.Nifti2Header.template_dtype}


def _prepare(_folder: Path) -> Scans:
    values = np.random.default_rng(2).integers(0, 900, (6, 7, 8)).astype(np.int16)

    def image(kind: Any = nib.Nifti1Image, data: np.ndarray = values, endian: str = "<") -> Any:
        made = kind(data, _AFFINE, kind.header_class(endianness=endian))
        made.set_qform(_AFFINE, 1)
        made.set_sform(_AFFINE, 1)
        return made

    extended = image()
    extended.header.extensions.append(nib.nifti1.Nifti1Extension("comment", b"said by the scanner"))
    scaled = image()
    scaled.header.set_slope_inter(0.5, -100)
    series = image(data=np.stack([values, values + 1], axis=3))
    single = {
        "plain.nii": image(),
        "two.nii": image(nib.Nifti2Image),
        "big.nii": image(endian=">"),
        "extended.nii": extended,
        "scaled.nii": scaled,
        "series.nii": series,
        "float.nii": image(data=values.astype(np.float32)),
        "bytes.nii": image(data=(values % 4).astype(np.uint8)),
    }
    scans: Scans = {name: {name: made.to_bytes()} for name, made in single.items()}
    for name in ("plain.nii", "two.nii", "series.nii"):
        scans[f"{name}.gz"] = {f"{name}.gz": gzip.compress(single[name].to_bytes(), 1)}
    for stem, kind in (("pair", nib.Nifti1Pair), ("old", nib.AnalyzeImage)):
        made = kind(values, np.diag([-2.0, 2, 2, 1]))
        files = {part: made.file_map[part] for part in ("header", "image")}
        for holder in files.values():
            holder.fileobj = _Kept()
        made.to_file_map()
        scans[f"{stem}.hdr"] = {
            f"{stem}{ending}": files[part].fileobj.getvalue() for part, ending in (("header", ".hdr"), ("image", ".img"))
        }  # fmt: skip
    return scans


class _Kept(io.BytesIO):
    """nibabel closes what it wrote into."""

    def close(self) -> None:
        pass


def _seeds(scans: Scans) -> list[Case]:
    return [Case("scan", files) for files in scans.values()] + [Case("labels", scans["plain.nii"])]


def _mutate(rng: Random, scans: Scans) -> Case:
    name = rng.choice(list(scans))
    files = dict(scans[name])
    part = rng.choice(list(files))
    raw = files[part]
    packed = raw[:2] == b"\x1f\x8b"
    if packed and rng.random() < 0.8:
        files[part] = _repack(rng, _in_header(rng, gzip.decompress(raw)))
    else:
        files[part] = mutate_bytes(rng, raw) if packed or rng.random() < 0.3 else _in_header(rng, raw)
    if len(files) > 1 and rng.random() < 0.05:
        del files[rng.choice(list(files))]
    return Case(rng.choice(_WAYS), files)


def _in_header(rng: Random, raw: bytes) -> bytes:
    """A field of the header at an extreme; or anything, anywhere."""
    length = {b"\x5c\1\0\0": 348, b"\0\0\1\x5c": 348, b"\x1c\2\0\0": 540}.get(raw[:4])
    if length is None or rng.random() < 0.3:
        return mutate_bytes(rng, raw)
    order = ">" if raw[0] == 0 else "<"
    header = np.frombuffer(raw[:length], _FIELDS[length].newbyteorder(order)).copy()
    for _ in range(rng.choice((1, 1, 2, 3))):
        field = header[rng.choice(header.dtype.names)].reshape(-1)
        place = rng.randrange(field.size)
        if field.dtype.kind == "f":
            field[place] = rng.choice((0, -1, 1e-30, 1e30, 352, 1e9, np.nan, np.inf, -np.inf))
        elif field.dtype.kind in "iu":
            limits = np.iinfo(field.dtype)
            values = (0, 1, 2, 4, 5, 7, 8, 16, 64, 300, 512, limits.min, limits.max, limits.max // 2)
            field[place] = rng.choice([v for v in values if v <= limits.max])
        else:
            field[place] = rng.choice((b"", b"n+1", b"ni1", b"n+2", b"\xff\xff"))
    return header.tobytes() + raw[length:]


def _repack(rng: Random, raw: bytes) -> bytes:
    """gzip again, mostly whole; else in two members, with another one behind, or cut."""
    way = rng.random()
    packed = gzip.compress(raw, 1)
    if way < 0.1:
        return packed + gzip.compress(bytes(rng.choice((10, 1 << 17))))
    if way < 0.2:
        return gzip.compress(raw[:300], 1) + gzip.compress(raw[300:], 1)
    return packed[: -rng.choice((1, 4, 8, 60))] if way < 0.3 else packed


def _read(case: Case, folder: Path, _scans: Scans) -> None:
    path = main_file(folder)
    count_time_points(path)
    if case.way == "labels":
        read_label_volume(path)
    else:
        read_volume(path, 1 if case.way == "second" else None)


READER = Reader("nifti", _prepare, _seeds, _mutate, _read)
