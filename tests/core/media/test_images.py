"""Photos come out as people mean them; what cannot be read says why."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from core.errors import InputError
from core.media.images import Photo, read_image, write_image
from core.media.probe import kind

# Top left red, top right green, bottom left blue, bottom right white.
CORNERS = (
    np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 255]]], np.uint8)
    .repeat(8, 0)
    .repeat(12, 1)
)


def save(path: Path, image: Image.Image, **options) -> Path:
    image.save(path, **options)
    return path


@pytest.mark.parametrize("orientation,turn", [
    (1, lambda a: a), (2, np.fliplr), (3, lambda a: np.rot90(a, 2)), (4, np.flipud),
    (5, lambda a: a.transpose(1, 0, 2)), (6, lambda a: np.rot90(a, -1)),
    (7, lambda a: np.rot90(a, 2).transpose(1, 0, 2)), (8, lambda a: np.rot90(a)),
])  # fmt: skip
def test_exif_orientation_is_honoured_and_then_gone(tmp_path, orientation, turn):
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Maker"
    photo = read_image(save(tmp_path / "a.png", Image.fromarray(CORNERS), exif=exif))
    assert np.array_equal(photo.pixels, turn(CORNERS))
    write_image(tmp_path / "b.jpg", photo.pixels, like=photo)
    kept = Image.open(tmp_path / "b.jpg").getexif()
    assert kept.get(0x010F) == "Maker" and 0x0112 not in kept


def test_a_tag_of_a_wrong_type_does_not_lay_the_photo_on_its_side(tmp_path):
    entries = struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0) + struct.pack(">HHII", 0x0128, 4, 1, 70_000)
    exif = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 2) + entries + bytes(4)  # a resolution unit of 70000
    path = save(tmp_path / "a.jpg", Image.fromarray(CORNERS), exif=exif, quality=95)
    assert dict(Image.open(path).getexif()) == {0x0112: 6, 0x0128: 70_000}
    assert read_image(path).pixels.shape == (24, 16, 3)


def test_what_else_a_tiff_holds_is_not_of_the_photo(tmp_path):
    """Layers and previews of a hundred kilobytes are no EXIF that a JPEG could hold."""
    tags = {34377: b"8BIM" + bytes(100_000), 271: "Maker", 306: "2026:01:02 03:04:05"}
    photo = read_image(save(tmp_path / "a.tif", Image.fromarray(CORNERS), tiffinfo=tags))
    write_image(tmp_path / "b.jpg", photo.pixels, like=photo)
    assert dict(Image.open(tmp_path / "b.jpg").getexif()) == {271: "Maker", 306: "2026:01:02 03:04:05"}
    large = Photo(CORNERS, None, b"Exif\0\0" + bytes(70_000), "c")
    for name in ("c.jpg", "c.png"):
        write_image(tmp_path / name, CORNERS, like=large)


def test_a_side_too_long_for_the_format_is_told(tmp_path):
    with pytest.raises(InputError, match=r"long\.webp cannot be written"):
        write_image(tmp_path / "long.webp", np.zeros((2, 17_000, 3), np.uint8))
    assert list(tmp_path.iterdir()) == []


def test_a_colour_profile_is_honoured(tmp_path):
    lab = ImageCms.createProfile("LAB", 5000)
    grey = Image.new("LAB", (8, 8), (128, 128, 128))
    path = save(tmp_path / "lab.tif", grey, icc_profile=ImageCms.ImageCmsProfile(lab).tobytes())
    r, g, b = (int(v) for v in read_image(path).pixels[0, 0])
    assert abs(r - 119) < 4 and abs(g - 119) < 4 and abs(b - 119) < 4  # L* 50 is sRGB 119


def test_a_broken_profile_is_left_aside(tmp_path):
    path = save(tmp_path / "a.png", Image.fromarray(CORNERS), icc_profile=b"not a profile")
    assert np.array_equal(read_image(path).pixels, CORNERS)


def test_sixteen_bits_are_scaled_not_clipped(tmp_path):
    ramp = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    path = save(tmp_path / "a.png", Image.fromarray(ramp))
    assert np.abs(read_image(path).pixels[..., 0].astype(int).ravel() - np.arange(256)).max() <= 1


@pytest.mark.parametrize("mode", ["L", "P", "1", "RGB", "CMYK"])
def test_every_mode_becomes_rgb(tmp_path, mode):
    source = Image.fromarray(CORNERS).convert(mode)
    path = save(tmp_path / ("a.jpg" if mode == "CMYK" else "a.png"), source)
    pixels = read_image(path).pixels
    assert pixels.shape == (16, 24, 3) and pixels.dtype == np.uint8
    wanted = np.asarray(source.convert("RGB")).astype(int)
    assert np.abs(pixels.astype(int) - wanted).max() < 60


def test_transparency_shows_white_and_is_told(tmp_path):
    rgba = np.dstack([CORNERS, np.full((16, 24), 255, np.uint8)])
    rgba[:8, :12, 3] = 0
    photo = read_image(save(tmp_path / "a.png", Image.fromarray(rgba)))
    assert (photo.pixels[:8, :12] == 255).all() and photo.alpha is not None and photo.alpha[0, 0] == 0


def test_webp_and_heic(tmp_path):
    assert read_image(save(tmp_path / "a.webp", Image.fromarray(CORNERS), lossless=True)).pixels.shape == (
        16,
        24,
        3,
    )
    pillow_heif = pytest.importorskip("pillow_heif")
    pillow_heif.from_pillow(Image.fromarray(CORNERS).resize((96, 64))).save(tmp_path / "a.heic")
    assert kind(tmp_path / "a.heic") == "image"
    assert read_image(tmp_path / "a.heic").pixels.shape == (64, 96, 3)


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds almost nothing: a bomb."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 64))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("width,height", [(20000, 15000), (11000, 11000), (60000, 60000)])
def test_a_bomb_is_refused_before_decoding(width, height):
    with pytest.raises(InputError, match=r"megapixels|far too many pixels") as error:
        read_image(png_header(width, height), name="bomb.png")
    assert "at most 100" in str(error.value)


@pytest.mark.parametrize("content,words", [
    (b"", "empty"),
    (b"just some text, saved under the wrong name\n", "not a photo"),
])  # fmt: skip
def test_not_a_photo(tmp_path, content, words):
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_image(path)


@pytest.mark.parametrize("ending", ["jpg", "png", "webp"])
def test_a_truncated_photo_is_refused(tmp_path, ending):
    noise = np.random.default_rng(0).integers(0, 255, (200, 200, 3), np.uint8)
    path = save(tmp_path / f"a.{ending}", Image.fromarray(noise))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InputError, match="damaged or cut short"):
        read_image(path)


def test_reads_bytes_and_open_files():
    buffer = io.BytesIO()
    Image.fromarray(CORNERS).save(buffer, "PNG")
    assert np.array_equal(read_image(buffer.getvalue()).pixels, CORNERS)
    buffer.seek(0)
    assert np.array_equal(read_image(buffer).pixels, CORNERS)


def test_writing_is_whole_or_not_at_all(tmp_path, monkeypatch):
    target = tmp_path / "out.png"
    target.write_bytes(b"the old one")

    def full_disk(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full_disk)
    with pytest.raises(InputError, match="No space left"):
        write_image(target, CORNERS)
    assert target.read_bytes() == b"the old one"
    assert [p.name for p in tmp_path.iterdir()] == ["out.png"]


def test_a_jpeg_cannot_hold_a_cut_out(tmp_path):
    rgba = np.zeros((4, 4, 4), np.uint8)
    with pytest.raises(InputError, match="transparency"):
        write_image(tmp_path / "a.jpg", rgba)
    assert Image.open(write_image(tmp_path / "a.png", rgba)).mode == "RGBA"
    assert Image.open(write_image(tmp_path / "m.png", rgba[..., 0], like=Photo(CORNERS))).mode == "L"


def test_an_unwritable_folder_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        write_image(tmp_path / "file" / "a.png", CORNERS)


@pytest.mark.parametrize("mode,hidden", [("RGB", (10, 20, 30)), ("L", 10), ("1", 0), ("P", 0)])
def test_one_colour_of_a_png_may_be_transparent(tmp_path, mode, hidden):
    image = Image.new(mode, (8, 4), hidden)
    image.paste({"RGB": (200, 90, 40), "L": 200, "1": 1, "P": 1}[mode], (4, 0, 8, 4))
    if mode == "P":
        image.putpalette([10, 20, 30, 200, 90, 40])
    image.save(tmp_path / "a.png", transparency=hidden)
    photo = read_image(tmp_path / "a.png")
    assert photo.alpha is not None
    assert photo.alpha[:, :4].max() == 0 and photo.alpha[:, 4:].min() == 255
    assert (photo.pixels[:, :4] == 255).all(), "transparent parts show white"
