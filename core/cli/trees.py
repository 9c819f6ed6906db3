"""Folders in, folders out."""

from __future__ import annotations

from pathlib import Path

from core.errors import InputError


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
