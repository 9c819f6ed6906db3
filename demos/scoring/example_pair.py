"""A street drawn by the program, with Cityscapes' ids, and a prediction of it with the usual mistakes."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from core.labels import get_label_set

WIDTH, HEIGHT = 640, 320
Point = tuple[int, int]


def _id(name: str) -> int:
    return get_label_set("cityscapes").by_name(name).id


def _polygon(canvas: np.ndarray, name: str, *corners: Point) -> None:
    cv2.fillPoly(canvas, [np.array(corners, np.int32)], _id(name))


def _box(canvas: np.ndarray, name: str, left: int, top: int, width: int, height: int) -> None:
    cv2.rectangle(canvas, (left, top), (left + width - 1, top + height - 1), _id(name), -1)


def _disc(canvas: np.ndarray, name: str, x: int, y: int, across: int, down: int | None = None) -> None:
    cv2.ellipse(canvas, (x, y), (across, down or across), 0, 0, 360, _id(name), -1)


def _car(canvas: np.ndarray, name: str, x: int, y: int, size: int) -> None:
    _polygon(
        canvas, name, (x, y), (x + size // 6, y - size // 4), (x + size // 4, y - size // 2),
        (x + 3 * size // 4, y - size // 2), (x + 5 * size // 6, y - size // 4), (x + size, y), (x + size, y + size // 5),
        (x, y + size // 5),
    )  # fmt: skip
    for wheel in (x + size // 5, x + 4 * size // 5):
        _disc(canvas, name, wheel, y + size // 5, size // 9)


def _walker(canvas: np.ndarray, name: str, x: int, y: int, size: int) -> None:
    _disc(canvas, name, x, y - 9 * size // 10, size // 9)
    _disc(canvas, name, x, y - size // 2, size // 6, 3 * size // 10)
    _box(canvas, name, x - size // 8, y - size // 3, size // 10, size // 3)
    _box(canvas, name, x + size // 20, y - size // 3, size // 10, size // 3)


def _street(canvas: np.ndarray, slip: int = 0) -> None:
    """Everything that does not move; ``slip`` px is how far a prediction's borders stray."""
    canvas[:] = _id("sky")
    for left, top, width in ((0, 40, 120), (120, 72, 70), (452, 60, 96), (548, 30, 92)):
        _box(canvas, "building", left, top + slip, width, 160)
    _polygon(canvas, "terrain", (190, 150), (452, 150), (452, 196), (190, 196))
    for x, y, across, down in (
        (212, 128, 34, 40),
        (262, 140, 30, 28),
        (398, 134, 40, 34),
        (446, 120, 26, 50),
    ):
        _disc(canvas, "vegetation", x + slip, y, across + slip // 2, down)
    _box(canvas, "wall", 0, 168, 128, 32)
    _polygon(canvas, "sidewalk", (0, 196), (260, 172), (300, 172), (0, 300))
    _polygon(canvas, "sidewalk", (640, 196), (400, 172), (350, 172), (640, 290))
    _polygon(canvas, "road", (300, 170), (352, 170), (640, 270 + slip), (640, 320), (0, 320), (0, 280 + slip))


@lru_cache(maxsize=1)
def example_pair() -> tuple[np.ndarray, np.ndarray]:
    """(prediction, truth), uint8 (320, 640) of Cityscapes' ids."""
    truth = np.zeros((HEIGHT, WIDTH), np.uint8)
    _street(truth)
    _box(truth, "fence", 452, 164, 120, 26)
    _box(truth, "pole", 156, 40, 6, 170)
    _box(truth, "pole", 520, 70, 6, 130)
    _box(truth, "traffic light", 148, 48, 20, 42)
    _box(truth, "traffic sign", 508, 74, 30, 26)
    _box(truth, "bus", 306, 120, 62, 62)
    _box(truth, "truck", 384, 134, 58, 56)
    _car(truth, "car", 200, 214, 84)
    _car(truth, "car", 448, 230, 120)
    _disc(truth, "bicycle", 104, 262, 17)
    _disc(truth, "bicycle", 138, 262, 17)
    _walker(truth, "rider", 120, 258, 74)
    _walker(truth, "person", 54, 262, 84)
    _walker(truth, "person", 604, 240, 70)
    _box(truth, "ego vehicle", 0, 304, WIDTH, 16)

    guess = np.zeros((HEIGHT, WIDTH), np.uint8)
    _street(guess, slip=4)
    _box(guess, "wall", 452, 166, 60, 24)  # half of the fence
    _box(guess, "fence", 512, 166, 58, 24)
    _box(guess, "pole", 158, 60, 5, 150)  # the other one is missed
    _box(guess, "traffic light", 148, 52, 19, 36)
    _box(guess, "traffic sign", 510, 74, 26, 24)
    _box(guess, "bus", 308, 122, 58, 58)
    _box(guess, "truck", 384, 134, 58, 26)  # its lower half is taken for a car
    _box(guess, "car", 384, 160, 58, 30)
    _car(guess, "car", 203, 215, 80)
    _car(guess, "car", 450, 232, 116)
    _disc(guess, "bicycle", 106, 262, 15)
    _disc(guess, "bicycle", 139, 263, 14)
    _walker(guess, "person", 120, 258, 72)  # the rider, until the saddle
    _box(guess, "rider", 100, 236, 40, 22)
    _walker(guess, "person", 55, 263, 82)
    _walker(guess, "person", 606, 240, 64)
    return guess, truth
