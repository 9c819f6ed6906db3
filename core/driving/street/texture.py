"""Bitmaps that surfaces are made of: noise, facades, bricks, leaves. All from a generator, none from files."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from core.driving.street.light import Color, times, vary

FACADE_PX_PER_M = 22


@lru_cache(maxsize=4)
def noise_tile(side: int = 512, seed: int = 5, finest: int = 2) -> np.ndarray:
    """float32 (side, side), about −1 … 1, seamless: octaves from an eighth of the side to ``finest`` px."""
    rng = np.random.default_rng(seed)
    total, weight, cell = np.zeros((side, side), np.float32), 1.0, side // 8
    while cell >= finest:
        grid = rng.normal(0, 1, (side // cell, side // cell)).astype(np.float32)
        wrapped = np.pad(grid, 2, mode="wrap")
        large = cv2.resize(wrapped, None, fx=cell, fy=cell, interpolation=cv2.INTER_CUBIC)
        total += weight * large[2 * cell : 2 * cell + side, 2 * cell : 2 * cell + side]
        weight, cell = weight * 0.75, cell // 2
    return total / total.std() / 2.2


def grain(rng: np.random.Generator, image: np.ndarray, amount: float) -> np.ndarray:
    """Plaster: a uint8 picture with uneven lightness, ``amount`` levels."""
    tile = noise_tile()
    h, w = image.shape[:2]
    y, x = rng.integers(0, 512, 2)
    rows, columns = (np.arange(h) + y) % 512, (np.arange(w) + x) % 512
    change = tile[rows][:, columns] * amount
    return cv2.add(image, cv2.merge([change] * image.shape[2]), dtype=cv2.CV_8U)


def bricks(rng: np.random.Generator, width: int, height: int, color: Color) -> np.ndarray:
    """uint8 (height, width, 3): courses of bricks 22 cm long, mortar between."""
    brick_w, brick_h = 5, 2
    rows, columns = height // brick_h + 1, width // brick_w + 2
    tone = rng.normal(0, 9, (rows, columns)).astype(np.float32)
    wall = np.repeat(np.repeat(tone, brick_h, 0), brick_w, 1)
    wall[::brick_h] += 10
    image = np.clip(wall[:height, :width, None] + np.asarray(color, np.float32), 0, 255)
    return grain(rng, image.astype(np.uint8), 7)


_PLASTER = (
    (214, 204, 184), (196, 178, 150), (226, 220, 206), (188, 160, 128), (206, 186, 142), (172, 168, 162), (198, 150, 122),
    (160, 120, 100), (230, 214, 176), (150, 152, 156), (182, 190, 186), (220, 196, 168),
)  # fmt: skip
_BRICK = ((142, 82, 64), (160, 100, 76), (124, 76, 66), (170, 122, 92))
_SHOP = ((60, 84, 72), (110, 40, 44), (50, 60, 84), (92, 78, 60), (38, 40, 44), (150, 110, 50))


def facade(rng: np.random.Generator, width_m: float, storeys: int, storey_m: float, shop: bool) -> np.ndarray:
    """uint8 (h, w, 3): one house front. Windows in rows, cornices, doors or shop windows at the bottom."""
    s = FACADE_PX_PER_M
    w, h = max(24, int(width_m * s)), int(storeys * storey_m * s)
    if rng.random() < 0.3:
        image = bricks(rng, w, h, vary(rng, _BRICK[rng.integers(len(_BRICK))], 6))
    else:
        image = np.full((h, w, 3), vary(rng, _PLASTER[rng.integers(len(_PLASTER))], 8), np.uint8)
        image = grain(rng, image, 6)
    frame = (235, 232, 226) if rng.random() < 0.65 else vary(rng, (90, 74, 60), 12)
    r, g, b = cv2.mean(image)[:3]
    trim = times((r, g, b), 1.1)
    glass = vary(rng, (52, 62, 74), 8)
    per_m = rng.uniform(0.36, 0.5)
    columns = max(1, round(width_m * per_m))
    step, win_w = w / columns, rng.uniform(0.9, 1.4) * s
    win_w = min(win_w, 0.66 * step)
    win_h = rng.uniform(0.48, 0.62) * storey_m * s
    balconies = rng.random() < 0.25 and storeys > 2
    for storey in range(storeys):
        base = h - storey * storey_m * s  # of this storey, from the top of the bitmap
        if storey == 0 and shop:
            _shop_front(rng, image, base, storey_m * s, columns, step)
            continue
        door = int(rng.integers(columns)) if storey == 0 else -1
        for column in range(columns):
            x0 = int((column + 0.5) * step - win_w / 2)
            bottom = int(base - 0.26 * storey_m * s)
            if column == door:
                _rectangle(image, x0, int(base - 2.3 * s), win_w, 2.3 * s, vary(rng, (88, 62, 46), 14))
                _rectangle(image, x0 + 3, int(base - 2.2 * s), win_w - 6, 0.4 * s, glass)
                continue
            _window(rng, image, x0, bottom - int(win_h), int(win_w), int(win_h), frame, glass)
            if balconies and storey > 0 and column % 2 == 0:
                _balcony(image, x0, base, win_w, s)
        if storey and rng.random() < 0.5:
            _rectangle(image, 0, int(base - 3), w, 4, trim)
    _rectangle(image, 0, 0, w, max(3, 0.35 * s), trim)
    _rectangle(image, 0, int(0.35 * s), w, 2, times(trim, 0.6))
    # Rain and dust darken the foot of a wall.
    foot = np.clip(1 - np.arange(h, 0, -1) / (1.2 * s), 0, 1)[:, None, None] * 0.16
    return (image * (1 - foot)).astype(np.uint8)


def _rectangle(image: np.ndarray, x: float, y: float, w: float, h: float, color: Color) -> None:
    cv2.rectangle(image, (int(x), int(y)), (int(x + w) - 1, int(y + h) - 1), tuple(map(float, color)), -1)


def _window(rng, image, x: int, y: int, w: int, h: int, frame: Color, glass: Color) -> None:
    _rectangle(image, x - 2, y - 2, w + 4, h + 4, frame)
    pane = image[y + 1 : y + h - 1, x + 1 : x + w - 1]
    if not pane.size:
        return
    # Glass mirrors the sky in its upper half, more or less.
    mirror = np.linspace(rng.uniform(0.1, 0.75), 0.0, pane.shape[0])[:, None, None]
    pane[...] = np.asarray(glass) * (1 - mirror) + np.asarray((168, 188, 206)) * mirror
    kind = rng.random()
    if kind < 0.25:  # curtains
        share = max(2, int(w * rng.uniform(0.15, 0.3)))
        pane[:, :share] = pane[:, -share:] = vary(rng, (208, 202, 190), 12)
    elif kind < 0.37:  # a blind
        pane[: int(pane.shape[0] * rng.uniform(0.2, 0.9))] = vary(rng, (196, 190, 176), 10)
    elif kind < 0.4:  # a lamp is on
        pane[...] = vary(rng, (232, 204, 140), 8)
    cv2.line(image, (x + w // 2, y), (x + w // 2, y + h - 1), tuple(map(float, frame)), 1)
    cv2.line(image, (x, y + h // 3), (x + w - 1, y + h // 3), tuple(map(float, frame)), 1)
    _rectangle(image, x - 3, y + h, w + 6, 3, times(frame, 0.92))
    _rectangle(image, x - 2, y + h + 3, w + 4, 2, (70, 66, 62))


def _balcony(image, x: float, base: float, win_w: float, s: int) -> None:
    left, right, top = int(x - 0.35 * s), int(x + win_w + 0.35 * s), int(base - 1.15 * s)
    for bar in range(left, right, 3):
        cv2.line(image, (bar, top), (bar, int(base) - 3), (52, 52, 54), 1)
    cv2.line(image, (left, top), (right, top), (40, 40, 42), 2)
    _rectangle(image, left, base - 4, right - left, 5, (150, 146, 140))


def _shop_front(rng, image, base: float, height: float, columns: int, step: float) -> None:
    """Large panes under a sign board."""
    color = vary(rng, _SHOP[rng.integers(len(_SHOP))], 10)
    _rectangle(image, 0, base - height, image.shape[1], height, color)
    _rectangle(image, 0, base - height, image.shape[1], 0.2 * height, vary(rng, color, 30))
    for column in range(columns):
        x, y, w, h = int(column * step + 4), int(base - 0.76 * height), int(step - 8), int(0.62 * height)
        pane = image[y : y + h, x : x + w]
        if pane.size:
            mirror = np.linspace(0.6, 0.15, pane.shape[0])[:, None, None]
            pane[...] = (
                np.asarray(vary(rng, (66, 64, 60), 18)) * (1 - mirror) + np.asarray((150, 166, 180)) * mirror
            )
            for _ in range(5):  # goods
                gx, gy = rng.integers(0, max(1, w - 6)), rng.integers(h // 3, max(h // 3 + 1, h - 8))
                goods = tuple(map(float, rng.integers(60, 220, 3)))
                cv2.rectangle(pane, (int(gx), int(gy)), (int(gx + w * 0.14), int(gy + h * 0.3)), goods, -1)
    if rng.random() < 0.4:  # an awning
        stripes = vary(rng, _SHOP[rng.integers(len(_SHOP))], 20)
        for i, x in enumerate(range(0, image.shape[1], 9)):
            _rectangle(image, x, base - 0.8 * height, 9, 0.2 * height, stripes if i % 2 else (222, 216, 204))


def foliage(rng: np.random.Generator, side: int, color: Color, slim: float = 1.0) -> np.ndarray:
    """uint8 RGBA (side, side): a crown of leaves, dark below and inside, bright where the light comes from.

    Args:
        slim: 1 is round; below, the crown narrows upwards as a poplar's or a fir's.
    """
    image = np.zeros((side, side, 4), np.uint8)
    count = 260
    height = rng.beta(1.7, 1.5, count)  # 0 below … 1 above
    reach = np.sqrt(np.clip(1 - (2 * height - 0.9) ** 2, 0.03, 1)) if slim >= 1 else 1.05 - height
    across = rng.uniform(-1, 1, count) * reach * min(slim, 1)
    inner = 1 - np.abs(across) / 1.1
    for i in np.argsort(rng.random(count) * 0.6 + height * 0.4):
        radius = int(side * rng.uniform(0.02, 0.058) * (0.7 + 0.6 * inner[i]))
        at = (int(side * (0.5 + 0.42 * across[i])), int(side * (0.93 - 0.86 * height[i])))
        light = 0.55 + 0.5 * height[i] + rng.normal(0, 0.11)
        leaf = np.clip(np.asarray(color) * light + rng.normal(0, 5, 3), 0, 255)
        cv2.circle(image, at, max(2, radius), (*map(float, leaf), 255.0), -1)
    # Leaves: the outline frays and the inside gets grain.
    tile = noise_tile(512, 11)
    y, x = rng.integers(0, 512, 2)
    rows, columns = (np.arange(side) + y) % 512, (np.arange(side) + x) % 512
    push_y, push_x = tile[rows][:, columns] * side * 0.035, tile[columns][:, rows].T * side * 0.035
    grid_y, grid_x = np.mgrid[0:side, 0:side].astype(np.float32)
    image = cv2.remap(
        image, grid_x + push_x.astype(np.float32), grid_y + push_y.astype(np.float32), cv2.INTER_LINEAR
    )
    speckle = rng.normal(0, 1, (side, side)).astype(np.float32)
    speckle = cv2.GaussianBlur(speckle, (0, 0), 1.0) * 60
    image[..., :3] = cv2.add(image[..., :3], cv2.merge([speckle] * 3), dtype=cv2.CV_8U)
    holes = cv2.GaussianBlur(rng.normal(0, 1, (side, side)).astype(np.float32), (0, 0), 2.2) * 4
    image[..., 3][holes > 1.55] = 0
    return image
