"""Files on their way in: written piece by piece into the visit's folder, under names that stay in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

from core.errors import InputError
from core.media.nifti_header import pair_of, sniff_header

MAX_BYTES = 4 << 30
MAX_FILES = 2  # a header and its voxels
_ENDINGS = (".nii", ".nii.gz", ".hdr", ".hdr.gz", ".img", ".img.gz")


def safe_name(name: str) -> str:
    """What a visitor's file is called in the visit's folder.

    >>> safe_name("../a/head.nii.gz"), safe_name("..")
    ('head.nii.gz', 'scan')
    """
    name = name.replace("\\", "/").rsplit("/", 1)[-1].replace("\0", "")
    name = "".join(c for c in name if c.isprintable()).strip()
    while len(name.encode()) > 200:  # file systems take 255 bytes, and partial files need some
        name = name[1:]
    return name if name.strip(".") else "scan"


async def store(chunks: AsyncIterator[bytes], folder: Path, name: str, limit: int = MAX_BYTES) -> Path:
    """Write a file; nothing of it stays where it fails.

    Raises:
        InputError: too large, too many, or no room.
    """
    folder.mkdir(exist_ok=True)
    path = folder / safe_name(name)
    others = [p for p in folder.iterdir() if p != path]
    if len(others) >= MAX_FILES:
        raise InputError("too many files at once", "one volume: a .nii, or a .hdr and its .img")
    left = limit - sum(p.stat().st_size for p in others)
    try:
        with open(path, "wb") as file:
            async for chunk in chunks:
                left -= len(chunk)
                if left < 0:
                    raise InputError(f"{path.name} is larger than {limit / 1e9:.1f} GB", "a smaller volume")
                file.write(chunk)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise InputError(f"{path.name} cannot be kept ({error.strerror})", "room on the disk") from None
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def share(folder: Path, other: Path) -> None:
    """Give ``other`` the files of ``folder``, either of which may be deleted first.

    Raises:
        InputError: there is no room.
    """
    other.mkdir(exist_ok=True)
    try:
        for path in folder.iterdir() if folder.is_dir() else ():
            try:
                os.link(path, other / path.name)
            except OSError:  # not every file system has links
                shutil.copyfile(path, other / path.name)
    except OSError as error:
        raise InputError(f"{path.name} cannot be kept ({error.strerror})", "room on the disk") from None


def main_file(folder: Path) -> Path:
    """The file to read: the one that is there, or a pair's header.

    Raises:
        InputError: none, or two that are no pair.
    """
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    if not found:
        raise InputError("no file has arrived", "a .nii, .nii.gz, or .hdr and .img")
    stems = {path.name.lower().removesuffix(".gz").rsplit(".", 1)[0] for path in found}
    heads = [path for path in found if path.name.lower().removesuffix(".gz").endswith(".hdr")]
    if len(found) > 1 and (len(stems) > 1 or len(heads) != 1):
        raise InputError(
            f"{' and '.join(path.name for path in found)} are not one volume",
            "one volume: a .nii, or a .hdr and its .img",
        )
    return heads[0] if heads else found[0]


def count_time_points(path: Path) -> int:
    """How many volumes a file holds; 1 where its header says nothing (reading it tells why)."""
    try:
        named = path.name.lower().endswith(_ENDINGS[2:])
        header = sniff_header(pair_of(path)[0] if named else path)
    except InputError:
        return 1
    if header is None or int(header["dim"][0]) < 4:
        return 1
    return max(1, int(header["dim"][4]))


def clear(folders: Iterable[Path]) -> None:
    """Delete folders of uploads."""
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
