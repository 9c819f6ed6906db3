"""Photos: oriented as their camera was held, in sRGB, refused before they can fill the memory."""

from __future__ import annotations

import contextlib
import io
import warnings
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import Image, ImageCms

from core.atomic import whole_file
from core.errors import InputError
from core.media.probe import IMAGE_WORDS, read_head

MAX_MEGAPIXELS = 100
# Pillow's names of what is read: of its many others some start programs, and none is written by a camera.
_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "TIFF", "BMP", "GIF")
WRITABLE = (".jpg", ".jpeg", ".png", ".webp")
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90,
}  # fmt: skip
# What, camera, resolution, program, when, by whom, whose; how it was taken, and where.
_OF_THE_PHOTO = {270, 271, 272, 282, 283, 296, 305, 306, 315, 33432, 34665, 34853}
_LONGEST_EXIF = 65_000  # bytes; a JPEG has room for little more
# Modes of which a file may declare one colour (of palettes: several) transparent, and those that hold the same as alpha.
_ONE_COLOUR = {"P": "RGBA", "RGB": "RGBA", "L": "LA", "1": "LA"}


@dataclass(frozen=True)
class Photo:
    """A decoded photo.

    Attributes:
        pixels: uint8 RGB (H, W, 3), upright, sRGB; transparent parts show white.
        alpha: uint8 (H, W) where the file has transparency, else None.
        exif: the file's EXIF with its orientation reset, for `write_image`; None where there is none.
        name: of the file, for messages and for naming results.
    """

    pixels: np.ndarray
    alpha: np.ndarray | None = None
    exif: bytes | None = None
    name: str = "photo"


def read_image(source: str | Path | bytes | BinaryIO, name: str | None = None) -> Photo:
    """Read a photo from a path, bytes or an open file.

    EXIF orientation and colour profile are honoured; grey, palette, 16-bit, alpha and CMYK files become 8-bit RGB.

    Raises:
        InputError: missing, empty, truncated, over 100 megapixels, or not a photo.
    """
    name = name or (Path(source).name if isinstance(source, str | Path) else "the photo")
    if isinstance(source, str | Path):
        read_head(Path(source))
    stream: Any = io.BytesIO(source) if isinstance(source, bytes) else source
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # Pillow warns of large and odd files; what matters is raised below
            with Image.open(stream, formats=formats()) as image:
                width, height = image.size
                if width * height > MAX_MEGAPIXELS * 1e6:
                    raise _too_large(name, width * height / 1e6)
                image.load()
                return _to_photo(image, name)
    except Image.DecompressionBombError:
        raise _too_large(name, None) from None
    except Image.UnidentifiedImageError:
        raise InputError(f"{name} is not a photo", IMAGE_WORDS, "check what the file really is") from None
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError, RuntimeError) as error:
        # RuntimeError: libheif's, of sizes beyond its own limits among others.
        raise InputError(
            f"{name} is damaged or cut short ({error})",
            f"a whole file: {IMAGE_WORDS}",
            "copy or download it again",
        ) from None


def _too_large(name: str, megapixels: float | None) -> InputError:
    size = f"has {megapixels:.0f} megapixels" if megapixels else "has far too many pixels"
    return InputError(f"{name} {size}", f"at most {MAX_MEGAPIXELS} megapixels", "make it smaller first")


@lru_cache(maxsize=1)
def formats() -> tuple[str, ...]:
    """Pillow's names of the formats that are read here: HEIC only where its package is installed."""
    with contextlib.suppress(ImportError):
        import pillow_heif

        pillow_heif.register_heif_opener()
    Image.init()
    return tuple(name for name in _FORMATS if name in Image.OPEN)


