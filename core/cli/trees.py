"""Folders in, folders out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from core.errors import InputError
from core.media.images import EXTENSIONS

VIDEO_EXTENSIONS = (
    ".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".gif", ".mpg", ".mpeg", ".ts", ".wmv", ".3gp",
)  # fmt: skip


def check_target(source: Path, target: Path) -> None:
    """Whether ``target`` can take the results of the tree ``source``, which keep their places in it.

    Raises:
        InputError: a file, the source itself, or around it: a result could take the place of what lies beside the source.
    """
    if target.exists() and not target.is_dir():
        raise InputError(f"{target} is a file", "a folder to write to")
    if target.resolve() == source.resolve():
        raise InputError(f"{target} is the source itself", "another folder for the results")
    if target.resolve() in source.resolve().parents:
        raise InputError(
            f"{target} holds the source", f"a folder of its own for the results, such as {target / 'results'}"
        )


def tree(source: Path, target: Path, aside: tuple[str, ...] = ()) -> list[Path]:
    """Files below ``source`` that look like photos or videos, sorted; not those in ``target`` nor hidden ones.

    Args:
        aside: endings of names that are left out.

    Raises:
        InputError: there are none, or ``target`` cannot take results of a tree.
    """
    check_target(source, target)
    files = [path for path in _walk(source, target.resolve()) if not path.name.endswith(aside or ("\0",))]
    if not files:
        raise InputError(
            f"{source} holds no photo and no video", f"files ending in {', '.join(EXTENSIONS)}, …"
        )
    return files


def _walk(source: Path, inside: Path) -> Iterator[Path]:
    for path in sorted(source.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(source).parts)
        if path.suffix.lower() not in EXTENSIONS + VIDEO_EXTENSIONS or hidden or not path.is_file():
            continue
        if inside not in path.resolve().parents:
            yield path
