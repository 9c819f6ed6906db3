"""``ct-tissues``: body, lungs, fat, soft tissue and bone on CT, by published HU ranges and connected components.

Rules, not a network. The body and the lungs are found on a coarse copy of the scan (about 2.5 mm), where components
are cheap and couch tops thin; every voxel of the scan then gets its tissue by its own HU (see ``hounsfield``).

What the rules do not know: marrow is what its HU say (fat or soft tissue), contrast agent that touches bone is bone,
the airways count as lung for some 15 mm around one, metal's streaks are taken at face value, bone comes out thicker by
about half a voxel all around (its threshold lies far below the middle between bone and muscle), and what is as dense
as tissue and lies against the skin over a wide area (a cushion, a mask's frame) is body.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from core.labels import get_label_set
from core.medical.hounsfield import AIR_BELOW, BONE_SURE, FAT, PURE_AIR_BELOW, SOFT
from core.medical.volume import Volume

LABELS = get_label_set("ct-tissues")
REST, LUNGS, FAT_ID, SOFT_ID, BONE_ID = 1, 2, 3, 4, 5

_COARSE_MM = 2.5
# Couch tops and head rests are thinner than twice this, bodies are not.
_OPEN_MM = 5.0
# A part joined to nothing (a leg, an arm) is body if it has this share of the largest part, and room for a ball
# of this radius, which a couch top or a cushion has not.
_PART_SHARE = 0.03
_PART_RADIUS_MM = 15.0
_LUNG_MIN_ML = 20.0
# Windpipe and throat are narrower than twice this, a lung is wider.
_AIRWAY_MM = 11.0
# The median of a lung; gas in bowels, sinuses and pharynx lies below.
_LUNG_MEDIAN = (-960, -500)
_BONE_MIN_ML = 0.1
_EVERYWHERE = np.ones((3, 3, 3), bool)


@dataclass(frozen=True, eq=False)
class Coarse:
    """A scan averaged over blocks of voxels.

    Attributes:
        hu: float32 (x, y, z) mean HU of each block.
        block: voxels per block along X, Y, Z.
        spacing: mm between blocks.
    """

    hu: np.ndarray
    block: tuple[int, int, int]
    spacing: tuple[float, float, float]

    @property
    def block_ml(self) -> float:
        return float(np.prod(self.spacing)) / 1000


def segment_tissues(volume: Volume, progress: Callable[[float], None] | None = None) -> np.ndarray:
    """Tissues of a CT.

    Args:
        volume: in HU.
        progress: told the share done, 0 to 1; raising in it cancels.

    Returns:
        uint8 (X, Y, Z), ids of the label set ``ct-tissues``; 0 outside the body.
    """
    data = volume.data
    coarse = coarsen(data, volume.spacing)
    body, foreign = find_body(coarse)
    lungs = find_lungs(coarse, body)
    # A block's width around: the fine edge lies somewhere in it.
    near = ndimage.binary_dilation(body, _EVERYWHERE) & ~foreign
    deep = ndimage.binary_erosion(body, _EVERYWHERE, border_value=1)
    near_lungs = ndimage.binary_dilation(lungs, _EVERYWHERE)
    ids = np.empty_like(data, np.uint8)
    bone_blocks = np.zeros(coarse.hu.shape, bool)
    sure_bone = np.zeros(coarse.hu.shape, np.int32)
    bz, planes = coarse.block[2], coarse.hu.shape[2]
    for k in range(planes):
        if progress:
            progress(0.3 + 0.4 * k / planes)
        span = slice(k * bz, min((k + 1) * bz, data.shape[2]))
        hu, out = data[:, :, span], ids[:, :, span]

        def fine(mask: np.ndarray, k: int = k) -> np.ndarray:
            return _enlarge(mask[:, :, k], coarse.block, data.shape)[:, :, None]

        tissue = hu >= AIR_BELOW
        inside = fine(near) & (tissue | fine(deep)) | fine(body) & tissue
        out[...] = inside * np.uint8(REST)
        in_lungs = fine(lungs)
        out[inside & (~tissue & fine(near_lungs) | in_lungs & (hu < FAT[0]))] = LUNGS
        out[inside & (hu >= FAT[0]) & (hu < SOFT[0])] = FAT_ID
        out[inside & (hu >= SOFT[0])] = SOFT_ID
        dense = inside & (hu > SOFT[1])
        bone_blocks[:, :, k] = _count_blocks(dense, coarse.block) > 0
        sure_bone[:, :, k] = _count_blocks(dense & (hu >= BONE_SURE), coarse.block)
    _skin_is_no_fat(ids)
    bones = _bones(bone_blocks, sure_bone, volume.voxel_ml)
    for k in range(planes):
        if progress:
            progress(0.8 + 0.2 * (k + 1) / planes)
        span = slice(k * bz, min((k + 1) * bz, data.shape[2]))
        dense = (data[:, :, span] > SOFT[1]) & (ids[:, :, span] == SOFT_ID)
        ids[:, :, span][dense & _enlarge(bones[:, :, k], coarse.block, data.shape)[:, :, None]] = BONE_ID
    return ids


def coarsen(data: np.ndarray, spacing: tuple[float, float, float]) -> Coarse:
    """Block means at about 2.5 mm; a scan as coarse as that stays as it is. Edge blocks may be partly outside."""
    block = tuple(max(1, min(round(_COARSE_MM / s), n)) for s, n in zip(spacing, data.shape, strict=True))
    bx, by, bz = block
    shape = tuple(-(-n // b) for n, b in zip(data.shape, block, strict=True))
    hu = np.empty(shape, np.float32)
    for k in range(shape[2]):
        plane = data[:, :, k * bz : (k + 1) * bz].mean(axis=2, dtype=np.float32)
        plane = np.pad(plane, ((0, -plane.shape[0] % bx), (0, -plane.shape[1] % by)), mode="edge")
        hu[:, :, k] = plane.reshape(shape[0], bx, shape[1], by).mean(axis=(1, 3))
    return Coarse(hu, (bx, by, bz), (spacing[0] * bx, spacing[1] * by, spacing[2] * bz))


def find_body(coarse: Coarse) -> tuple[np.ndarray, np.ndarray]:
    """The body, and what is as dense but no body (couch, head rest, clothes), both bool (x, y, z).

    An opening cuts thin things off; the largest part and parts of a share of it that are no plates stay; what they
    enclose slice by slice (lungs, gas) is theirs.
    """
    tissue = coarse.hu >= AIR_BELOW
    # A voxel thin along an axis (a single slice, or thick slices) has no thickness there to be opened.
    depth = ndimage.distance_transform_edt(tissue, sampling=coarse.spacing)
    core = depth > _OPEN_MM
    if not core.any():
        core = tissue
    parts, count = ndimage.label(core)
    if not count:
        return core, tissue
    sizes = np.bincount(parts.ravel())[1:]
    radii = ndimage.maximum(depth, parts, np.arange(1, count + 1))
    kept = (sizes >= _PART_SHARE * sizes.max()) & (radii >= _PART_RADIUS_MM)
    kept[np.argmax(sizes * np.minimum(radii, _PART_RADIUS_MM))] = True
    core = np.concatenate(([False], kept))[parts]
    distance = ndimage.distance_transform_edt(~core, sampling=coarse.spacing)
    grown = tissue & (distance <= _OPEN_MM + max(coarse.spacing[:2]))
    solid = _largest_touching(grown, core)
    foreign = tissue & ~solid
    body = solid.copy()
    for k in range(body.shape[2]):
        body[:, :, k] |= _enclosed(solid[:, :, k], coarse.hu[:, :, k])
    return body, foreign & ~body


def find_lungs(coarse: Coarse, body: np.ndarray) -> np.ndarray:
    """bool (x, y, z): wide air spaces within the body that are not as black as gas, vessels filled in."""
    air = body & (coarse.hu < AIR_BELOW)
    depth = ndimage.distance_transform_edt(np.pad(air, 1, mode="edge"), sampling=coarse.spacing)[
        1:-1, 1:-1, 1:-1
    ]
    parts, _ = ndimage.label(depth > _AIRWAY_MM)
    lungs = np.zeros_like(body)
    for number, box in enumerate(ndimage.find_objects(parts), 1):
        part = parts[box] == number
        if _LUNG_MEDIAN[0] < np.median(coarse.hu[box][part]) < _LUNG_MEDIAN[1]:
            lungs[box] |= part
    if lungs.any():
        # Back to the walls, but only a little way up the windpipe.
        lungs = air & (ndimage.distance_transform_edt(~lungs, sampling=coarse.spacing) <= 1.5 * _AIRWAY_MM)
        parts, _ = ndimage.label(lungs)
        keep = np.bincount(parts.ravel()) * coarse.block_ml >= _LUNG_MIN_ML
        keep[0] = False
        lungs = keep[parts]
    if lungs.any():
        ball = _ball(6.0, coarse.spacing)
        margin = [(n // 2,) * 2 for n in ball.shape]
        closed = ndimage.binary_closing(np.pad(lungs, margin), ball)
        lungs = closed[tuple(slice(m[0], -m[0] or None) for m in margin)] & body
    return lungs


def _enclosed(solid: np.ndarray, hu: np.ndarray) -> np.ndarray:
    """Holes of a slice: air that no path joins with the picture's edge, and lungs that the edge cuts."""
    holes, count = ndimage.label(~solid)
    if not count:
        return np.zeros_like(solid)
    rim = np.concatenate((holes[0], holes[-1], holes[:, 0], holes[:, -1]))
    outside = np.zeros(count + 1, bool)
    outside[0] = True
    for number in np.unique(rim[rim > 0]):
        # Where the field of view ends inside the chest, a lung touches the edge; it is lighter than air.
        outside[number] = np.median(hu[holes == number]) < PURE_AIR_BELOW or not solid.any()
    return ~outside[holes]


