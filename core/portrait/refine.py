"""The network's matte, made at a few hundred pixels, brought to the edges of the frame itself.

A guided filter (He, Sun, Tang 2010; fast form 2015) with two changes. The linear models alpha ≈ a·RGB + b
are fitted by *weighted* least squares: pixels where the network is sure count fully, its blurry edge
hardly, so a model tells the sure person's colours from the sure background's instead of copying the blur.
And where colours do not explain the matte (the same cloth on both sides) the network's own edge is kept.
"""

from __future__ import annotations

import cv2
import numpy as np

from core.portrait.local_models import Grid, fit_models, levels
from core.portrait.soft_edge import Halves, Sampler, SoftEdge, planes, shrink

SURE_OUT, SURE_IN = 0.03, 0.97
"""Alpha below and above which the network is taken at its word: exactly 0 and 1."""

LIVE_SHARE = 0.06
"""Of a live frame, at most about this much may be soft edge: its cost grows with every pixel."""

FEATHER = (0.1, 0.6)
"""Cell means of a hard-edged matte between which its outward feather rises from 0 to 1."""

# Finest first. Where a photo's soft edge is wide (hair), small windows see nothing sure: wider ones decide.
GRIDS = {
    "live": (Grid(160, 3, 4e-4),),
    "photo": (Grid(1000, 10, 4e-4), Grid(320, 12, 4e-4), Grid(160, 14, 4e-4)),
}

_SIDES = {"live": 320, "photo": 1000}
"""Longer side, about, of the grid that the network's own edge is smoothed on."""


def refine(frame: np.ndarray, alpha: np.ndarray, quality: str = "photo") -> np.ndarray:
    """Sharpen ``alpha`` along the frame's edges.

    Where alpha is sure (below 0.03 or above 0.97) it becomes exactly 0 or 1 and nothing else happens, so an
    empty matte stays empty, and no haze rises from a textured background. A matte that is hard-edged
    already gains a soft border of a few px, outward.

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
    frames, alphas = frames or Halves(frame), alphas or Halves(alpha)
    grids = GRIDS[quality]
    cells = _cells(alphas, _SIDES[quality])
    steps = cv2.convertScaleAbs(alpha, alpha=255)
    low = round(255 * SURE_OUT)
    soft = cv2.inRange(steps, low, 255 - low)
    if _is_hard(soft, cells):
        soft |= _feather_room(steps, cells)
    elif quality == "live" and (narrower := _affordable(steps, low)) > low:
        low = narrower
        soft = cv2.inRange(steps, low, 255 - low)
    solid = cv2.inRange(steps, 255 - low, 255)
    soft &= 1
    index = np.flatnonzero(soft.view(bool))
    given = np.take(alpha.ravel(), index)
    if len(index) == 0:
        return SoftEdge(solid, index, given, given)

    colours = planes(np.take(frame.reshape(-1, 3), index, axis=0))
    sample = Sampler(index, alpha.shape, cells.shape[::-1])
    blurry = sample(cells[..., None])[0]
    refined = levels(blurry, 0.2, 0.8)
    for grid in reversed(grids):
        guided, trust = _guided(frames, _cells(alphas, grid.side), index, colours, grid)
        refined += trust * (guided - refined)

    sure = np.rint(given)
    doubt = levels(np.minimum(given, 1 - given), low / 255, min(2 * low, 127.5) / 255)
    values = sure + doubt * (refined - sure)
    # Outside a hard-edged matte: a ramp of the matte's shape alone, whatever the colours.
    outside = given < np.float32(0.5 / 255)
    values = np.where(outside, levels(blurry, *FEATHER), values)
    return SoftEdge(solid, index, values, outside.astype(np.float32)).settled()


def _cells(alphas: Halves, side: int) -> np.ndarray:
    """float32 (h, w): means of the matte over the cells of a grid of longer side ``side``, about."""
    height, width = alphas.full.shape
    reduce = max(1, round(max(height, width) / side))
    cells = shrink(alphas, (max(1, width // reduce), max(1, height // reduce)))
    # A hard edge's feather is made from these means, which needs cells of some size.
    return cv2.blur(cells, (3, 3)) if reduce == 1 else cells


def _guided(
    frames: Halves, cells: np.ndarray, index: np.ndarray, colours: np.ndarray, grid: Grid
) -> tuple[np.ndarray, np.ndarray]:
    """The alpha (N,) that the colours (3, N) at ``index`` speak for, and how far to trust it (N,)."""
    size = cells.shape[::-1]
    wide = cv2.inRange(cells, SURE_OUT / 4, 1 - (1 - SURE_IN) / 4)
    wide = cv2.dilate(wide, np.ones((3, 3), np.uint8))
    x, y, w, h = _grown_box(wide, 2 * grid.reach, size)
    crop = (slice(y, y + h), slice(x, x + w))
    guide = cv2.multiply(shrink(frames, size)[crop], 1 / 255, dtype=cv2.CV_32F).reshape(h, w, 3)
    models, norms = fit_models(guide, cells[crop], wide[crop], grid)
    sample = Sampler(index, frames.full.shape, size, origin=(x, y))
    ar, ag, ab, offset = sample(models)
    loud, share, count = sample(norms)
    r, g, b = colours
    guided = (ar * r + ag * g + ab * b) * np.float32(1 / 255) + offset
    guided = levels(guided / np.maximum(loud, np.float32(1e-12)), 0.08, 0.92)
    return guided, levels(share / np.maximum(count, np.float32(1e-6)), 0.5, 0.85)


def _affordable(steps: np.ndarray, low: int) -> int:
    """The step (of 255), from ``low`` to 127, below which alpha is taken as 0, so that a live frame stays in time.

    A network in doubt about half the frame gives a soft edge of half the frame; its middle says where the edge is.
    """
    sparse = np.ascontiguousarray(steps[::4, ::4])
    counts = cv2.calcHist([sparse], [0], None, [256], [0, 256]).ravel()
    inner = counts[:128] + counts[:127:-1]  # by distance from 0 or 255
    within = np.cumsum(inner[::-1])[::-1]  # at least that far from either
    fits = np.flatnonzero(within[low:127] <= LIVE_SHARE * sparse.size)
    return low + int(fits[0]) if len(fits) else 127


def _is_hard(soft: np.ndarray, cells: np.ndarray) -> bool:
    """Whether the soft edge (uint8 (H, W), nonzero) is under about two px wide: a mask, not a matte."""
    crossed = cv2.countNonZero(cv2.inRange(cells, SURE_OUT, SURE_IN))
    return cv2.countNonZero(soft) < 2 * crossed * soft.shape[1] / cells.shape[1]


def _feather_room(steps: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """uint8 (H, W), 255 on the pixels outside a hard-edged matte (uint8) that its feather may cover."""
    around = np.ones((3, 3), np.uint8)
    rising = cv2.inRange(cv2.dilate(cells, around), FEATHER[0], 2.0)
    rising &= cv2.inRange(cv2.erode(cells, around), 0.0, FEATHER[1])
    room = cv2.resize(rising, (steps.shape[1], steps.shape[0]), interpolation=cv2.INTER_NEAREST)
    room &= cv2.inRange(steps, 0, 0)
    return room


def _grown_box(mask: np.ndarray, margin: int, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Bounding box x, y, w, h of ``mask`` and ``margin`` px around, inside ``size`` (width, height)."""
    x, y, w, h = cv2.boundingRect(mask)
    left, top = max(0, x - margin), max(0, y - margin)
    return left, top, min(size[0], x + w + margin) - left, min(size[1], y + h + margin) - top
