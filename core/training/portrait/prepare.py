"""Binary masks become mattes, and cut-outs get their own colours: run once, kept on disk outside git.

Alpha by closed-form matting (Levin, Lischinski & Weiss 2008) in a band along the outline, solved for the
band's unknowns only; foreground colours by Germer et al. (2020), both through PyMatting.
"""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import cv2
import numpy as np

from core.training.portrait.data import FINE_SOURCES, Item, list_items, read_item

LONG_SIDE = 400  # pixels; training crops are smaller than that
BAND = 4  # pixels to either side of the outline are unknown


def closed_form_band(image: np.ndarray, mask: np.ndarray, band: int = BAND) -> np.ndarray:
    """Alpha, float32 (H, W), equal to the mask outside a band of ±``band`` px along its outline.

    Args:
        image: uint8 RGB (H, W, 3).
        mask: uint8 (H, W), over 127 is foreground.
    """
    from pymatting.laplacian.cf_laplacian import cf_laplacian
    from scipy.sparse.linalg import cg

    foreground = (mask > 127).astype(np.uint8)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * band + 1, 2 * band + 1))
    # Outside the frame nobody knows: a person cut by the border has no outline there.
    inside = cv2.erode(foreground, disc, borderValue=1)
    outside = cv2.dilate(foreground, disc, borderValue=0) == 0
    known = (inside == 1) | outside
    alpha = foreground.astype(np.float64)
    unknown = np.flatnonzero(~known)
    if not len(unknown):
        return alpha.astype(np.float32)
    # The mask is a weak prior inside the band, so that the answer stays near the human's outline.
    laplacian = cf_laplacian(image / 255.0, epsilon=1e-6, radius=1, is_known=known)
    rows = laplacian.tocsr()[unknown]
    flat = alpha.ravel().copy()
    prior = 0.02
    distance = cv2.distanceTransform(foreground, cv2.DIST_L2, 3) + cv2.distanceTransform(
        1 - foreground, cv2.DIST_L2, 3
    )
    weight = prior * (distance.ravel()[unknown] / band) ** 2
    fixed = flat.copy()
    fixed[unknown] = 0
    matrix = rows[:, unknown]
    matrix.setdiag(matrix.diagonal() + weight)
    right = weight * flat[unknown] - rows @ fixed
    solution, _ = cg(matrix, right, x0=flat[unknown], rtol=1e-3, maxiter=200)
    flat[unknown] = np.clip(solution, 0, 1)
    return flat.reshape(alpha.shape).astype(np.float32)


def prepare_item(item: Item, folder: Path) -> None:
    """Write ``SOURCE-STEM.npz`` of uint8 ``image``, ``alpha`` and ``foreground``, long side 400 px."""
    target = folder / f"{item.source}-{item.image.stem}.npz"
    if target.exists():
        return
    from pymatting import estimate_foreground_ml

    image, mask = read_item(item)
    scale = min(1.0, LONG_SIDE / max(mask.shape))
    size = (round(mask.shape[1] * scale), round(mask.shape[0] * scale))
    image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    mask = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
    alpha = closed_form_band(image, mask)
    foreground = estimate_foreground_ml(image / 255.0, alpha.astype(np.float64))
    temporary = target.with_suffix(".part.npz")
    np.savez(
        temporary,
        image=image,
        alpha=np.rint(alpha * 255).astype(np.uint8),
        foreground=np.rint(np.clip(foreground, 0, 1) * 255).astype(np.uint8),
    )
    os.replace(temporary, target)


def prepare(data: Path, folder: Path, processes: int = 2) -> None:
    """Prepare every training picture of the sources with exact outlines. Goes on where it stopped."""
    folder.mkdir(parents=True, exist_ok=True)
    items = [i for i in list_items(data, FINE_SOURCES) if i.trains]
    with multiprocessing.get_context("spawn").Pool(
        processes, initializer=cv2.setNumThreads, initargs=(1,)
    ) as pool:
        pool.starmap(prepare_item, [(i, folder) for i in items], chunksize=8)
