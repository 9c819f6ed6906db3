"""A data folder of small scans, drawn by the tests: bright blobs where labels are."""

from __future__ import annotations

from pathlib import Path

import nibabel as nib
import numpy as np


def blob(shape: tuple[int, ...], centre: tuple[float, ...], radius: float) -> np.ndarray:
    grid = np.meshgrid(*map(np.arange, shape), indexing="ij")
    return sum((g - c) ** 2 for g, c in zip(grid, centre, strict=True)) < radius**2


def save(path: Path, data: np.ndarray, spacing=(1.0, 1.0, 1.0)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    nib.save(nib.Nifti1Image(data, np.diag([*spacing, 1.0])), path)


def make_hippocampi(root: Path, count: int = 10) -> Path:
    """Crops of 16 × 20 × 12 voxels on scales of their own; label 1 is brighter than label 2."""
    rng = np.random.default_rng(0)
    for n in range(1, count + 1):
        shape, scale = (16, 20, 12), 10.0 ** rng.integers(2, 6)
        ids = np.zeros(shape, np.uint8)
        ids[blob(shape, (8, 6, 6), 4)] = 1
        ids[blob(shape, (8, 13, 6), 4)] = 2
        image = scale * (np.array([0.2, 0.9, 0.6])[ids] + 0.05 * rng.normal(size=shape))
        save(root / "hippocampus" / "images" / f"case_{n}.nii.gz", np.abs(image).astype(np.float32))
        save(root / "hippocampus" / "labels" / f"case_{n}.nii.gz", ids)
    return root
