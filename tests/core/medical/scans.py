"""Scans made by the tests: a small CT of a body on a couch, and any array in any of the 48 orientations."""

from __future__ import annotations

import itertools
from pathlib import Path

import nibabel as nib
import numpy as np

ORIENTATIONS = [
    np.array([(axis, flip) for axis, flip in zip(axes, flips, strict=True)])
    for axes in itertools.permutations(range(3))
    for flips in itertools.product((1, -1), repeat=3)
]
# Oblique without shear: two small turns of a grid of 1.5 × 2 × 3 mm.
_TURN = nib.eulerangles.euler2mat(0.1, -0.15, 0.2)
AFFINE = nib.affines.from_matvec(_TURN @ np.diag([1.5, 2, 3]), [-20, -30, 10])


def turned(image: nib.Nifti1Image, orientation: np.ndarray) -> nib.Nifti1Image:
    """The same scan with its voxels stored along other axes."""
    return image.as_reoriented(orientation)


def save(image, path: Path) -> Path:
    nib.save(image, path)
    return path


def values(shape=(6, 7, 8), seed=0) -> np.ndarray:
    return np.random.default_rng(seed).integers(-1000, 2000, shape).astype(np.int16)


def scan(data: np.ndarray | None = None, affine=AFFINE, kind=nib.Nifti1Image):
    image = kind(values() if data is None else data, affine)
    image.set_qform(affine, 1)
    image.set_sform(affine, 1)
    return image


def body_ct(spacing=(4.0, 4.0, 5.0), couch=True, pad=6, seed=0) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """An ellipse of muscle under fat, with two lungs, a gas bubble and a spine, on a couch. RAS, int16 HU.

    Returns:
        HU (X, Y, Z) and the truth by name: bool arrays ``body``, ``lungs``, ``fat``, ``soft tissue``, ``bone``, ``gas``.
    """
    nx, ny, nz = round(360 / spacing[0]), round(280 / spacing[1]), round(200 / spacing[2])
    x, y, z = np.meshgrid(
        *(
            (np.arange(n) + 0.5 - n / 2) * s
            for n, s in zip((nx + 2 * pad, ny + 2 * pad, nz), spacing, strict=True)
        ),
        indexing="ij",
    )

    def ball(cx, cy, cz, rx, ry, rz):
        return ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 + ((z - cz) / rz) ** 2 < 1

    body = (x / 160) ** 2 + (y / 110) ** 2 < 1
    inner = (x / 140) ** 2 + (y / 90) ** 2 < 1
    lungs = ball(-65, 10, 30, 45, 55, 60) | ball(65, 10, 30, 45, 55, 60)
    gas = ball(30, 30, -75, 16, 16, 16)
    bone = ((x / 22) ** 2 + ((y + 70) / 16) ** 2 < 1) & body
    hu = np.full(x.shape, -1000.0)
    hu[body], hu[inner], hu[lungs], hu[gas], hu[bone] = -100, 50, -820, -995, 400
    if couch:
        hu[(np.abs(y + 126) < 5) & (np.abs(x) < 170)] = -150
        hu[(np.abs(y + 134) < 4) & (np.abs(x) < 170)] = 150
    noisy = hu + np.random.default_rng(seed).normal(0, 8, hu.shape)
    truth = {"body": body, "lungs": lungs, "gas": gas, "bone": bone,
             "soft tissue": inner & ~lungs & ~gas & ~bone, "fat": body & ~inner & ~bone}  # fmt: skip
    return np.rint(noisy).astype(np.int16), truth
