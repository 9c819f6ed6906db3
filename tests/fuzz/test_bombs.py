"""Small files that claim to be enormous: refused within 2 s of work and 500 MB, each with what was wrong."""

from __future__ import annotations

import gzip
import io
import json
import re
import struct
import zlib
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import av
import nibabel as nib
import numpy as np
import pytest
from PIL import Image

from core.media.frames import decode_frame
from core.media.images import read_image
from core.media.label_maps import read_label_map
from core.media.probe import kind
from core.media.video import VideoReader
from core.medical.volume import read_volume
from core.metrics.instance_coco import coco_ap_files
from core.metrics.panoptic_files import evaluate_panoptic_files
from core.metrics.read import read_grey, read_label_volume
from core.weights.card import read_card
from demos.live.protocol import parse_settings
from tests.core.media.test_images import png_header
from tests.fuzz.mutate import _grow
from tests.fuzz.pieces import pieces_of
from tests.fuzz.reader import Case, Reader
from tests.fuzz.worker import Limits, Result, run

SIDE = 100_000
Files = dict[str, bytes]
LIMITS = Limits(work_s=2, refused_mb=500, accepted_mb=500)


def saved(format_: str, **options) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48)).save(buffer, format_, **options)
    return buffer.getvalue()


def put(data: bytes, at: int, width: str, *values: int) -> bytes:
    content = struct.pack(width, *values)
    return data[:at] + content + data[at + len(content) :]


def tiff() -> bytes:
    """Eight tags of a grey picture whose one strip is not there."""
    tags = [
        (256, SIDE),
        (257, SIDE),
        (258, 8),
        (259, 1),
        (262, 1),
        (273, 200),
        (278, SIDE),
        (279, SIDE**2 % 2**32),
    ]
    return (
        b"II*\0"
        + struct.pack("<IH", 8, 8)
        + b"".join(struct.pack("<HHII", t, 4, 1, v) for t, v in tags)
        + bytes(8)
    )


def webp() -> bytes:
    canvas = (16383).to_bytes(3, "little") * 2
    return b"RIFF" + struct.pack("<I", 30) + b"WEBPVP8X" + struct.pack("<II", 10, 0) + canvas + bytes(8)


def jpeg(side: int = 65500) -> bytes:
    whole = saved("JPEG")
    return put(whole, whole.index(b"\xff\xc0") + 5, ">HH", side, side)


def heic() -> bytes:
    import pillow_heif

    pillow_heif.register_heif_opener()
    whole = saved("HEIF")
    return put(whole, whole.index(b"ispe") + 8, ">II", SIDE, SIDE)


def gif(frames: int, side: int = 2) -> bytes:
    screen = b"GIF89a" + struct.pack("<HHBBB", side, side, 0x80, 0, 0) + bytes(6)
    return screen + (b"," + struct.pack("<HHHHB", 0, 0, side, side, 0) + b"\2\2\x84\x51\0") * frames + b";"


def pages() -> bytes:
    """A TIFF whose one directory is its own next."""
    buffer = io.BytesIO()
    Image.new("L", (4, 4)).save(buffer, "TIFF")
    data = buffer.getvalue()
    first = struct.unpack_from("<I", data, 4)[0]
    count = struct.unpack_from("<H", data, first)[0]
    return put(data, first + 2 + 12 * count, "<I", first)


def with_chunk(name: bytes, body: bytes) -> bytes:
    data = saved("PNG")
    chunk = struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    return data[:33] + chunk + data[33:]


@lru_cache
def zeros(megabytes: int) -> bytes:
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(megabytes)) + packer.flush()


def clip(
    ending: str = ".mp4", codec: str = "mpeg4", pixels: str = "yuv420p", times=(0, 1), rate: int = 25
) -> bytes:
    buffer = io.BytesIO()
    base = Fraction(1, max(rate, 1000))
    with av.open(buffer, "w", format={".mp4": "mp4", ".mkv": "matroska", ".avi": "avi"}[ending]) as container:
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = 64, 48, pixels
        if ending != ".avi":
            stream.codec_context.time_base = base
        for time in times:
            frame = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8)).reformat(format=pixels)
            frame.pts, frame.time_base = time, base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return buffer.getvalue()


def wide() -> bytes:
    """An MP4 whose track claims 65535×65535 px."""
    data = clip(codec="libx264")
    return put(data, data.index(b"avc1", data.index(b"stsd")) + 28, ">HH", 65535, 65535)


