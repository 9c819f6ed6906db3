"""Reading and writing scans: every layout of voxels, and every way a file can be wrong."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from core.errors import InputError
from core.labels import get_label_set
from core.medical import volume as volume_module
from core.medical.grid import Grid
from core.medical.volume import Reader, Volume, list_readers, read_volume, register_reader, scan_suffixes
from core.metrics.read import read_label_volume
from core.results import VolumeMask
from demos.medical.told import tell
from tests.core.medical.scans import AFFINE, ORIENTATIONS, save, scan, turned, values

HIPPO = get_label_set("hippocampus")
NIBABEL_DATA = Path(nib.__file__).parent / "tests" / "data"


@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".img"])
@pytest.mark.parametrize("kind", ["Nifti1", "Nifti2"])
def test_all_containers_read_the_same(tmp_path, ending, kind):
    image = getattr(nib, kind + ("Pair" if ending == ".img" else "Image"))(values(), AFFINE)
    path = save(image, tmp_path / f"a{ending}")
    volume = read_volume(path)
    assert volume.data.dtype == np.int16 and volume.warnings == () and volume.name == path.name
    np.testing.assert_array_equal(volume.data, values())
    np.testing.assert_allclose(volume.affine, AFFINE, rtol=1e-6)
    if ending == ".img":
        np.testing.assert_array_equal(read_volume(tmp_path / "a.hdr").data, values())


@pytest.mark.parametrize(
    "dtype", ["u1", "i1", "<i2", ">i2", "u2", ">i4", "u4", "i8", "u8", "<f4", ">f4", ">f8"]
)
def test_all_types_and_byte_orders(tmp_path, dtype):
    data = (np.arange(6 * 7 * 8).reshape(6, 7, 8) % 120).astype(dtype)
    header = nib.Nifti1Header(endianness=">" if dtype.startswith(">") else "<")
    image = nib.Nifti1Image(data, AFFINE, header, dtype=np.dtype(dtype))
    volume = read_volume(save(image, tmp_path / "a.nii"))
    assert volume.data.dtype == (np.int16 if dtype in ("u1", "i1", "<i2", ">i2") else np.float32)
    np.testing.assert_array_equal(volume.data, data.astype(float))


def test_scaled_whole_numbers(tmp_path):
    image = scan()
    image.header.set_slope_inter(0.5, -1024)
    path = tmp_path / "a.nii.gz"
    nib.save(image, path)
    volume = read_volume(path)
    np.testing.assert_allclose(volume.data, nib.load(path).get_fdata(), atol=1e-3)
    assert volume.data.dtype == np.float32 and volume.data.min() < -1024


@pytest.mark.parametrize("kind", [nib.Nifti1Image, nib.Nifti2Image], ids=["NIfTI-1", "NIfTI-2"])
def test_48_orientations_read_the_same_and_return_on_their_own_grid(tmp_path, kind):
    image = scan(kind=kind)
    wanted = read_volume(save(image, tmp_path / "a.nii"))
    codes = set()
    for orientation in ORIENTATIONS:
        path = save(turned(image, orientation), tmp_path / "b.nii")
        volume = read_volume(path)
        codes.add(volume.grid.axis_codes)
        np.testing.assert_array_equal(volume.data, wanted.data)
        np.testing.assert_allclose(volume.affine, wanted.affine, atol=1e-5)
        own = nib.load(path)
        np.testing.assert_array_equal(volume.grid.from_ras(volume.data), own.get_fdata())
        ids = volume.grid.from_ras((volume.data > 500).astype(np.uint8))
        mask = VolumeMask(ids, volume.grid.affine, HIPPO).save(tmp_path / "m.nii.gz", volume.grid.header)
        again = nib.load(mask)
        assert type(again) is type(own) and again.get_data_dtype() == np.uint8
        np.testing.assert_array_equal(again.affine, own.affine)
        for name in ("qform_code", "sform_code", "srow_x", "quatern_b", "qoffset_x", "xyzt_units"):
            np.testing.assert_array_equal(again.header[name], own.header[name])
        np.testing.assert_array_equal(again.header["pixdim"][:4], own.header["pixdim"][:4])
        np.testing.assert_array_equal(np.asarray(again.dataobj), own.get_fdata() > 500)
    assert len(codes) == 48


def test_an_index_finds_its_way_back(tmp_path):
    for orientation in ORIENTATIONS:
        volume = read_volume(save(turned(scan(), orientation), tmp_path / "a.nii"))
        ras = (1, 2, 3)
        native = [0, 0, 0]
        for axis, index in enumerate(ras):
            own, position = volume.grid.index_from_ras(axis, index)
            native[own] = position
        assert volume.grid.from_ras(volume.data)[tuple(native)] == volume.data[ras]


def test_a_sheared_affine_keeps_its_shear_and_its_volume(tmp_path):
    sheared = np.array([[2, 0.7, 0, 5], [0, 1.5, 0.4, -3], [0.1, 0, 3, 9], [0, 0, 0, 1.0]])
    image = nib.Nifti1Image(values(), sheared)
    image.set_qform(None, 0)
    volume = read_volume(save(image, tmp_path / "a.nii"))
    assert volume.voxel_ml == pytest.approx(abs(np.linalg.det(sheared[:3, :3])) / 1000)
    ids = volume.grid.from_ras((volume.data > 0).astype(np.uint8))
    again = nib.load(VolumeMask(ids, volume.grid.affine, HIPPO).save(tmp_path / "m.nii", volume.grid.header))
    np.testing.assert_array_equal(again.affine, nib.load(tmp_path / "a.nii").affine)


def test_a_series_and_its_time_points():
    path = NIBABEL_DATA / "example4d.nii.gz"
    whole = nib.load(path)
    first, second = read_volume(path), read_volume(path, 1)
    assert "2 time points" in first.warnings[0] and second.warnings == ()
    canonical = nib.as_closest_canonical(whole).get_fdata()
    np.testing.assert_array_equal(first.data, canonical[..., 0])
    np.testing.assert_array_equal(second.data, canonical[..., 1])
    with pytest.raises(InputError, match="no time point 2"):
        read_volume(path, 2)


def test_gzip_is_told_by_content_not_by_name(tmp_path):
    save(scan(), tmp_path / "a.nii")
    (tmp_path / "b.nii.gz").write_bytes((tmp_path / "a.nii").read_bytes())
    (tmp_path / "c.nii").write_bytes(gzip.compress((tmp_path / "a.nii").read_bytes()))
    for name in ("b.nii.gz", "c.nii"):
        np.testing.assert_array_equal(read_volume(tmp_path / name).data, values())


def test_analyze_is_read_with_a_warning(tmp_path):
    nib.save(nib.AnalyzeImage(values(), np.diag([-2, 2, 2, 1.0])), tmp_path / "a.img")
    volume = read_volume(tmp_path / "a.hdr")
    assert "Analyze" in volume.warnings[0]
    np.testing.assert_array_equal(volume.grid.from_ras(volume.data), values())
    mask = VolumeMask(np.zeros((6, 7, 8), np.uint8), volume.grid.affine, HIPPO)
    saved = nib.load(mask.save(tmp_path / "m.nii", volume.grid.header))
    np.testing.assert_allclose(saved.affine, volume.grid.affine)


def test_doubts_become_warnings(tmp_path):
    image = scan()
    other = AFFINE.copy()
    other[0, 3] += 7
    image.set_qform(other, 1)
    (note,) = read_volume(save(image, tmp_path / "a.nii")).warnings
    assert note == "qform and sform disagree by up to 7.0 mm; the sform was taken."
    image = scan()
    image.set_qform(None, 0), image.set_sform(None, 0)
    assert "does not say how the scan lies" in read_volume(save(image, tmp_path / "b.nii")).warnings[0]
    image = scan()
    image.header.set_xyzt_units("micron")
    assert "micron" in read_volume(save(image, tmp_path / "c.nii")).warnings[0]
    assert "unusual" in read_volume(save(scan(affine=AFFINE * 100), tmp_path / "d.nii")).warnings[0]


def test_headers_that_others_read_are_read(tmp_path):
    """NIfTI takes a handedness of 0 for 1; and a qform that nobody needs may be nonsense."""
    image = scan()
    image.set_sform(None, 0), image.set_qform(AFFINE, 1)
    path = patched(tmp_path / "a.nii", 76, bytes(4), image)
    np.testing.assert_array_equal(read_volume(path).grid.affine, nib.load(path).affine)
    np.testing.assert_array_equal(read_label_volume(path).affine, nib.load(path).affine)
    saved = VolumeMask(np.zeros((6, 7, 8), np.uint8), read_volume(path).affine, HIPPO)
    assert nib.load(saved.save(tmp_path / "m.nii", read_volume(path).grid.header)).header["pixdim"][0] == 1
    broken = b"\1\0\2\0" + np.full(3, 9, "<f4").tobytes()
    path = patched(tmp_path / "b.nii", 252, broken, scan())
    assert read_volume(path).warnings == ("The qform is not a rotation; the sform was taken.",)
    np.testing.assert_array_equal(read_volume(path).grid.affine, nib.load(path).affine)


def test_a_placeholder_for_an_sform_is_taken_but_told(tmp_path):
    image = scan(affine=np.eye(4))
    image.set_qform(None, 0), image.set_sform(np.eye(4), 2)
    image.header["pixdim"][1:4] = 0.5, 0.5, 2
    volume = read_volume(save(image, tmp_path / "a.nii"))
    (note,) = volume.warnings
    assert note == (
        "The header gives a spacing of 0.5 × 0.5 × 2 mm, its sform one of 1 × 1 × 1 mm; the sform was taken."
    )
    assert volume.spacing == (1, 1, 1)
    korean = tell(note, {"language": "ko"})
    assert "0.5 × 0.5 × 2 mm" in korean and "1 × 1 × 1 mm" in korean
    image.header["pixdim"][1:4] = 0.995, 1.005, 1
    assert read_volume(save(image, tmp_path / "b.nii")).warnings == (), "rounded"


@pytest.mark.parametrize(
    "rows", [np.zeros((3, 4)), np.full((3, 4), np.nan), np.ones((3, 4))], ids=["0", "nan", "1"]
)
def test_an_sform_of_no_use_gives_way_to_a_good_qform(tmp_path, rows):
    path = patched(tmp_path / "a.nii", 280, rows.astype("<f4").tobytes(), scan())
    volume = read_volume(path)
    (note,) = volume.warnings
    assert note == "The sform is of no use (it flattens space); the qform was taken."
    assert "qform" in tell(note, {"language": "ko"}) != note
    np.testing.assert_allclose(volume.grid.affine, AFFINE, atol=1e-5)
    np.testing.assert_allclose(read_label_volume(path).affine, AFFINE, atol=1e-5)
    ids = volume.grid.from_ras((volume.data > 500).astype(np.uint8))
    mask = VolumeMask(ids, volume.grid.affine, HIPPO).save(tmp_path / "m.nii", volume.grid.header)
    np.testing.assert_allclose(nib.load(mask).affine, AFFINE, atol=1e-5)
    lost = scan()
    lost.set_qform(None, 0)
    with pytest.raises(InputError, match=r"affine is not finite|spacing of zero"):
        read_volume(patched(tmp_path / "b.nii", 280, rows.astype("<f4").tobytes(), lost))


def test_some_values_that_are_no_numbers(tmp_path):
    data = values().astype(np.float32)
    data[0], data[1, 0] = np.nan, np.inf
    volume = read_volume(save(scan(data), tmp_path / "a.nii"))
    lowest = np.nanmin(data)
    assert (volume.data[0] == lowest).all() and (volume.data[1, 0] == lowest).all()
    assert "64 voxels (19 %) are not numbers" in volume.warnings[0]


def patched(path: Path, where: int, content: bytes, source=None) -> Path:
    raw = bytearray((source or nib.Nifti1Image(values(), AFFINE)).to_bytes())
    raw[where : where + len(content)] = content
    path.write_bytes(raw)
    return path


def packed(path: Path, raw: bytes) -> Path:
    path.write_bytes(raw)
    return path


def whole() -> bytes:
    return scan().to_bytes()


def claims(path: Path, *dims: int) -> Path:
    return patched(path, 40, np.array([len(dims), *dims], "<i2").tobytes())


BAD = {
    "missing": (lambda p: p / "no.nii", "does not exist"),
    "folder": (lambda p: p, "is a folder"),
    "zero bytes": (lambda p: packed(p / "a.nii", b""), "is empty"),
    "empty gzip": (lambda p: packed(p / "a.nii.gz", gzip.compress(b"")), "wrong magic"),
    "text": (lambda p: packed(p / "a.nii", b"no scan at all " * 60), "wrong magic"),
    "wrong magic": (lambda p: patched(p / "a.nii", 344, b"abcd"), "wrong magic"),
    "magic of a pair": (lambda p: patched(p / "a.nii", 344, b"ni1\0"), "in an .img file"),
    "cut header": (lambda p: packed(p / "a.nii", whole()[:200]), "cut short"),
    "cut voxels": (lambda p: packed(p / "a.nii", whole()[:700]), "cut short"),
    "cut gzip": (lambda p: packed(p / "a.nii.gz", gzip.compress(whole())[:-200]), "cut short"),
    "cut gzip trailer": (lambda p: packed(p / "a.nii.gz", gzip.compress(whole())[:-4]), "cut short"),
    "check sum": (lambda p: packed(p / "a.nii.gz", gzip.compress(whole())[:-8] + b"abcdefgh"), "damaged"),
    "100 GB": (lambda p: claims(p / "a.nii", 4000, 4000, 3500), "GB"),
    "100 GB series": (lambda p: claims(p / "a.nii", 256, 256, 256, 3000), "claims 100,6"),
    "cut far": (lambda p: claims(p / "a.nii", 500, 500, 500), "cut short"),
    "false gzip": (lambda p: packed(p / "a.nii.gz", gzip.compress(claims(p / "b.nii", 700, 700, 700).read_bytes())), "cut short"),
    "bomb": (lambda p: packed(p / "a.nii.gz", gzip.compress(whole() + bytes(1 << 24))), "far behind"),
    "2D": (lambda p: save(nib.Nifti1Image(values((6, 7)), AFFINE), p / "a.nii"), "is a 2D image of 6×7"),
    "no voxels": (lambda p: claims(p / "a.nii", 6, 0, 8), "is empty: 6×0×8"),
    "RGB": (lambda p: save(nib.Nifti1Image(np.zeros((4, 4, 4), [("R", "u1"), ("G", "u1"), ("B", "u1")]), AFFINE), p / "a.nii"), "holds RGB"),
    "complex": (lambda p: save(nib.Nifti1Image(np.ones((4, 4, 4), np.complex64), AFFINE), p / "a.nii"), "holds complex"),
    "vectors": (lambda p: save(nib.Nifti1Image(values((4, 4, 4, 1, 3)), AFFINE), p / "a.nii"), "4×4×4×1×3"),
    "unknown type": (lambda p: patched(p / "a.nii", 70, b"\x99\x09"), "data type 2457"),
    "NaN": (lambda p: save(scan(np.full((4, 4, 4), np.nan, np.float32)), p / "a.nii"), "every voxel is NaN"),
    "constant": (lambda p: save(scan(np.full((4, 4, 4), 7, np.int16)), p / "a.nii"), "every voxel is 7"),
    "zero spacing": (lambda p: patched(p / "a.nii", 84, bytes(4), scan()), "spacing of 1.5 × 0 × 3"),
    "flat affine": (lambda p: patched(p / "a.nii", 280, bytes(48)), "spacing of zero"),
    "affine of NaN": (lambda p: patched(p / "a.nii", 280, np.float32(np.nan).tobytes()), "not finite"),
    "no rotation": (lambda p: patched(p / "a.nii", 252, b"\1\0\0\0" + np.full(3, 9, "<f4").tobytes(), scan()), "qform is not a rotation"),
    "offset": (lambda p: patched(p / "a.nii", 108, np.float32(3e10).tobytes()), "begin at byte 3e"),
    "no .img": (lambda p: alone(p, ".hdr"), "a.img is missing"),
    "no .hdr": (lambda p: alone(p, ".img"), "a.hdr is missing"),
}  # fmt: skip


def alone(folder: Path, ending: str) -> Path:
    nib.save(nib.Nifti1Pair(values(), AFFINE), folder / "a.img")
    (folder / ("a.img" if ending == ".hdr" else "a.hdr")).unlink()
    return folder / f"a{ending}"


@pytest.mark.parametrize("case", BAD)
def test_bad_files_are_refused_in_a_line(tmp_path, case):
    make, words = BAD[case]
    path = make(tmp_path)
    with pytest.raises(InputError) as caught:
        read_volume(path)
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_a_bomb_is_not_unpacked(tmp_path):
    """4 GB of zeros behind a small scan: refused within the memory of a small scan, at once."""
    bomb = gzip.compress(whole()) + gzip.compress(bytes(1 << 26), 9) * 64
    path = packed(tmp_path / "a.nii.gz", bomb)
    code = (
        "import resource, sys\nfrom core.medical.volume import read_volume\nfrom core.errors import InputError\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        f"try: read_volume({str(path)!r})\nexcept InputError as e: print(e)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=20, env=os.environ
    )
    message, growth = done.stdout.splitlines()
    assert "far behind" in message and int(growth) < 100_000


def test_unreadable_is_told(tmp_path):
    path = save(scan(), tmp_path / "a.nii")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(InputError, match="cannot be read"):
        read_volume(path)


def test_a_single_slice_is_a_volume(tmp_path):
    assert read_volume(save(scan(values((6, 7, 1))), tmp_path / "a.nii")).data.shape == (6, 7, 1)


def test_another_reader_joins(tmp_path, monkeypatch):
    monkeypatch.setattr(volume_module, "_READERS", dict(volume_module._READERS))
    path = packed(tmp_path / "a.raw", b"RAW!")
    drawn = Volume(values(), Grid((6, 7, 8), AFFINE), "drawn")
    reader = register_reader(
        Reader("raw", (".raw",), lambda p: p.is_file() and p.read_bytes() == b"RAW!", lambda p, t: drawn)
    )
    assert read_volume(path) is drawn and scan_suffixes()[-1] == ".raw" and list_readers()[-1] is reader
    with pytest.raises(ValueError, match="there already"):
        register_reader(reader)


def test_a_volume_checks_itself():
    with pytest.raises(InputError, match="int16 or float32"):
        Volume(np.zeros((2, 2, 2)), Grid((2, 2, 2), AFFINE))
    with pytest.raises(InputError, match="on a grid of"):
        Volume(values(), Grid((2, 2, 2), AFFINE))
    assert Volume(values(), Grid((6, 7, 8), AFFINE)).warn("Oh.").warn("No.").warnings == ("Oh.", "No.")
