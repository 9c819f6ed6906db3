"""The person's own colours along the soft edge, freed from the old background.

A pixel of the edge shows I = α F + (1 − α) B. Laid over a new background with I in place of F, it carries a
rim of the old one along. F and B are first continued smoothly from where the matte is sure (a pyramid of
weighted means, in the spirit of Germer et al. 2020, "Fast Multi-Level Foreground Estimation"), then
corrected per pixel at full resolution so that they explain I (as in Forte 2021, "Approximate Fast
Foreground Colour Estimation").
"""

from __future__ import annotations

import cv2
import numpy as np

from core.portrait.blur import fill_from_afar
from core.portrait.soft_edge import Halves, Sampler, SoftEdge, shrink

_SIDES = {"live": 160, "photo": 1000}
_REACHES = {"live": 1, "photo": 2}


def edge_colours(
    frame: np.ndarray, edge: SoftEdge, quality: str = "photo", *, frames: Halves | None = None
) -> np.ndarray:
    """Foreground colours of the soft edge's pixels.

    Args:
        frame: uint8 (H, W, 3) RGB.
        edge: the refined matte of ``frame``, N soft pixels.
        quality: ``"photo"`` or ``"live"``: how fine the grid is on which colours are continued.
        frames: ``frame``'s halvings, if at hand.

    Returns:
        float32 (3, N), sRGB code values 0 to 255. In the outward feather it is the pixel's own colour.
    """
    height, width = edge.solid.shape
    observed = edge.at(frame)
    if len(edge.index) == 0:
        return observed
    reduce = max(1, round(max(height, width) / _SIDES[quality]))
    size = (max(1, width // reduce), max(1, height // reduce))
    small, share = shrink(frames or frame, size), shrink(edge.bytes(), size)
    crop, origin = _around_edge(share, margin=24)
    near, behind = _continue_colours(small[crop], share[crop], _REACHES[quality])

    sample = Sampler(edge.index, edge.solid.shape, size, origin)
    near, behind = sample(near), sample(behind)
    alpha = edge.alpha
    rest = 1 - alpha
    missing = observed - alpha * near - rest * behind
    # The smallest change of F and B that explains I; F's part of it fades where little of F is seen, for
    # there an error of alpha would paint the old background into F.
    belief = alpha * np.clip(alpha * 2 - np.float32(0.4), 0, 1)
    colours = np.clip(near + missing * (belief / (alpha * alpha + rest * rest)), 0, 255)
    return colours + edge.own * (observed - colours)


def _around_edge(share: np.ndarray, margin: int) -> tuple[tuple[slice, slice], tuple[int, int]]:
    """The part of the grid with the soft edge and a margin; its slices and its x, y."""
    soft = cv2.inRange(share, 1, 254)
    x, y, w, h = cv2.boundingRect(soft)
    left, top = max(0, x - margin), max(0, y - margin)
    return (slice(top, y + h + margin), slice(left, x + w + margin)), (left, top)


def _continue_colours(picture: np.ndarray, share: np.ndarray, reach: int) -> tuple[np.ndarray, np.ndarray]:
    """Both sides' colours everywhere, float32 (h, w, 3), from where ``share`` (uint8) is sure."""
    colours = cv2.split(picture.astype(np.float32))
    alpha = share.astype(np.float32) * np.float32(1 / 255)
    fields = []
    for own in (alpha, 1 - alpha):
        # Sure pixels only: a trace of the other side here would spread along the whole edge.
        own = cv2.erode(own, np.ones((3, 3), np.uint8))
        weight = np.clip(own * 10 - np.float32(9), 0, 1)
        sums = cv2.merge([*(cv2.multiply(c, weight) for c in colours), weight])
        fields.append(fill_from_afar(cv2.blur(sums, (2 * reach + 1, 2 * reach + 1))))
    return fields[0], fields[1]