def wide_within() -> bytes:
    """An AVI of a claimed 64×48 px whose JPEG says 65500×65500."""
    data = clip(".avi", "mjpeg", "yuvj420p", times=(0, 1000))
    at = data.index(b"\xff\xc0", data.index(b"movi"))
    return put(data, at + 5, ">HH", 65500, 65500)


def crowded() -> bytes:
    """An MP4 of 1000 tracks."""
    data = clip(codec="libx264")
    parts = pieces_of(data)
    (track,) = (p for p in parts if data[p.start + 4 : p.start + 8] == b"trak")
    return _grow(data, parts, track.end, data[track.start : track.end] * 999)


def scan(shape=(6, 7, 8), dtype=np.int16) -> bytes:
    image = nib.Nifti1Image(np.arange(336, dtype=dtype).reshape(6, 7, 8), np.eye(4))
    return put(image.to_bytes(), 40, "<4h", 3, *shape)


@lru_cache
def unpacks_to(shape, dtype, megabytes: int) -> bytes:
    return gzip.compress(scan(shape, dtype)) + gzip.compress(bytes(32 << 20), 9) * (megabytes // 32)


def endless_name() -> bytes:
    return b"\x1f\x8b\x08\x08" + bytes(6) + b"x" * (60 << 20)


def empty_members() -> bytes:
    return gzip.compress(scan()[:400]) + gzip.compress(b"") * 200_000


def polygon() -> Files:
    far = {"image_id": 1, "category_id": 1, "segmentation": [[0, 0, 2e9, 0, 9, 9]]}
    truth = {
        "images": [{"id": 1, "height": 9, "width": 9}],
        "annotations": [far | {"id": 1, "area": 9}],
        "categories": [{"id": 1, "name": "car"}],
    }
    return {"t.json": json.dumps(truth).encode(), "p.json": b"[]"}


def panoptic(picture: bytes, name: str = "a.png") -> Files:
    entry = {"image_id": 1, "file_name": name, "segments_info": []}
    body = {"annotations": [entry], "categories": [{"id": 7, "name": "road", "isthing": 0}]}
    return {"p.json": json.dumps(body).encode(), "p/a.png": picture}


def video(path: Path) -> None:
    kind(path)
    with VideoReader(path) as reader:
        for frame in islice(reader.frames(), 3):
            assert frame.pixels.shape[:2] == (reader.height, reader.width)


def one(read: Callable[[Path], object], name: str = "file.mp4") -> Callable[[Path], object]:
    """Reads the only file of a folder."""
    return lambda folder: read(folder / name)


class Bomb(NamedTuple):
    make: Callable[[], bytes | Files]
    read: Callable[[Path], object]
    words: str = ""


DEEP = b"[" * 100_000
PHOTO, MAP, MATTE, CLIP, SCAN, LABELS = map(one, (read_image, read_label_map, read_grey, video, read_volume, read_label_volume))  # fmt: skip
CARD = one(lambda path: read_card(path.parent), "card.json")
BOTH = lambda folder: evaluate_panoptic_files(folder / "p.json", folder / "p.json")  # noqa: E731
REFUSED = {
    "PNG": Bomb(lambda: png_header(SIDE, SIDE), PHOTO, "too many pixels"),
    "TIFF": Bomb(tiff, PHOTO, "too many pixels"),
    "WebP": Bomb(webp, PHOTO, "megapixels|damaged|not a photo"),
    "JPEG": Bomb(jpeg, PHOTO, "too many pixels"),
    "BMP": Bomb(lambda: put(saved("BMP"), 18, "<ii", SIDE, SIDE), PHOTO, "too many pixels"),
    "HEIC": Bomb(heic, PHOTO, "pixels|damaged|not a photo"),
    "GIF": Bomb(lambda: gif(1, 65535), PHOTO, "too many pixels"),
    "frame": Bomb(jpeg, one(lambda path: decode_frame(path.read_bytes())), "megapixels|not a picture"),
    "profile that unpacks": Bomb(lambda: with_chunk(b"iCCP", b"x\0\0" + zeros(300)), PHOTO, "damaged"),
    "text that unpacks": Bomb(lambda: with_chunk(b"zTXt", b"x\0\0" + zeros(300)), PHOTO, "damaged"),
    "label map": Bomb(lambda: png_header(SIDE, SIDE), MAP, "too many pixels"),
    "matte": Bomb(lambda: png_header(12_000, 12_000), MATTE, "too many pixels"),
    "panoptic PNG": Bomb(lambda: panoptic(png_header(30_000, 30_000)), BOTH, "30000×30000"),
    "panoptic name": Bomb(lambda: panoptic(b"", "../../a.png"), BOTH, "names a picture"),
    "wide within": Bomb(wide_within, CLIP, "damaged|megapixels"),
    "ten hours": Bomb(lambda: clip(times=(0, 36_000_000)), CLIP, "10.0 hours"),
    "ten hours in Matroska": Bomb(lambda: clip(".mkv", times=(0, 36_000_000)), CLIP, "10.0 hours"),
    "no clock": Bomb(lambda: put(c := clip(), c.index(b"mdhd") + 16, ">I", 0), CLIP, "has no frames"),
    "1000 streams": Bomb(crowded, CLIP, "too many streams"),
    "50 GB of voxels": Bomb(lambda: unpacks_to((5000, 5000, 1000), np.int16, 1024), SCAN, "50.0 GB"),
    "878 MB of voxels": Bomb(lambda: unpacks_to((760, 760, 760), np.int16, 1024), SCAN, "would unpack to 878.0 MB"),
    "878 MB of labels": Bomb(lambda: unpacks_to((760, 760, 760), np.int16, 1024), LABELS, "would unpack to 878.0 MB"),
    "for ever": Bomb(lambda: unpacks_to((6, 7, 8), np.int16, 4096), SCAN, "far behind"),
    "name of a member": Bomb(endless_name, SCAN, "damaged"),
    "empty members": Bomb(empty_members, SCAN, "empty parts"),
    "negative dimensions": Bomb(lambda: scan((-6, 7, 8)), SCAN, "is empty: -6×7×8"),
    "voxels behind the end": Bomb(lambda: put(scan(), 108, "<f", 1e7), SCAN, "cut short"),
    "voxels nowhere": Bomb(lambda: put(scan(), 108, "<f", float("nan")), SCAN, "begin at byte nan"),
    "extension of gigabytes": Bomb(
        lambda: put(put(scan(), 108, "<f", 6e7), 348, "<BBBBII", 1, 0, 0, 0, 2**32 - 1, 0), LABELS, "cut short"),
    "far outline": Bomb(polygon, lambda folder: coco_ap_files(folder / "p.json", folder / "t.json"), "an outline of"),
    "deep settings": Bomb(lambda: DEEP, one(lambda path: parse_settings(path.read_text())), "not JSON"),
    "deep card": Bomb(lambda: {"card.json": DEEP}, CARD, "cannot be read"),
    "long card": Bomb(lambda: {"card.json": b" " * (2 << 20)}, CARD, "at most 1,048,576"),
    "digits": Bomb(lambda: {"card.json": b"9" * 1_000_000}, CARD, "cannot be read"),
}  # fmt: skip
HARMLESS = {
    "wide track of small frames": Bomb(wide, CLIP),
    "300,000 frames": Bomb(lambda: gif(300_000), CLIP),
    "pages in a circle": Bomb(pages, PHOTO),
    "a million frames a second": Bomb(lambda: clip(codec="libx264", rate=10**9), CLIP),
}


def outcome(bomb: Bomb, keep: Path) -> Result:
    """Made outside, read in a forked process that is measured."""
    made = bomb.make()
    case = Case("", made if isinstance(made, dict) else {"file.mp4": made})
    assert sum(map(len, case.files.values())) < 100 << 20
    reader = Reader(
        "bomb", lambda f: None, lambda p: [], lambda rng, p: case, lambda case, folder, p: bomb.read(folder)
    )
    (result,) = run(reader, 0, 1, keep, LIMITS)
    return result


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_in_words_quickly_and_in_little_memory(tmp_path, name):
    result = outcome(REFUSED[name], tmp_path)
    assert result.outcome == "refused", result.told
    assert re.search(REFUSED[name].words, result.told), result.told
    assert "expected" in result.told and len(result.told) < 1000


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_harmless_after_all_is_taken(tmp_path, name):
    assert (result := outcome(HARMLESS[name], tmp_path)).outcome == "accepted", result.told