def _largest_touching(grown: np.ndarray, core: np.ndarray) -> np.ndarray:
    """Parts of ``grown`` that contain a part of ``core``."""
    parts, count = ndimage.label(grown, _EVERYWHERE)
    keep = np.zeros(count + 1, bool)
    keep[np.unique(parts[core])] = True
    keep[0] = False
    return keep[parts]


def _bones(blocks: np.ndarray, sure: np.ndarray, voxel_ml: float) -> np.ndarray:
    """Components of dense blocks that hold enough voxels which are bone beyond doubt; specks are noise."""
    parts, count = ndimage.label(blocks, _EVERYWHERE)
    millilitres = np.bincount(parts.ravel(), sure.ravel(), minlength=count + 1) * voxel_ml
    keep = millilitres >= _BONE_MIN_ML
    keep[0] = False
    return keep[parts]


def _skin_is_no_fat(ids: np.ndarray) -> None:
    """In place: a voxel between air and soft tissue has the HU of fat by mixture; one that touches air is skin."""
    before: np.ndarray | None = None
    for k in range(ids.shape[2]):
        plane = ids[:, :, k].copy()
        air = (plane == 0) | (plane == LUNGS)
        touched = ndimage.binary_dilation(air)
        if before is not None:
            touched |= before
        if k + 1 < ids.shape[2]:
            after = ids[:, :, k + 1]
            touched |= (after == 0) | (after == LUNGS)
        ids[:, :, k][touched & (plane == FAT_ID)] = SOFT_ID
        before = air


def _enlarge(plane: np.ndarray, block: tuple[int, int, int], shape: tuple[int, ...]) -> np.ndarray:
    """A plane of blocks as a plane of voxels."""
    if block[:2] == (1, 1):
        return plane
    return plane.repeat(block[0], axis=0).repeat(block[1], axis=1)[: shape[0], : shape[1]]


def _count_blocks(mask: np.ndarray, block: tuple[int, int, int]) -> np.ndarray:
    """int32 (x, y): how many voxels of each block of a slab are set."""
    plane = mask.sum(axis=2, dtype=np.int32)
    bx, by, _ = block
    plane = np.pad(plane, ((0, -plane.shape[0] % bx), (0, -plane.shape[1] % by)))
    return plane.reshape(plane.shape[0] // bx, bx, plane.shape[1] // by, by).sum(axis=(1, 3), dtype=np.int32)


def _ball(radius: float, spacing: tuple[float, float, float]) -> np.ndarray:
    """bool: blocks within ``radius`` mm of the middle one."""
    axes = [np.arange(-int(radius // s), int(radius // s) + 1) * s for s in spacing]
    x, y, z = np.meshgrid(*axes, indexing="ij")
    return x**2 + y**2 + z**2 <= radius**2 + 1e-6
