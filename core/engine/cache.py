"""Where compiled graphs are kept."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_folder() -> Path | None:
    """``$TRIPTYCH_CACHE``, or the system's cache folder; None where nothing can be written."""
    if os.environ.get("TRIPTYCH_CACHE"):
        folder = Path(os.environ["TRIPTYCH_CACHE"])
    elif sys.platform == "win32":
        folder = (
            Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "triptych" / "Cache"
        )
    elif sys.platform == "darwin":
        folder = Path.home() / "Library" / "Caches" / "triptych"
    else:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "triptych"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None
