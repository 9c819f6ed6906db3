"""Frame and matte in, finished picture out."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np

from core.beside import company
from core.errors import InputError
from core.portrait.blur import blurred_background
from core.portrait.effect import Effect, blur_radius, check_picture
from core.portrait.foreground import edge_colours
from core.portrait.people import ownership
from core.portrait.refine import find_edge
from core.portrait.soft_edge import Halves, SoftEdge

Quality = Literal["photo", "live"]

_PLATE_RADIUS = {"live": 5.5, "photo": 10.0}
_STRIP = 256  # rows treated at a time, so that the whole picture never stands there in floats


def compose(
    frame: np.ndarray,
    alpha: np.ndarray,
    effect: Effect | None = None,
    *,
    quality: Quality = "photo",
    kept: np.ndarray | None = None,
) -> np.ndarray:
    """Refine the matte, free the edge's colours, make the background, put the person before it.

    What lies outside the matte (``alpha == 0``) does not depend on the colours inside it.

    Args:
        frame: uint8 (H, W, 3) RGB.
        alpha: float32 (H, W), 0 to 1, 1 = person, as the network gave it.
        effect: what to make; by default a background blur at f/2.8.
        quality: ``"photo"``, or ``"live"`` for a few milliseconds a frame.
        kept: uint8 (H, W), 1 where the nearest person stays, else 0; None: those at the effect's points.

    Returns:
        uint8 (H, W, 3) RGB; (H, W, 4) straight-alpha RGBA for ``output="cutout"``; (H, W) for ``"matte"``.

    Raises:
        InputError: ``frame`` or ``alpha`` has another shape or dtype.
    """
    effect = effect or Effect()
    frame, alpha = checked(frame, alpha)
    frames, alphas = Halves(frame), Halves(alpha)
    if kept is None and effect.keep is not None:
        kept = ownership(alpha, effect.keep)
    with company.working() as alone:
        behind = None
        if alone and effect.output == "blur" and quality == "live":
            # Small operations, most of them on one core: beside the edge's they cost nearly nothing. A photo's large
            # ones use all cores anyway, as several streams do.
            behind = company.beside(background, frames, alphas, effect, kept, quality=quality)
        edge = find_edge(frame, alpha, quality, frames=frames, alphas=alphas)
        colours = None if effect.output == "matte" else edge_colours(frame, edge, quality, frames=frames)
        picture = behind.result() if behind else None
        return render(
            frames, alphas, edge, effect, quality=quality, colours=colours, kept=kept, picture=picture
        )


def checked(frame: np.ndarray, alpha: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """``frame`` and ``alpha`` as contiguous arrays of the right kind, or `InputError`."""
    check_picture(frame)
    if not isinstance(alpha, np.ndarray) or alpha.dtype.kind != "f" or alpha.shape != frame.shape[:2]:
        got = f"{getattr(alpha, 'dtype', type(alpha).__name__)} {getattr(alpha, 'shape', '')}"
        raise InputError(
            f"alpha: {got}", f"float32 of the frame's shape {frame.shape[:2]}", "resize the matte"
        )
    return np.ascontiguousarray(frame), np.ascontiguousarray(alpha, dtype=np.float32)


def render(
    frames: Halves,
    alphas: Halves,
    edge: SoftEdge,
    effect: Effect,
    *,
    quality: Quality = "photo",
    colours: np.ndarray | None = None,
    kept: np.ndarray | None = None,
    picture: np.ndarray | None = None,
) -> np.ndarray:
    """`compose` after the refinement.

    Args:
        frames: of uint8 (H, W, 3) RGB, contiguous.
        alphas: of float32 (H, W), the matte before refinement: its light is kept out of the background.
        edge: the refined matte.
        effect: what to make.
        quality: as in `compose`.
        colours: float32 (3, N) from `edge_colours`, if at hand.
        kept: as in `compose`.
        picture: from `background`, if at hand; becomes the result.
    """
    frame = frames.full
    if colours is None and effect.output != "matte":
        colours = edge_colours(frame, edge, quality, frames=frames)
    if kept is None and effect.keep is not None:
        kept = ownership(alphas.full, effect.keep)
    if kept is not None:
        edge = edge.times(kept)
    if effect.output == "matte":
        return edge.bytes()
    assert colours is not None
    if effect.output == "cutout":
        return _cut_out(frame, edge, colours)
    if picture is None:
        picture = background(frames, alphas, effect, kept, quality=quality)
    behind = edge.at(picture)
    # Mixed in code values, where the matte's alpha was estimated.
    mixed = behind + edge.alpha * (colours - behind) + np.float32(0.5)
    cv2.copyTo(frame, edge.solid, picture)
    picture.reshape(-1, 3)[edge.index] = mixed.astype(np.uint8).T
    return picture


def background(
    frames: Halves, alphas: Halves, effect: Effect, kept: np.ndarray | None = None, *, quality: Quality
) -> np.ndarray:
    """What stands behind the person: a new uint8 (H, W, 3) picture of the frame's size.

    ``kept``: uint8 (H, W), 1 where the nearest person stays; everybody elsewhere is background (None: all stay).
    """
    height, width = frames.full.shape[:2]
    if effect.output == "color":
        return np.full((height, width, 3), effect.color, np.uint8)
    if effect.output == "image":
        assert effect.image is not None
        return cover(effect.image, height, width)
    radius = blur_radius(effect.f_number, height, width)
    plate = blurred_background(
        frames,
        alphas,
        radius,
        effect.shape,
        kept=kept,
        plate_radius=_PLATE_RADIUS[quality],
        fine=quality == "photo",
    )
    if quality == "live":
        return cv2.resize(np.rint(plate).astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR)
    return _enlarge(plate, height, width)


def cover(picture: np.ndarray, height: int, width: int) -> np.ndarray:
    """A copy of uint8 RGB ``picture``, scaled to cover ``height × width`` and cropped around its middle."""
    rows, cols = picture.shape[:2]
    scale = max(height / rows, width / cols)
    part_rows, part_cols = min(rows, round(height / scale) or 1), min(cols, round(width / scale) or 1)
    top, left = (rows - part_rows) // 2, (cols - part_cols) // 2
    part = picture[top : top + part_rows, left : left + part_cols]
    if part.shape[:2] == (height, width):
        return np.array(part)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(part, (width, height), interpolation=how)


def _enlarge(plate: np.ndarray, height: int, width: int) -> np.ndarray:
    """``plate`` (float codes) at full size, dithered, for rounded smooth gradients show bands."""
    noise = _dither()
    noise = np.tile(noise, (-(-_STRIP // len(noise)), -(-width // noise.shape[1]), 1))[:, :width]
    y_scale = len(plate) / height
    picture = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, _STRIP):
        rows = min(_STRIP, height - top)
        # One affine map for all strips, so no seam between them.
        move = np.array([[plate.shape[1] / width, 0, 0.5 * plate.shape[1] / width - 0.5],
                           [0, y_scale, (top + 0.5) * y_scale - 0.5]])  # fmt: skip
        strip = cv2.warpAffine(
            plate, move, (width, rows), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        cv2.add(strip, noise[:rows], dst=picture[top : top + rows], dtype=cv2.CV_8U)
    return picture


def _dither() -> np.ndarray:
    """float32 (64, 64, 3) noise of ±0.5 code, the same in every run."""
    return (np.random.default_rng(0).random((64, 64, 3), np.float32) - np.float32(0.5)).astype(np.float32)


def _cut_out(frame: np.ndarray, edge: SoftEdge, colours: np.ndarray) -> np.ndarray:
    """Straight-alpha RGBA; colour is 0 where alpha is: nothing of the old background leaks out."""
    matte = edge.bytes()
    picture = np.zeros_like(frame)
    cv2.copyTo(frame, edge.solid, picture)
    picture.reshape(-1, 3)[edge.index] = np.rint(colours * (np.rint(255 * edge.alpha) > 0)).astype(np.uint8).T
    return cv2.merge([*cv2.split(picture), matte])
