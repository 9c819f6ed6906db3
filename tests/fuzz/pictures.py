"""Photos: every format that is read, as a file, as bytes and as a frame of the live view."""

from __future__ import annotations

import io
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image, ImageCms

from core.media.frames import decode_frame
from core.media.images import read_image
from core.media.probe import kind
from tests.fuzz.mutate import mutate_bytes
from tests.fuzz.reader import Case, Reader

Pictures = dict[str, bytes]
_WAYS = ("file", "bytes", "frame")
_FRAMES = ("jpg", "webp", "png")  # what the live view sends


def _prepare(_folder: Path) -> Pictures:
    import pillow_heif

    pillow_heif.register_heif_opener()
    noise = np.random.default_rng(0).integers(0, 255, (24, 32, 3), np.uint8)
    rgb = Image.fromarray(noise)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x9003] = 6, "Maker", "2024:05:06 07:08:09"
    more = [Image.fromarray(np.roll(noise, i, axis=0)) for i in range(1, 4)]
    rgba = rgb.copy()
    rgba.putalpha(Image.fromarray(noise[..., 0]))
    deep = Image.fromarray(noise[..., 0].astype(np.uint16) * 256)
    tall = Image.fromarray(noise[..., 0].astype(np.float32) / 255)
    several = {"save_all": True, "append_images": more}
    palette = rgb.quantize(16)
    made: list[tuple[str, Image.Image, dict]] = [
        ("exif.jpg", rgb, {"exif": exif, "icc_profile": profile}),
        ("progressive.jpg", rgb, {"progressive": True, "subsampling": 2}),
        ("cmyk.jpg", rgb.convert("CMYK"), {}),
        ("grey.jpg", rgb.convert("L"), {}),
        ("rgb.png", rgb, {"icc_profile": profile, "exif": exif}),
        ("rgba.png", rgba, {}),
        ("palette.png", palette, {"transparency": 3}),
        ("deep.png", deep, {}),
        ("bits.png", rgb.convert("1"), {}),
        ("moving.png", rgb, several),
        ("lossy.webp", rgb, {"exif": exif}),
        ("lossless.webp", rgba, {"lossless": True}),
        ("moving.webp", rgb, several),
        ("plain.tif", rgb, {"exif": exif}),
        ("deflate.tif", rgb, {"compression": "tiff_adobe_deflate"}),
        ("lzw.tif", palette, {"compression": "tiff_lzw"}),
        ("jpeg.tif", rgb, {"compression": "jpeg"}),
        ("float.tif", tall, {}),
        ("deep.tif", deep, {}),
        ("pages.tif", rgb, several),
        ("rgb.bmp", rgb, {}),
        ("palette.bmp", palette, {}),
        ("still.gif", palette, {}),
        ("moving.gif", rgb, several),
        ("photo.heic", rgb.resize((96, 64)), {"exif": exif}),
    ]
    pictures = {}
    for name, image, options in made:
        buffer = io.BytesIO()
        ending = name.rsplit(".", 1)[1]
        image.save(
            buffer, {"jpg": "JPEG", "tif": "TIFF", "heic": "HEIF"}.get(ending, ending.upper()), **options
        )
        pictures[name] = buffer.getvalue()
    return pictures


def _seeds(pictures: Pictures) -> list[Case]:
    return [Case(way, {name: data}) for name, data in pictures.items() for way in _possible(name)]


def _possible(name: str) -> tuple[str, ...]:
    return _WAYS if name.endswith(_FRAMES) else _WAYS[:2]


def _mutate(rng: Random, pictures: Pictures) -> Case:
    name = rng.choice(list(pictures))
    alike = [data for other, data in pictures.items() if other[-3:] == name[-3:]]
    return Case(rng.choice(_possible(name)), {name: mutate_bytes(rng, pictures[name], alike)})


def _read(case: Case, folder: Path, _pictures: Pictures) -> None:
    ((name, data),) = case.files.items()
    if case.way == "frame":
        decode_frame(data)
    elif case.way == "bytes":
        read_image(data)
    else:
        kind(folder / name)
        read_image(folder / name)


READER = Reader("image", _prepare, _seeds, _mutate, _read)
