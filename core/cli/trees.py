"""Folders in, folders out."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import InputError
from core.media.probe import IMAGE_ENDINGS, VIDEO_ENDINGS


@dataclass
class Tree:
    """What is below a folder.

    Attributes:
        files: that are wanted, sorted.
        unread: why others could not be looked at, a line each; they count as failed.
        linked: folders that are links, which are not followed: they may lead anywhere, and round in circles.
    """

    files: list[Path] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    linked: int = 0

    def tell(self) -> None:
        """Say what is left out, on standard error."""
        for line in self.unread:
            print(f"failed: {line}", file=sys.stderr, flush=True)
        if self.linked:
            print(f"not followed: {self.linked} linked folders", file=sys.stderr, flush=True)


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


def tree(source: Path, target: Path, aside: tuple[str, ...] = ()) -> Tree:
    """Files below ``source`` that look like photos or videos; not those in ``target`` nor hidden ones.

    Args:
        aside: endings of names that are left out.

    Raises:
        InputError: there are none, or ``target`` cannot take results of a tree.
    """
    check_target(source, target)
    endings = IMAGE_ENDINGS + VIDEO_ENDINGS
    found = walk(
        source, target, lambda name: name.lower().endswith(endings) and not name.endswith(aside or ("\0",))
    )
    if not found.files and not found.unread:
        raise InputError(
            f"{source} holds no photo and no video", f"files ending in {', '.join(IMAGE_ENDINGS)}, …"
        )
    return found


def walk(source: Path, target: Path, wanted: Callable[[str], bool]) -> Tree:
    """Files below ``source`` whose name is ``wanted``; not those in ``target`` nor hidden ones."""
    found, inside = Tree(), target.resolve()

    def unread(error: OSError) -> None:
        found.unread.append(f"{error.filename} cannot be read ({error.strerror})")

    for folder, folders, names in os.walk(source, onerror=unread):
        here = Path(folder)
        seen = [name for name in sorted(folders) if not name.startswith(".")]
        found.linked += sum((here / name).is_symlink() for name in seen)
        folders[:] = [name for name in seen if (here / name).resolve() != inside]
        for name in names:
            path = here / name
            # Not resolve(), which raises at links in a circle.
            real = Path(os.path.realpath(path))
            if name.startswith(".") or not wanted(name) or inside in real.parents:
                continue
            try:
                path.stat()
            except OSError as error:
                lost = path.is_symlink() and isinstance(error, FileNotFoundError)
                reason = "a link to nothing" if lost else error.strerror
                found.unread.append(f"{path} cannot be read ({reason})")
            else:
                if path.is_file():
                    found.files.append(path)
    found.files.sort()
    return found
