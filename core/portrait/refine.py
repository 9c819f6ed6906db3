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

from core.portrait.soft_edge import Halves, Sampler, SoftEdge, planes, shrink

SURE_OUT, SURE_IN = 0.03, 0.97
"""Alpha below and above which the network is taken at its word: exactly 0 and 1."""

FEATHER = (0.1, 0.6)
"""Cell means of a hard-edged matte between which its outward feather rises from 0 to 1."""


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


def find_edge(
    frame: np.ndarray,
    alpha: np.ndarray,
    quality: str = "photo",
    *,
    frames: Halves | None = None,
    alphas: Halves | None = None,
) -> SoftEdge:
    """`refine`, as a `SoftEdge`; ``frames`` and ``alphas`` are the two pictures' halvings, if at hand."""
    grid = GRIDS[quality]
    height, width = alpha.shape
    reduce = max(1, round(max(height, width) / grid.side))
    size = (max(1, width // reduce), max(1, height // reduce))
    coarse = shrink(alphas or alpha, size)
    if reduce == 1:  # cell means, which a hard edge's feather is made from, need cells of some size
        coarse = cv2.blur(coarse, (3, 3))
    steps = cv2.convertScaleAbs(alpha, alpha=255)
    low, high = round(255 * SURE_OUT), round(255 * SURE_IN)
    solid = cv2.inRange(steps, high, 255)
    soft = cv2.inRange(steps, low, high)
    soft |= _feather_room(steps, coarse)
    soft &= 1
    index = np.flatnonzero(soft.view(bool))
    if len(index) == 0:
        none = np.empty(0, np.float32)
        return SoftEdge(solid, index, none, none)
    given = np.take(alpha.ravel(), index)
    wide = cv2.dilate(cv2.inRange(coarse, SURE_OUT / 4, 1 - (1 - SURE_IN) / 4), np.ones((3, 3), np.uint8))

    x, y, w, h = _grown_box(wide, 2 * grid.reach, size)
    crop = (slice(y, y + h), slice(x, x + w))
    guide = cv2.multiply(shrink(frames or frame, size)[crop], 1 / 255, dtype=cv2.CV_32F)
    models, norms = fit_models(guide, coarse[crop], wide[crop], grid)

    sample = Sampler(index, alpha.shape, size, origin=(x, y))
    ar, ag, ab, offset = sample(models)
    blurry, loud, quality, count = sample(cv2.merge([coarse[crop], *norms]))
    trust = _levels(quality / np.maximum(count, np.float32(1e-6)), 0.5, 0.85)
    r, g, b = planes(np.take(frame.reshape(-1, 3), index, axis=0))
    guided = ((ar * r + ag * g + ab * b) * np.float32(1 / 255) + offset) / np.maximum(loud, np.float32(1e-12))
    guided = _levels(guided, 0.08, 0.92)
    kept = _levels(blurry, 0.2, 0.8)
    refined = kept + trust * (guided - kept)

    sure = _levels(given, SURE_OUT, SURE_IN)
    doubt = _levels(np.minimum(sure, 1 - sure), 0, 0.06)
    values = sure + doubt * (refined - sure)
    # Outside a hard-edged matte: a ramp of the matte's shape alone, whatever the colours.
    outside = given < np.float32(0.5 / 255)
    feather = _levels(blurry, *FEATHER)
    values = np.where(outside, feather, values)
    return SoftEdge(solid, index, values, outside.astype(np.float32)).settled()


def _feather_room(steps: np.ndarray, coarse: np.ndarray) -> np.ndarray:
    """uint8 (H, W), 255 on the pixels outside a hard-edged matte (uint8) that its feather may cover."""
    around = np.ones((3, 3), np.uint8)
    rising = cv2.inRange(cv2.dilate(coarse, around), FEATHER[0], 2.0)
    rising &= cv2.inRange(cv2.erode(coarse, around), 0.0, FEATHER[1])
    room = cv2.resize(rising, (steps.shape[1], steps.shape[0]), interpolation=cv2.INTER_NEAREST)
    room &= cv2.inRange(steps, 0, 0)
    return room


def fit_models(
    guide: np.ndarray, alpha: np.ndarray, wanted: np.ndarray, grid: Grid
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Local linear models alpha ≈ a·RGB + b, by weighted least squares over square windows.

    Args:
        guide: float32 (h, w, 3), RGB 0 to 1.
        alpha: float32 (h, w).
        wanted: uint8 (h, w), nonzero where models are needed.

    Returns:
        Sums over overlapping windows, so that interpolation between cells stays exact: float32 (h, w, 4) of
        (a, b), and three float32 (h, w): what to divide those by, the share of alpha's variance that they
        explain, and what to divide that by.
    """
    window = (2 * grid.reach + 1, 2 * grid.reach + 1)
    sure = np.square(np.square(2 * alpha - 1))
    weight = np.float32(0.01) + np.float32(0.99) * sure
    target = np.clip((alpha - 0.1) / 0.8, 0, 1)
    r, g, b = cv2.split(guide)
    wr, wg, wb, wt = r * weight, g * weight, b * weight, target * weight
    first = cv2.blur(cv2.merge([weight, wr, wg, wb]), window)
    cross = cv2.blur(cv2.merge([wt, wt * r, wt * g, wt * b]), window)
    square = cv2.blur(cv2.merge([wr * r, wr * g, wr * b, wg * g]), window)
    rest = cv2.blur(cv2.merge([wg * b, wb * b, wt * target]), window)

    at = np.flatnonzero(cv2.dilate(wanted, np.ones((5, 5), np.uint8)))
    columns = [
        np.take(part.reshape(-1, part.shape[2]), at, axis=0).T for part in (first, cross, square, rest)
    ]
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

    # Better fits speak louder in the sum.
    loud = share * share + np.float32(1e-3)
    sums = np.zeros((alpha.size, 4), np.float32)
    sums[at] = (np.stack((ar, ag, ab, offset)) * loud).T
    norms = np.zeros((alpha.size, 3), np.float32)
    norms[at] = np.stack((loud, share, np.ones_like(share))).T
    near = (5, 5)
    norm = cv2.blur(norms.reshape(*alpha.shape, 3), near)
    return cv2.blur(sums.reshape(*alpha.shape, 4), near), list(cv2.split(norm))


def _levels(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Stretch low…high to 0…1, clipped."""
    return np.clip((values - np.float32(low)) * np.float32(1 / (high - low)), 0, 1)


def _grown_box(mask: np.ndarray, margin: int, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Bounding box x, y, w, h of ``mask`` and ``margin`` px around, inside ``size`` (width, height)."""
    x, y, w, h = cv2.boundingRect(mask)
    left, top = max(0, x - margin), max(0, y - margin)
    return left, top, min(size[0], x + w + margin) - left, min(size[1], y + h + margin) - top
