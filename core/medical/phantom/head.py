"""Draw a head on any grid: truth and image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import ndimage

from core.errors import InputError
from core.medical.grid import Grid
from core.medical.phantom.anatomy import ID, LABELS, Brain
from core.medical.phantom.person import Person, make_person
from core.medical.phantom.shapes import Waves
from core.medical.phantom.shell import outline, parts
from core.medical.volume import Volume
from core.results import VolumeMask

# What the field of view is centred on, mm: brain, face and the upper neck fit into 200 × 240 × 250.
CENTRE = (0.0, -5.0, -14.0)
_SLAB_POINTS = 400_000

_NUCLEI = ("hippocampus", "amygdala", "thalamus", "caudate", "putamen", "pallidum")
# Brightness by part: MRI on a scale where fat (T1) or water (T2) is near 1000; CT in HU.
_TABLES = {
    "T1": {"background": 0, "grey matter": 520, "white matter": 780, "ventricles": 190, "outer CSF": 200,
           "cerebellar grey matter": 530, "cerebellar white matter": 770, "brain stem": 740, "bone": 70,
           "marrow": 480, "fat": 980, "muscle": 470, "skin": 560, "eye": 210, "inner air": 10, "hippocampus": 540,
           "amygdala": 540, "thalamus": 640, "caudate": 565, "putamen": 600, "pallidum": 700},
    "T2": {"background": 0, "grey matter": 560, "white matter": 400, "ventricles": 1000, "outer CSF": 980,
           "cerebellar grey matter": 540, "cerebellar white matter": 400, "brain stem": 410, "bone": 50,
           "marrow": 380, "fat": 640, "muscle": 240, "skin": 330, "eye": 990, "inner air": 10, "hippocampus": 580,
           "amygdala": 570, "thalamus": 470, "caudate": 520, "putamen": 490, "pallidum": 360},
    "CT": {"background": -1000, "grey matter": 39, "white matter": 29, "ventricles": 6, "outer CSF": 8,
           "cerebellar grey matter": 39, "cerebellar white matter": 30, "brain stem": 31, "bone": 1250,
           "marrow": 420, "fat": -98, "muscle": 55, "skin": 25, "eye": 12, "inner air": -1000, "hippocampus": 38,
           "amygdala": 38, "thalamus": 38, "caudate": 40, "putamen": 40, "pallidum": 41},
}  # fmt: skip
CONTRASTS = tuple(_TABLES)


@dataclass(frozen=True, eq=False)
class Head:
    """A drawn head on a grid.

    Attributes:
        ids: uint8, the truth at each voxel's centre, on the grid's own axes; ids of the set ``drawn-head``.
        grid: where it lies.
        seed: which head.
    """

    ids: np.ndarray
    grid: Grid
    seed: int

    def truth(self) -> VolumeMask:
        """The truth as a mask, which knows its volumes and how to save itself."""
        return VolumeMask(self.ids, self.grid.affine, LABELS)

    def brain_mask(self) -> np.ndarray:
        """bool, on the grid's own axes: cerebrum, cerebellum, brain stem and ventricles."""
        first, last = ID["grey matter"], ID["right pallidum"]
        return (self.ids >= first) & (self.ids <= last) & (self.ids != ID["outer CSF"])

    def image(
        self,
        contrast: str = "T1",
        *,
        noise: float = 0.02,
        bias: float = 0.2,
        blur: float = 0.5,
        seed: int = 0,
    ) -> np.ndarray:
        """What a scanner would make of it.

        Args:
            contrast: ``T1``, ``T2`` or ``CT``.
            noise: standard deviation over the brightest tissue's value (MRI, Rician) or over 300 HU (CT, Gaussian).
            bias: how far a slow shading goes up and down, relative; CT has none.
            blur: the scanner's, standard deviation in voxels: what mixes tissues within a voxel.
            seed: of noise and shading.

        Returns:
            int16 on the grid's own axes; MRI from 0 to about 1000, CT in HU.

        Raises:
            InputError: another contrast.
        """
        if contrast not in _TABLES:
            raise InputError(f"no contrast is called {contrast!r}", f"one of {', '.join(CONTRASTS)}")
        values = _TABLES[contrast]
        table = np.zeros(256, np.float32)
        for name, number in ID.items():
            table[number] = values[name.removeprefix("left ").removeprefix("right ")]
        image = table[self.ids]
        rng = np.random.default_rng((seed, self.seed, len(contrast)))
        body = self.ids > 0
        # Tissue is not paint: a few per cent of slow and of fine unevenness.
        uneven = ndimage.gaussian_filter(rng.standard_normal(image.shape, np.float32), 1.5)
        uneven *= (4.0 if contrast == "CT" else 18.0) / max(float(uneven.std()), 1e-6)
        image += uneven * body
        if blur > 0:
            image = ndimage.gaussian_filter(image, blur)
        if contrast == "CT":
            image += rng.standard_normal(image.shape, np.float32) * np.float32(300 * noise)
            return np.clip(np.rint(image), -1024, 3071).astype(np.int16)
        image *= self._shading(rng, bias)
        # Scanners give the size of a complex number with noise in both parts.
        sigma = np.float32(noise * max(values.values()))
        real = image + sigma * rng.standard_normal(image.shape, np.float32)
        image = np.hypot(real, sigma * rng.standard_normal(image.shape, np.float32))
        return np.clip(np.rint(image), 0, 32000).astype(np.int16)

    def volume(self, contrast: str = "T1", **options: float | int) -> Volume:
        """The image as if read from a file; options of :meth:`image`."""
        data = self.image(contrast, **options)  # type: ignore[arg-type]
        return Volume(self.grid.to_ras(data), self.grid, f"drawn head {self.seed}, {contrast}")

    def save(self, path: str | Path, contrast: str = "T1", **options: float | int) -> Path:
        """Write the image as NIfTI; options of :meth:`image`.

        Raises:
            InputError: another ending than .nii or .nii.gz, another contrast, or an unwritable folder.
        """
        from core.results.volume import save_nifti

        return save_nifti(path, self.image(contrast, **options), self.grid.affine)  # type: ignore[arg-type]

    def _shading(self, rng: np.random.Generator, bias: float) -> np.ndarray:
        """float32 on the grid: 1 − bias … 1 + bias or so, without steps."""
        if bias <= 0:
            return np.ones((1, 1, 1), np.float32)
        waves = Waves(rng, 260.0, 0.2, 8)
        coarse_shape = tuple(min(n, 12) for n in self.grid.shape)
        axes = [np.linspace(0, n - 1, c) for n, c in zip(self.grid.shape, coarse_shape, strict=True)]
        index = np.stack([v.ravel() for v in np.meshgrid(*axes, indexing="ij")])
        points = self.grid.affine[:3, :3] @ index + self.grid.affine[:3, 3:]
        coarse = waves(points.astype(np.float32)).reshape(coarse_shape)
        coarse /= max(float(np.abs(coarse).max()), 1e-6)
        zoom = [n / c for n, c in zip(self.grid.shape, coarse_shape, strict=True)]
        return 1 + np.float32(bias) * ndimage.zoom(coarse, zoom, order=1, mode="nearest", grid_mode=True)


