"""Where compiled graphs are kept."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import openvino as ov

# Part of a graph's name: raise it when the graph around the network changes.
GRAPH_VERSION = 4

# Those used last are kept up to so many bytes; a graph of a shipped network has 2 to 25 million.
BUDGET = 500_000_000
# Graphs of other versions, and files that a crash left half-written, go when nothing touched them for so long:
# another checkout of this program may be at work.
_FORGOTTEN_S = 24 * 3600
# A graph is three files: the third vouches for the other two, and is written last.
_PARTS = (".sha256", ".xml", ".bin")
_OURS = re.compile(r".+-ov[\d.]+-g(\d+)|[0-9a-f]{32}")


def cache_folder() -> Path | None:
    """``$TRIPTYCH_CACHE``, or the system's cache folder; None where there is none and none can be made.

    It may be one that cannot be written to: what is in it is of use.
    """
    try:
        if os.environ.get("TRIPTYCH_CACHE"):
            folder = Path(os.environ["TRIPTYCH_CACHE"])
        elif sys.platform == "win32":
            local = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
            folder = Path(local) / "triptych" / "Cache"
        elif sys.platform == "darwin":
            folder = Path.home() / "Library" / "Caches" / "triptych"
        else:
            folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "triptych"
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # the latter: nobody knows where the user's home is
        return None
    return folder


def cached_graph(core: ov.Core, key: str, make: Callable[[], ov.Model]) -> ov.Model:
    """The graph called ``key`` from the cache, or made and then cached."""
    import openvino as ov

    version = ov.get_version().split("-")[0]
    folder = cache_folder()
    path = folder / f"{key}-ov{version}-g{GRAPH_VERSION}.xml" if folder else None
    if path and _whole(path):
        try:
            graph = core.read_model(path)
        except RuntimeError:
            pass  # of another build, or deleted meanwhile by another process: made again
        else:
            with contextlib.suppress(OSError):  # a folder that cannot be written to
                os.utime(path)
            return graph
    graph = make()
    if path:
        _save(graph, path)
        prune(path.parent, keep=path.stem)
    return graph


def _digest(path: Path) -> str:
    """Hex SHA-256 of a graph's description and numbers.

    Raises:
        OSError: either cannot be read.
    """
    digest = hashlib.sha256()
    for part in (path, path.with_suffix(".bin")):
        with open(part, "rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def _whole(path: Path) -> bool:
    """Whether a graph is there as it was written. Wrong numbers would be taken without a word."""
    try:
        return path.with_suffix(".sha256").read_text(encoding="ascii") == _digest(path)
    except (OSError, ValueError):
        return False


def _save(graph: ov.Model, path: Path) -> None:
    """Write the graph so that two processes may do it at once; a full disk costs the cache, not the run."""
    import openvino as ov

    partial = path.with_name(f"{uuid.uuid4().hex}.xml")
    try:
        ov.save_model(graph, partial, compress_to_fp16=False)
        partial.with_suffix(".sha256").write_text(_digest(partial), encoding="ascii")
        for part in reversed(_PARTS):
            os.replace(partial.with_suffix(part), path.with_suffix(part))
    except (OSError, RuntimeError):
        _delete(partial)


def _delete(path: Path) -> None:
    """Delete a graph's files, the voucher first; other processes that have them open keep what they read."""
    for part in _PARTS:
        with contextlib.suppress(OSError):
            path.with_suffix(part).unlink()


def prune(folder: Path, keep: str, budget: int | None = None) -> None:
    """Delete graphs that nobody uses any more, and above ``budget`` bytes those that were used longest ago.

    Args:
        keep: stem of a graph that stays.
        budget: None takes ``BUDGET``.
    """
    budget = BUDGET if budget is None else budget
    sizes: dict[str, int] = {}
    used: dict[str, float] = {}
    with contextlib.suppress(OSError):
        for file in os.scandir(folder):
            stem, ending = os.path.splitext(file.name)
            if ending in _PARTS and _OURS.fullmatch(stem):
                with contextlib.suppress(OSError):  # deleted meanwhile
                    about = file.stat()
                    sizes[stem] = sizes.get(stem, 0) + about.st_size
                    used[stem] = max(used.get(stem, 0.0), about.st_mtime)
    total, now = 0, time.time()
    for stem in sorted(sizes, key=lambda stem: (stem != keep, -used[stem])):
        total += sizes[stem]
        version = _OURS.fullmatch(stem)[1]  # type: ignore[index]
        forgotten = version != str(GRAPH_VERSION) and now - used[stem] > _FORGOTTEN_S
        if stem != keep and (total > budget or forgotten):
            _delete(folder / f"{stem}.xml")
