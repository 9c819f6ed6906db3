"""The people of a matte: told apart where they stand apart, chosen by pointing at them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

Points = Iterable[tuple[float, float]]
"""x, y relative to the picture's width and height, 0 to 1."""

_SIDE = 480
"""People are told apart on a grid about this long: finer bridges are noise."""

_SPECK = 0.004
"""Parts smaller than this share of the picture are no person of their own: they go with the nearest one."""


@dataclass(frozen=True, eq=False)
class Person:
    """One connected person.

    Attributes:
        box: left, top, right, bottom relative to the picture, 0 to 1.
        centre: x, y of a point well inside the person, relative to the picture; pointing there selects it.
        area_share: area over the picture's area.
        mask: bool (h, w), where the person is nearest, on a grid of about 480 px over the whole picture.
            The masks of all people share out the picture, soft edges included.
    """

    box: tuple[float, float, float, float]
    centre: tuple[float, float]
    area_share: float
    mask: np.ndarray


def find_people(alpha: np.ndarray) -> list[Person]:
    """The separate people of float32 (H, W) ``alpha``, largest first; an empty matte has none.

    A person is a connected part of alpha > 0.5, thin bridges opened. Parts under 0.4 % of the picture count
    as belongings of the nearest larger part, or, when there is no larger part, as nobody.
    """
    owners, core = label_people(alpha)
    height, width = core.shape
    people = []
    for label in range(1, int(core.max(initial=0)) + 1):
        part = (core == label).astype(np.uint8)
        x, y, w, h = cv2.boundingRect(part)
        # The point deepest inside: unlike a centroid it cannot fall between an arm and the body.
        depth = cv2.distanceTransform(
            cv2.copyMakeBorder(part, 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.DIST_L2, 3
        )
        _, _, _, (deep_x, deep_y) = cv2.minMaxLoc(depth)
        people.append(
            Person(
                box=(x / width, y / height, (x + w) / width, (y + h) / height),
                centre=((deep_x - 0.5) / width, (deep_y - 0.5) / height),
                area_share=float(part.mean()),
                mask=owners == label,
            )
        )
    return people


def keep_people(alpha: np.ndarray, points: Points | None) -> np.ndarray:
    """``alpha`` with only the people that ``points`` touch; the nearer of two owns the edge between them.

    Args:
        alpha: float32 (H, W).
        points: None keeps everybody. A point on nobody keeps nobody.

    Returns:
        float32 (H, W), 0 where the person is not kept, ``alpha`` elsewhere.
    """
    if points is None:
        return alpha
    return alpha * ownership(alpha, points)


def ownership(alpha: np.ndarray, points: Points) -> np.ndarray:
    """uint8 (H, W): 1 where the nearest person is touched by one of ``points``, else 0."""
    owners, core = label_people(alpha)
    share = np.isin(owners, list(people_at(owners, core, points))).astype(np.uint8)
    return cv2.resize(share, (alpha.shape[1], alpha.shape[0]), interpolation=cv2.INTER_NEAREST)


def people_at(owners: np.ndarray, core: np.ndarray, points: Points) -> set[int]:
    """Labels of the people, of the two grids of `label_people`, that ``points`` touch."""
    height, width = core.shape
    # A finger is not a pixel: a point just beside a person still means that person.
    reach = max(1, round(0.01 * max(height, width)))
    touched = set()
    for x, y in points:
        column, row = min(width - 1, int(x * width)), min(height - 1, int(y * height))
        if core[row, column]:
            touched.add(int(core[row, column]))
        else:
            window = core[max(0, row - reach) : row + reach + 1, max(0, column - reach) : column + reach + 1]
            nearest = owners[row, column]
            if nearest and (window == nearest).any():
                touched.add(int(nearest))
    return touched


def label_people(alpha: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two int32 grids: every cell's nearest person (1 = largest), and the people alone (0 = nobody)."""
    scale = min(1.0, _SIDE / max(alpha.shape))
    size = (max(1, round(alpha.shape[1] * scale)), max(1, round(alpha.shape[0] * scale)))
    solid = (cv2.resize(alpha, size, interpolation=cv2.INTER_AREA) > 0.5).astype(np.uint8)
    opened = cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, parts, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=4)
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    ranked = [i for i in np.argsort(-areas, kind="stable") if i and areas[i] >= _SPECK * solid.size]
    if not ranked:
        nobody = np.zeros(solid.shape, np.int32)
        return nobody, nobody
    rank = np.zeros(count, np.int32)
    rank[ranked] = np.arange(1, len(ranked) + 1)
    core = rank[parts]
    return spread(core, core > 0), core


def spread(values: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """(h, w): everywhere the value (of ``values``, (h, w)) of the nearest of ``cells``, bool (h, w), of which there is one."""
    _, nearest = cv2.distanceTransformWithLabels(
        (~cells).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    value_of = np.zeros(int(nearest.max()) + 1, values.dtype)
    value_of[nearest[cells]] = values[cells]
    return value_of[nearest]
