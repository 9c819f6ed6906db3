"""A mask's surface as triangles in mm, smooth enough to look at and bounded in number."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage, sparse

from core.labels.label import Color
from core.medical.tasks import Finding
from core.medical.volume import Volume
from core.results.volume import present_ids
from core.transforms.respace import Respace

# Of a file with all its labels: what a phone still turns smoothly.
MAX_TRIANGLES = 300_000
# Of the grid that is marched through: 40 MB a copy, and a second or two of marching.
_MAX_CELLS = 10e6
_SKIN = (214, 178, 154)
# Taubin's pair of factors: the second step undoes the shrinking of the first (SIGGRAPH 1995).
_SMOOTH, _UNSHRINK, _ROUNDS = 0.5, -0.53, 12


@dataclass(frozen=True, eq=False)
class Surface:
    """Triangles.

    Attributes:
        name: the label's.
        color: RGB, 0 to 255.
        opacity: 0 to 1.
        vertices: float32 (N, 3), mm, RAS+.
        faces: int32 (M, 3), counter-clockwise seen from outside.
    """

    name: str
    color: Color
    opacity: float
    vertices: np.ndarray
    faces: np.ndarray

    @property
    def normals(self) -> np.ndarray:
        """float32 (N, 3), outwards, of length 1."""
        a, b, c = (self.vertices[self.faces[:, i]].astype(np.float64) for i in range(3))
        across = np.cross(b - a, c - a)
        total = np.zeros((len(self.vertices), 3))
        for i in range(3):
            for axis in range(3):
                total[:, axis] += np.bincount(self.faces[:, i], across[:, axis], len(total))
        return (total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)).astype(np.float32)


def finding_surfaces(finding: Finding, max_triangles: int = MAX_TRIANGLES) -> list[Surface]:
    """Surfaces of what the task names, or of all its labels; labels without a voxel are left out.

    A category (the body) is translucent, so what is in it shows.
    """
    labels = [label for label in finding.task.labels.labels if label.id > 0]
    wanted = finding.task.surfaces or tuple(label.name for label in labels)
    present = set(present_ids(finding.ids))
    chosen = []
    for name in wanted:
        alone = [label for label in labels if label.name == name]
        members = alone or [label for label in labels if label.category == name]
        ids = [label.id for label in members if label.id in present]
        if ids:
            chosen.append((name, members[0].color if alone else _SKIN, 1.0 if alone else 0.3, ids))
    surfaces = []
    for name, color, opacity, ids in chosen:
        mask = finding.ids == ids[0]
        for number in ids[1:]:  # np.isin takes seven bytes a voxel
            mask |= finding.ids == number
        surface = mask_surface(mask, finding.volume, max_triangles // len(chosen), name, color)
        if surface is not None:
            surfaces.append(replace(surface, opacity=opacity))
    # Translucent ones last: viewers blend in the file's order.
    return sorted(surfaces, key=lambda surface: surface.opacity < 1)


def mask_surface(
    mask: np.ndarray, volume: Volume, max_triangles: int, name: str = "", color: Color = (200, 200, 200)
) -> Surface | None:
    """The surface of a mask.

    Args:
        mask: bool (X, Y, Z), on the volume's canonical grid.
        max_triangles: bound; a coarser copy of the mask is taken until it holds.

    Returns:
        None for an empty mask.
    """
    box = ndimage.find_objects(mask.view(np.uint8))
    if not box or box[0] is None:
        return None
    # Two voxels of air around: the surface closes where the scan ends.
    piece = np.pad(mask[box[0]], 2)
    first = np.array([s.start for s in box[0]], float) - 2
    grid = _first_grid(piece, volume, max_triangles)
    while True:
        index, faces = _march(piece, volume, grid)
        if len(faces) <= max_triangles:
            break
        grid *= max(1.1, (len(faces) / max_triangles) ** 0.5 * 1.03)
    index = _taubin(index, faces)
    affine = volume.affine
    vertices = (index + first) @ affine[:3, :3].T + affine[:3, 3]
    if np.linalg.det(affine[:3, :3]) < 0:
        faces = faces[:, ::-1]
    return Surface(name, color, 1.0, vertices.astype(np.float32), np.ascontiguousarray(faces, np.int32))


def _first_grid(piece: np.ndarray, volume: Volume, max_triangles: int) -> float:
    """mm: the scan's own finest spacing, or what memory and the bound of triangles will need anyhow."""
    x, y, z = volume.spacing
    sides = (y * z, x * z, x * y)
    area = sum(side * np.count_nonzero(np.diff(piece, axis=axis)) for axis, side in enumerate(sides))
    # Steps of voxels have up to 3/2 of the smooth surface's area; a cell of the grid gives two triangles.
    for_triangles = (2 * area / 1.5 / max_triangles) ** 0.5
    for_memory = (piece.size * x * y * z / _MAX_CELLS) ** (1 / 3)
    return max(min(x, y, z), for_triangles * 0.95, for_memory)


def _march(piece: np.ndarray, volume: Volume, grid: float) -> tuple[np.ndarray, np.ndarray]:
    """(vertices in voxel indices of ``piece``, faces) on a grid of ``grid`` mm; empty where nothing is left."""
    from skimage.measure import marching_cubes

    shape = (piece.shape[0], piece.shape[1], piece.shape[2])
    way = Respace(shape, volume.spacing, (grid, grid, grid))
    field = way.forward(piece)
    # Soft enough that steps of a voxel vanish; structures thinner than that keep their crisp field.
    soft = ndimage.gaussian_filter(field, 0.7)
    field = soft if np.count_nonzero(soft > 0.5) > 0.8 * np.count_nonzero(field > 0.5) else field
    # A speck smaller than the grid's cells still has a surface.
    level = min(0.5, 0.5 * float(field.max()))
    field = np.pad(field, 1)
    vertices, faces, _, _ = marching_cubes(field, level, allow_degenerate=False)
    to_own = np.linalg.inv(volume.affine) @ way.affine(volume.affine)
    return (vertices - 1) @ to_own[:3, :3].T + to_own[:3, 3], faces[:, ::-1]


def _taubin(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Smooth without shrinking: a step towards the neighbours' mean, a step back, a few times over."""
    count = len(vertices)
    a, b = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]).T
    joined = sparse.coo_matrix((np.ones(2 * len(a)), (np.r_[a, b], np.r_[b, a])), (count, count)).tocsr()
    joined.data[:] = 1
    degree = np.maximum(np.asarray(joined.sum(axis=1)).ravel(), 1)[:, None]
    for _ in range(_ROUNDS):
        for factor in (_SMOOTH, _UNSHRINK):
            vertices = vertices + factor * (joined @ vertices / degree - vertices)
    return vertices
