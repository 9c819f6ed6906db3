"""What lies around a patient on a CT and is no patient: air, couch, head rest, mask; and a torso that is no head.

Planning scans come with all of it cut away, ordinary ones with all of it there: a network has to have seen both.
Slices are views of :mod:`core.training.medical.views`, axial: rows run to the right, columns to the front.
"""

from __future__ import annotations

import cv2
import numpy as np

AIR = -1000.0


def cut_away(stack: np.ndarray, body: np.ndarray) -> None:
    """In place: float32 HU (C, H, W) outside of ``body``, bool (C, H, W), becomes air."""
    stack[~body] = AIR


def add_surroundings(rng: np.random.Generator, stack: np.ndarray, body: np.ndarray) -> None:
    """In place: air with noise, mostly a couch or head rest behind the body, sometimes a mask around it."""
    width = stack.shape[2]
    free = ~body
    air = free & (stack < -800)
    stack[air] = AIR + np.float32(rng.uniform(0, 25)) * np.abs(
        rng.standard_normal(int(air.sum()), np.float32)
    )
    shown = body.any(axis=0)
    if not shown.any():
        return
    if rng.random() < 0.8:
        couch = _couch(rng, shown)
        for values, where in couch:
            stack[:, where] = np.where(free[:, where], values, stack[:, where])
    if rng.random() < 0.3:
        reach = int(rng.integers(1, 4))
        near = [cv2.dilate(b.view(np.uint8), np.ones((2 * reach + 1,) * 2, np.uint8)) > 0 for b in body]
        nearer = [cv2.dilate(b.view(np.uint8), np.ones((2 * reach - 1,) * 2, np.uint8)) > 0 for b in body]
        shell = np.stack(near) & ~np.stack(nearer) & free
        shell[:, :, : int(rng.integers(0, width // 2))] = False
        stack[shell] = rng.uniform(-850, -200)


def _couch(rng: np.random.Generator, shown: np.ndarray) -> list[tuple[float, np.ndarray]]:
    """(HU, bool (H, W)) of a board's foam and its two skins, straight or hollow, behind the body."""
    height, width = shown.shape
    back = int(np.argmax(shown.any(axis=0)))
    row = np.arange(height, dtype=np.float32)
    middle = float(np.flatnonzero(shown.any(axis=1)).mean())
    hollow = rng.uniform(0, 0.015) if rng.random() < 0.5 else 0.0
    top = back - rng.uniform(-1, 4) + hollow * (row - middle) ** 2
    thick = rng.uniform(1, 12)
    reach = np.abs(row - middle) < rng.uniform(12, height)
    column = np.arange(width, dtype=np.float32)
    below = top[:, None] - column
    inside = (below >= 0) & (below < thick) & reach[:, None]
    skin = inside & ((below < 1) | (below >= thick - 1))
    return [(rng.uniform(-990, -700), inside), (rng.uniform(-700, 200), skin)]


def draw_torso(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    """A slice through a belly or chest, drawn: float32 HU (H, W), and bool (H, W), its body.

    An ellipse of muscle under fat with organs, bowel gas or lungs, ribs and a vertebra. Nothing in it is a parotid.
    """
    hu = np.full((size, size), AIR, np.float32)
    middle = np.array([size / 2, size / 2]) + rng.uniform(-4, 4, 2)
    radii = np.array([rng.uniform(0.36, 0.5), rng.uniform(0.24, 0.34)]) * size

    def ellipse(
        centre: np.ndarray, axes: np.ndarray, value: float, turn: float = 0.0, line: int = -1
    ) -> None:
        # OpenCV's x runs along columns, its y along rows.
        place, half = (round(centre[1]), round(centre[0])), (max(1, round(axes[1])), max(1, round(axes[0])))
        cv2.ellipse(hu, place, half, turn, 0, 360, float(value), line)

    ellipse(middle, radii, rng.uniform(-120, -80))
    body = hu > AIR
    fat = rng.uniform(0.78, 0.95)
    ellipse(middle, radii * fat, rng.uniform(20, 70))
    inner = radii * fat * 0.85
    ellipse(middle, inner, rng.choice([rng.uniform(-110, -60), rng.uniform(10, 60)]))
    if rng.random() < 0.4:
        lung = rng.uniform(-880, -700)
        for side in (-1, 1):
            ellipse(middle + np.array([side * 0.5 * inner[0], 0]), inner * [0.4, 0.7], lung)
    for _ in range(rng.integers(3, 12)):
        place = middle + rng.uniform(-0.65, 0.65, 2) * inner
        value = rng.choice([rng.uniform(20, 160), rng.uniform(-20, 70), -950.0], p=[0.45, 0.4, 0.15])
        ellipse(place, rng.uniform(0.06, 0.4, 2) * inner, value, rng.uniform(0, 180))
    spine = middle - [0, radii[1] * 0.6]
    ellipse(spine, np.array([0.09, 0.07]) * size, rng.uniform(150, 500))
    ellipse(spine - [0, 0.07 * size], np.array([0.03, 0.025]) * size, rng.uniform(10, 50))
    for angle in np.arange(0, 2 * np.pi, rng.uniform(0.35, 0.8)):
        rib = middle + 0.93 * fat * radii * [np.cos(angle), np.sin(angle)]
        ellipse(rib, rng.uniform(0.01, 0.03, 2) * size, rng.uniform(200, 900), rng.uniform(0, 180))
    hu[~body] = AIR
    hu = cv2.GaussianBlur(hu, (0, 0), rng.uniform(0.4, 0.9))
    return hu, body
