"""Folders in, folders out."""

from __future__ import annotations

from pathlib import Path


def results_below(source: Path, target: Path) -> Path | None:
    """``target``, where it lies in ``source`` and what is in it is no source; None: it lies elsewhere, or around it."""
    inside = target.resolve()
    return inside if source.resolve() in inside.parents else None
