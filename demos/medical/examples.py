"""What can be looked at without a file of one's own: drawn heads, and what comes with installed packages."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import importlib.util
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from core.atomic import whole_file
from core.engine.cache import cache_folder
from core.errors import InputError
from core.medical import phantom
from core.medical.grid import Grid
from core.medical.phantom import Head, draw_head
from core.medical.volume import Volume, read_volume

SEED = 4
# Voxels along X, Y, Z and mm: brain, face and neck.
SHAPE, SPACING = (112, 136, 140), (1.8, 1.8, 1.8)
_SLICE_SIDE = 256


@dataclass(frozen=True)
class Example:
    """One thing to look at.

    Attributes:
        name: in addresses and words (``md_example_NAME``).
        make: the volume.
        head: what it was drawn from; None: real.
    """

    name: str
    make: Callable[[], Volume]
    head: Callable[[], Head] | None = None


def examples() -> dict[str, Example]:
    """All that can be offered here, by name, in the order of the page."""
    found = [
        Example("t1", lambda: _drawn("T1"), drawn_head),
        Example("t2", lambda: _drawn("T2"), drawn_head),
        Example("ct", lambda: _drawn("CT"), drawn_head),
    ]
    if (path := _packaged("nibabel", "tests/data/example4d.nii.gz")) is not None:
        found.append(Example("partial", lambda: read_volume(path, 0)))
    if (other := _packaged("matplotlib", "mpl-data/sample_data/s1045.ima.gz")) is not None:
        found.append(Example("slice", lambda: read_slice(other)))
    return {example.name: example for example in found}


def _packaged(package: str, name: str) -> Path | None:
    """A file of an installed package, without importing it; None where there is none."""
    spec = importlib.util.find_spec(package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (Path(folder) / name).is_file():
            return Path(folder) / name
    return None


def _drawn(contrast: str) -> Volume:
    return drawn_head().volume(contrast, noise=0.02 if contrast == "CT" else 0.015)


@lru_cache(maxsize=1)
def drawn_head() -> Head:
    """The head of the first screen. Its truth is kept in the cache folder: drawing takes seconds."""
    folder = cache_folder()
    path = None if folder is None else folder / f"drawn-head-{_digest()}.npz"
    if path is not None:
        try:
            with np.load(path) as kept:
                return Head(kept["ids"], Grid(SHAPE, kept["affine"]), SEED)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            pass  # not there yet, or damaged: drawn anew
    head = draw_head(SHAPE, SPACING, seed=SEED)
    if path is not None:
        with contextlib.suppress(InputError), whole_file(path) as partial, open(partial, "wb") as file:
            np.savez_compressed(file, ids=head.ids, affine=head.grid.affine)
    return head


def _digest() -> str:
    """Of the formulas and what is asked of them: another drawing has another name."""
    digest = hashlib.sha256(repr((SHAPE, SPACING, SEED)).encode())
    for path in sorted(Path(phantom.__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def read_slice(path: Path) -> Volume:
    """Matplotlib's one MRI slice: 256 × 256 uint16 without a header, sagittal, face to the left.

    Its voxel size is stated nowhere; 1 mm is taken.
    """
    raw = np.frombuffer(gzip.decompress(path.read_bytes()), "<u2")
    picture = raw.reshape(_SLICE_SIDE, _SLICE_SIDE).astype(np.float32)
    data = picture[::-1, ::-1].T[None]  # rows run down, columns backwards
    affine = np.eye(4)
    affine[:3, 3] = (0, -_SLICE_SIDE / 2, -_SLICE_SIDE / 2)
    return Volume(
        data, Grid((1, _SLICE_SIDE, _SLICE_SIDE), affine), path.name,
        ("The file does not say how large its voxels are; 1 mm was taken.",),
    )  # fmt: skip
