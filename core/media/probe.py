"""What a file is, told by its content rather than its name."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from core.errors import InputError

Kind = Literal["image", "video", "folder"]

VIDEO_WORDS = "a video that FFmpeg can open"
IMAGE_WORDS = "a JPEG, PNG, WebP, HEIC, TIFF or BMP photo"
# What photos and videos are called. Of folders only such files are looked at; what one is, its content tells.
IMAGE_ENDINGS = (
    ".jpg", ".jpeg", ".jfif", ".png", ".webp", ".heic", ".heif", ".avif", ".tif", ".tiff", ".bmp",
)  # fmt: skip
VIDEO_ENDINGS = (
    ".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".gif", ".mpg", ".mpeg", ".ts", ".mts", ".m2ts", ".wmv", ".3gp", ".flv",
    ".vob", ".ogv",
)  # fmt: skip


def kind(path: str | Path) -> Kind:
    """``image``, ``video`` or ``folder``. An animated GIF is a video.

    Raises:
        InputError: missing, unreadable, empty, or neither.
    """
    path = Path(path)
    if path.is_dir():
        return "folder"
    head = read_head(path)
    if head[:3] == b"\xff\xd8\xff" or head[:8] == b"\x89PNG\r\n\x1a\n" or head[:2] == b"BM":
        return "image"
    if head[:4] in (b"II*\0", b"MM\0*") or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return "image"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        return "image"
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return "video" if _moves(path) else "image"
    if _opens_as_video(path):
        return "video"
    raise InputError(f"{path} is neither a photo nor a video", f"{IMAGE_WORDS}, or {VIDEO_WORDS}")


_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")


def read_head(path: Path, count: int = 64) -> bytes:
    """The first bytes of a file.

    Raises:
        InputError: missing, not readable, or empty.
    """
    try:
        with open(path, "rb") as file:
            head = file.read(count)
    except FileNotFoundError:
        raise InputError(f"{path} does not exist", "a photo, a video or a folder") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror})", "a readable file") from None
    if not head:
        raise InputError(f"{path} is empty (0 bytes)", f"{IMAGE_WORDS}, or {VIDEO_WORDS}", "copy it again")
    return head


def _moves(path: Path) -> bool:
    """Whether a GIF has more than one frame: asked without counting them, of which there may be a million."""
    from PIL import Image

    try:
        with Image.open(path, formats=("GIF",)) as image:
            return bool(getattr(image, "is_animated", False))
    except Exception:  # Pillow's parsers raise whatever they stumble over; reading it tells what is wrong
        return False


def _opens_as_video(path: Path) -> bool:
    from core.media.containers import open_container

    try:
        with open_container(path) as container:
            return bool(container.streams.video)
    except InputError:
        return path.suffix.lower() in VIDEO_ENDINGS  # reading it tells what is wrong