def draw_head(
    shape: Sequence[int] = (128, 128, 128),
    spacing: Sequence[float] = (2.0, 2.0, 2.0),
    *,
    affine: np.ndarray | None = None,
    seed: int = 0,
) -> Head:
    """Draw a head.

    Args:
        shape: voxels along the grid's axes.
        spacing: mm; the grid is then RAS and centred on the head.
        affine: (4, 4) voxel to mm instead: any orientation, oblique or sheared.
        seed: which head.

    >>> head = draw_head((16, 16, 16), (16, 16, 16))
    >>> head.ids.shape, bool(head.brain_mask().any())
    ((16, 16, 16), True)
    """
    size = (int(shape[0]), int(shape[1]), int(shape[2]))
    if affine is None:
        affine = np.diag([*map(float, spacing), 1.0])
        affine[:3, 3] = np.array(CENTRE) - affine[:3, :3] @ ((np.array(size) - 1) / 2)
    grid = Grid(size, np.asarray(affine, float))
    person = make_person(seed)
    ids = np.empty(size, np.uint8)
    # Slab by slab: the formulas need some fifty numbers a point.
    step = max(1, _SLAB_POINTS // (size[1] * size[2]))
    for start in range(0, size[0], step):
        stop = min(start + step, size[0])
        index = np.stack(
            [v.ravel() for v in np.meshgrid(np.arange(start, stop), *map(np.arange, size[1:]), indexing="ij")]
        )
        points = (grid.affine[:3, :3] @ index + grid.affine[:3, 3:]).astype(np.float32)
        ids[start:stop] = _draw(points, person).reshape(stop - start, *size[1:])
    return Head(ids, grid, seed)


def _draw(points: np.ndarray, person: Person) -> np.ndarray:
    """uint8 (N,) at points of the world."""
    ids = np.zeros(points.shape[1], np.uint8)
    # Nothing of a head is further from its middle.
    near = np.flatnonzero((np.abs(points[0]) < 115) & (np.abs(points[1] + 5) < 145) & (points[2] < 115))
    if not len(near):
        return ids
    model = person.to_model(points[:, near])
    cavity = Brain(model, person).cavity()
    skin = outline(model, cavity, person)
    found = np.zeros(len(near), np.uint8)
    inner = np.flatnonzero((cavity < 0) & (skin < 0))
    found[inner] = Brain(model[:, inner], person).parts()
    outer = np.flatnonzero((cavity >= 0) & (skin < 0))
    found[outer] = parts(model[:, outer], cavity[outer], skin[outer], person)
    ids[near] = found
    return ids