def _to_photo(image: Image.Image, name: str) -> Photo:
    profile = image.info.get("icc_profile")
    upright, exif = _turned_upright(image)
    if "transparency" in upright.info and upright.mode in _ONE_COLOUR:
        upright = upright.convert(_ONE_COLOUR[upright.mode])
    elif upright.mode == "P":
        upright = upright.convert("RGB")
    alpha = None
    if upright.mode in ("RGBA", "LA", "PA", "La", "RGBa"):
        upright = upright.convert("RGBA") if upright.mode != "LA" else upright
        alpha = np.asarray(upright.getchannel("A"))
        upright = upright.convert("RGB" if upright.mode == "RGBA" else "L")
    rgb = _to_srgb(_eight_bits(upright), profile)
    pixels = np.array(rgb)
    if alpha is not None and alpha.min() < 255:
        share = alpha[..., None].astype(np.uint16)
        pixels = ((pixels * share + 255 * (255 - share) + 127) // 255).astype(np.uint8)
    return Photo(np.ascontiguousarray(pixels), alpha, exif, name)


def _turned_upright(image: Image.Image) -> tuple[Image.Image, bytes | None]:
    """The picture as its EXIF says it was held, and the EXIF without that; a broken EXIF is left aside."""
    try:
        exif = image.getexif()
        turn = _TURNS.get(exif.pop(_ORIENTATION, 1))
    except Exception:  # Pillow reads and writes tags of any type, and raises whatever it stumbles over
        return image, None
    upright = image if turn is None else image.transpose(turn)
    # A TIFF's other tags tell how the pixels lie, or hold profiles, layers and previews.
    if image.format == "TIFF":
        for tag in set(exif) - _OF_THE_PHOTO:
            del exif[tag]
    try:
        return upright, exif.tobytes() if len(exif) else None
    except Exception:
        return upright, None


def _eight_bits(image: Image.Image) -> Image.Image:
    """16-bit, 32-bit and float greys scaled to 8 bits by their declared range; other modes as they are."""
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image).astype(np.uint32) * 255 // 65535).astype(np.uint8))
    if image.mode == "I":  # Pillow's 32-bit integers hold 16-bit PNGs
        return Image.fromarray((np.clip(np.asarray(image), 0, 65535) * 255 // 65535).astype(np.uint8))
    if image.mode == "F":
        return Image.fromarray((np.clip(np.nan_to_num(np.asarray(image)), 0, 1) * 255).astype(np.uint8))
    return image


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert with the embedded profile; a profile that is broken or of another mode is left aside."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            space = source.profile.xcolor_space.strip()
            mode = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab": "LAB"}.get(space)
            if mode and (image.mode == mode or mode == "RGB"):
                image = image if image.mode == mode else image.convert(mode)
                converted = ImageCms.profileToProfile(
                    image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
                )
                if converted is not None:
                    return converted
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    return image.convert("RGB")


@lru_cache(maxsize=1)
def _srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def write_image(path: str | Path, array: np.ndarray, like: Photo | None = None) -> Path:
    """Write uint8 (H, W), (H, W, 3) RGB or (H, W, 4) straight-alpha RGBA; whole or not at all.

    JPEG at quality 95 without chroma subsampling; colour pictures are tagged sRGB and keep ``like``'s EXIF.

    Raises:
        InputError: a format that cannot be written or cannot hold transparency, or an unwritable folder.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in WRITABLE:
        raise InputError(f"cannot write {path.name}", f"a name ending in {', '.join(WRITABLE)}")
    if array.ndim == 3 and array.shape[2] == 4 and suffix in (".jpg", ".jpeg"):
        raise InputError(
            f"{path.name}: a JPEG has no transparency", "a .png or .webp file", "choose another ending"
        )
    options: dict[str, Any] = {}
    if array.ndim == 3:
        options["icc_profile"] = _srgb_profile()
        if like and like.exif and (suffix == ".png" or len(like.exif) < _LONGEST_EXIF):
            options["exif"] = like.exif
    if suffix in (".jpg", ".jpeg"):
        options |= {"quality": 95, "subsampling": 0, "optimize": False}
    elif suffix == ".png":
        options |= {"compress_level": 3}
    else:
        options |= {"quality": 95, "method": 3, "exact": array.ndim == 3 and array.shape[2] == 4}
    kind = {".png": "PNG", ".webp": "WEBP"}.get(suffix, "JPEG")
    with whole_file(path) as partial:
        try:
            Image.fromarray(array).save(partial, kind, **options)
        except ValueError as error:  # more pixels a side than the format has numbers for
            raise InputError(
                f"{path.name} cannot be written ({error})", "a smaller picture or another format"
            ) from None
    return path
