"""Reading label maps: what is a PNG of ids, and what is not."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import InputError
from core.media import label_maps
from core.media.label_maps import read_label_map

IDS = np.array([[0, 7, 255], [1, 19, 33]], np.uint8)


def test_grey_values_are_ids(tmp_path: Path):
    Image.fromarray(IDS).save(tmp_path / "grey.png")
    ids = read_label_map(tmp_path / "grey.png")
    assert ids.dtype == np.uint8 and (ids == IDS).all()


def test_a_palettes_indices_are_ids_whatever_its_colours(tmp_path: Path):
    image = Image.fromarray(IDS)
    image.putpalette(np.random.default_rng(0).integers(0, 256, 768).astype(np.uint8).tobytes())
    image.save(tmp_path / "palette.png")
    assert Image.open(tmp_path / "palette.png").mode == "P"
    assert (read_label_map(tmp_path / "palette.png") == IDS).all()


def test_sixteen_bits_and_one_bit(tmp_path: Path):
    Image.fromarray(IDS.astype(np.uint16)).save(tmp_path / "deep.png")
    Image.fromarray(IDS > 5).save(tmp_path / "bits.png")
    assert (read_label_map(tmp_path / "deep.png") == IDS).all()
    assert (read_label_map(tmp_path / "bits.png") == (IDS > 5)).all()


def packed_png(ids: np.ndarray, bits: int, color: int) -> bytes:
    """A PNG of ``bits`` a pixel; ``color`` 0 is grey, 3 a palette."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    places = (ids[..., None] >> np.arange(bits)[::-1] & 1).reshape(len(ids), -1)
    rows = b"".join(b"\0" + np.packbits(row).tobytes() for row in places)
    head = struct.pack(">IIBBBBB", ids.shape[1], ids.shape[0], bits, color, 0, 0, 0)
    palette = chunk(b"PLTE", bytes(3 << bits)) if color == 3 else b""
    body = chunk(b"IHDR", head) + palette + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("color", [0, 3])
@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_few_bits_are_ids_as_they_are_stored(tmp_path: Path, bits: int, color: int):
    ids = np.arange(4 * 11).reshape(4, 11) % min(1 << bits, 34)  # eleven columns end within a byte
    (tmp_path / "few.png").write_bytes(packed_png(ids, bits, color))
    read = read_label_map(tmp_path / "few.png")
    assert read.dtype == np.uint8 and read.tolist() == ids.tolist()


@pytest.mark.parametrize(
    "name,message",
    [
        ("colour.png", "is in colour"),
        ("clear.png", "is in colour"),
        ("photo.jpg", "is not a PNG"),
        ("instances.png", "ids up to 26001"),
        ("cut.png", "damaged or cut short"),
        ("empty.png", "is empty"),
        ("none.png", "does not exist"),
    ],
)
def test_what_is_no_label_map_is_told_by_name(tmp_path: Path, name: str, message: str):
    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(tmp_path / "colour.png")
    Image.fromarray(np.zeros((4, 4, 4), np.uint8)).save(tmp_path / "clear.png")
    Image.fromarray(IDS).save(tmp_path / "photo.jpg")
    Image.fromarray(np.array([[26001]], np.uint16)).save(tmp_path / "instances.png")
    noise = np.random.default_rng(0).integers(0, 256, (200, 200)).astype(np.uint8)
    Image.fromarray(noise).save(tmp_path / "whole.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "whole.png").read_bytes()[:9000])
    (tmp_path / "empty.png").touch()
    with pytest.raises(InputError, match=message) as caught:
        read_label_map(tmp_path / name)
    assert name in str(caught.value)


def test_a_map_that_would_fill_the_memory_is_refused(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(label_maps, "MAX_MEGAPIXELS", 0.001)
    Image.fromarray(np.zeros((40, 40), np.uint8)).save(tmp_path / "large.png")
    with pytest.raises(InputError, match=r"large\.png has 0 megapixels"):
        read_label_map(tmp_path / "large.png")
