"""The network's matte, made at a few hundred pixels, brought to the edges of the frame itself.

A guided filter (He, Sun, Tang 2010; fast form 2015) with two changes. The linear models alpha ≈ a·RGB + b are fitted by
*weighted* least squares: pixels where the network is sure count fully, its blurry edge hardly, so a model tells
the sure person's colours from the sure background's instead of copying the blur. And where colours do not explain
the matte (the same cloth on both sides) the network's own edge is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from core.portrait.soft_edge import Sampler, SoftEdge

SURE_OUT, SURE_IN = 0.03, 0.97
"""Alpha below and above which the network is taken at its word: exactly 0 and 1."""


@dataclass(frozen=True)
class Grid:
    """How finely the models are fitted.

    Attributes:
        side: longer side of the fitting grid, px (about; the frame is reduced by a whole number).
        reach: half the side of a model's window, px of the grid.
        noise: variance of colour (0…1 scale) below which it explains nothing.
    """

    side: int
    reach: int
    noise: float


GRIDS = {"live": Grid(320, 5, 2e-4), "photo": Grid(1000, 10, 1e-4)}


def refine(frame: np.ndarray, alpha: np.ndarray, quality: str = "photo") -> np.ndarray:
    """Sharpen ``alpha`` along the frame's edges.

    Where alpha is sure (below 0.03 or above 0.97) it becomes exactly 0 or 1 and nothing else happens, so an empty
    matte stays empty, and no haze rises from a textured background. A matte that is hard-edged already gains a
    soft border of a few px, outward.

    Args:
        frame: uint8 (H, W, 3) RGB.
        alpha: float32 (H, W), 0 to 1.
        quality: ``"photo"`` or ``"live"``.

    Returns:
        float32 (H, W), 0 to 1.
    """
    return find_edge(frame, alpha, quality).dense()


def find_edge(frame: np.ndarray, alpha: np.ndarray, quality: str = "photo") -> SoftEdge:
    """`refine`, as a `SoftEdge`."""
    grid = GRIDS[quality]
    height, width = alpha.shape
    reduce = max(1, round(max(height, width) / grid.side))
    size = (max(1, width // reduce), max(1, height // reduce))
    coarse = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)
    # Compared with the true bounds a little inside: a cell mean hides a stray pixel otherwise.
    soft = cv2.inRange(coarse, SURE_OUT / 4, 1 - (1 - SURE_IN) / 4)
    wide = cv2.dilate(soft, np.ones((3, 3), np.uint8))
    # Upright bilinear interpolation of 0/255 leaves 0 and 255 where whole neighbourhoods agree.
    solid = cv2.resize(cv2.compare(coarse, 0.5, cv2.CMP_GT), (width, height), interpolation=cv2.INTER_NEAREST)
    if not soft.any():
        none = np.empty(0, np.float32)
        return SoftEdge(solid, np.empty(0, np.intp), none, none)
    index = np.flatnonzero(cv2.resize(wide, (width, height), interpolation=cv2.INTER_NEAREST))
    given = np.take(alpha.ravel(), index)

    x, y, w, h = _grown_box(wide, 2 * grid.reach, size)
    crop = (slice(y, y + h), slice(x, x + w))
    guide = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)[crop].astype(np.float32) / 255
    models, explained = fit_models(guide, coarse[crop], wide[crop], grid)

    sample = Sampler(index, alpha.shape, size, origin=(x, y))
    model = sample(models)
    hint = sample(np.dstack((coarse[crop], explained)))
    blurry, trust = hint[:, 0], hint[:, 1]
    colours = np.take(frame.reshape(-1, 3), index, axis=0).astype(np.float32)
    guided = np.einsum("nc,nc->n", colours, model[:, :3]) * np.float32(1 / 255) + model[:, 3]
    guided = _levels(guided, 0.08, 0.92)
    kept = _levels(blurry, 0.2, 0.8)
    refined = kept + trust * (guided - kept)

    sure = _levels(given, SURE_OUT, SURE_IN)
    doubt = _levels(np.minimum(sure, 1 - sure), 0, 0.06)
    values = sure + doubt * (refined - sure)
    # Outside a hard-edged matte: a ramp of the matte's shape alone, whatever the colours.
    outside = given <= 0
    feather = _levels(blurry, 0.1, 0.6)
    values = np.where(outside, feather, values)
    return SoftEdge(solid, index, values, outside.astype(np.float32))


def fit_models(
    guide: np.ndarray, alpha: np.ndarray, wanted: np.ndarray, grid: Grid
) -> tuple[np.ndarray, np.ndarray]:
    """Local linear models alpha ≈ a·RGB + b, by weighted least squares over square windows.

    Args:
        guide: float32 (h, w, 3), RGB 0 to 1.
        alpha: float32 (h, w).
        wanted: uint8 (h, w), nonzero where models are needed.

    Returns:
        float32 (h, w, 4) of (a, b), averaged over overlapping windows; float32 (h, w), how far to trust them, 0 to 1.
    """
    window = (2 * grid.reach + 1, 2 * grid.reach + 1)
    sure = np.abs(2 * alpha - 1)
    weight = 0.01 + 0.99 * sure**4
    target = np.clip((alpha - 0.1) / 0.8, 0, 1)
    r, g, b = cv2.split(guide)
    wr, wg, wb, wt = r * weight, g * weight, b * weight, target * weight
    first = cv2.blur(cv2.merge([weight, wr, wg, wb]), window)
    cross = cv2.blur(cv2.merge([wt, wt * r, wt * g, wt * b]), window)
    square = cv2.blur(cv2.merge([wr * r, wr * g, wr * b, wg * g]), window)
    rest = cv2.blur(cv2.merge([wg * b, wb * b, wt * target]), window)

    at = np.flatnonzero(cv2.dilate(wanted, np.ones((5, 5), np.uint8)))
    columns = [np.take(part.reshape(-1, part.shape[2]), at, axis=0).T for part in (first, cross, square, rest)]
    w = 1 / columns[0][0]
    mr, mg, mb = columns[0][1:] * w
    mt = columns[1][0] * w
    tr, tg, tb = columns[1][1:] * w - mt * np.stack((mr, mg, mb))
    eps = grid.noise
    rr, rg, rb = columns[2][0] * w - mr * mr + eps, columns[2][1] * w - mr * mg, columns[2][2] * w - mr * mb
    gg, gb = columns[2][3] * w - mg * mg + eps, columns[3][0] * w - mg * mb
    bb = columns[3][1] * w - mb * mb + eps
    spread = columns[3][2] * w - mt * mt

    # Symmetric 3×3 systems by cofactors: one pass over arrays instead of a solver call each.
    crr, crg, crb = gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg
    cgg, cgb, cbb = rr * bb - rb * rb, rg * rb - rr * gb, rr * gg - rg * rg
    det = 1 / np.maximum(rr * crr + rg * crg + rb * crb, 1e-20)
    ar = (crr * tr + crg * tg + crb * tb) * det
    ag = (crg * tr + cgg * tg + cgb * tb) * det
    ab = (crb * tr + cgb * tg + cbb * tb) * det
    offset = mt - ar * mr - ag * mg - ab * mb
    share = np.clip((ar * tr + ag * tg + ab * tb) / np.maximum(spread, 1e-6), 0, 1)
    share *= np.clip(spread / 0.02, 0, 1)

    field = np.zeros((alpha.size, 4), np.float32)
    field[at] = np.stack((ar, ag, ab, offset), axis=1)
    quality = np.zeros((alpha.size, 2), np.float32)
    quality[at] = np.stack((share, np.ones_like(share)), axis=1)
    # Better fits speak louder in the average.
    loud = quality[:, :1] ** 2 + np.float32(1e-3) * quality[:, 1:]
    small = (5, 5)
    mean = cv2.blur((field * loud).reshape(*alpha.shape, 4), small)
    norm = cv2.blur(np.hstack((loud, quality)).reshape(*alpha.shape, 3), small)
    models = mean / np.maximum(norm[..., :1], 1e-12)
    trust = norm[..., 1] / np.maximum(norm[..., 2], 1e-12)
    return models, _levels(trust, 0.5, 0.85)


def _levels(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Stretch low…high to 0…1, clipped."""
    return np.clip((values - np.float32(low)) * np.float32(1 / (high - low)), 0, 1)


def _grown_box(mask: np.ndarray, margin: int, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Bounding box x, y, w, h of ``mask`` and ``margin`` px around, inside ``size`` (width, height)."""
    x, y, w, h = cv2.boundingRect(mask)
    left, top = max(0, x - margin), max(0, y - margin)
    return left, top, min(size[0], x + w + margin) - left, min(size[1], y + h + margin) - top
