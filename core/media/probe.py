"""What a file is, told by its content rather than its name."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from core.errors import InputError

Kind = Literal["image", "video", "folder"]

IMAGE_WORDS = "a JPEG, PNG, WebP, HEIC, TIFF or BMP photo"
VIDEO_WORDS = "a video that FFmpeg can open"


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
        return "video" if _frames(path) > 1 else "image"
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


def _frames(path: Path) -> int:
    from PIL import Image

    try:
        with Image.open(path) as image:
            return getattr(image, "n_frames", 1)
    except (OSError, SyntaxError, ValueError):
        return 1


def _opens_as_video(path: Path) -> bool:
    import av

    try:
        with av.open(str(path)) as container:
            # FFmpeg reads plain text as a "tty" video; nobody means that.
            return bool(container.streams.video) and container.format.name not in (
                "tty",
                "image2",
                "bin",
                "xbin",
            )
    except (av.error.FFmpegError, ValueError):
        return path.suffix.lower() in (".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v")
