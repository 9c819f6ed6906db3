"""Which things stand where: a street is drawn up once from a seed, then seen at any time."""

from __future__ import annotations

import numpy as np

from core.driving.street import traffic
from core.driving.street.furniture import Barrier, Bin, Lamp, Tree, barrier_texture
from core.driving.street.houses import House
from core.driving.street.item import Item, Place
from core.driving.street.light import times, vary
from core.driving.street.people import TwoWheeler
from core.driving.street.road import KERB_M, LANE_M, Road
from core.driving.street.signs import Sign
from core.driving.street.texture import foliage

STYLES = ("city", "suburb", "avenue")
PARKING_M = 2.3
END_M = 190.0
_LEAVES = ((96, 124, 58), (84, 112, 62), (120, 138, 66), (74, 104, 58), (140, 132, 60))
Rng = np.random.Generator


def make_road(rng: Rng, style: str) -> tuple[Road, bool]:
    """A road of that style, and whether cars park along it."""
    lanes = 2 if style == "avenue" and rng.random() < 0.7 else 1  # each way
    parking = style != "avenue" and rng.random() < 0.75
    half = lanes * LANE_M + (PARKING_M if parking else 0.3)
    lines: list[tuple[float, float]] = []
    if lanes == 2:
        lines += [(0.09, 0.0), (-0.09, 0.0), (LANE_M, 3.0), (-LANE_M, 3.0)]
    elif rng.random() < 0.8:
        lines.append((0.0, float(rng.choice([2.0, 3.0]))))
    if parking and rng.random() < 0.5:
        lines += [(LANE_M, 0.0), (-LANE_M, 0.0)]
    crossing = float(rng.uniform(26, 70)) if rng.random() < 0.6 else None
    cross_half = float(rng.uniform(3.5, 6))
    zebras: tuple[float, ...] = ()
    stops: tuple[float, ...] = ()
    if crossing is not None:
        zebras = (crossing - cross_half - 5.0, crossing + cross_half + 1.4)
        stops = (zebras[0] - 1.4,)
    elif rng.random() < 0.35:
        zebras = (float(rng.uniform(14, 50)),)
    patches = tuple(
        (
            float(rng.uniform(-half, half)),
            float(rng.uniform(2, 80)),
            float(rng.uniform(0.5, 1.8)),
            float(rng.uniform(0.8, 9)),
        )
        for _ in range(rng.integers(1, 7))
    )
    walk = {"city": (2.2, 3.8), "suburb": (1.6, 2.4), "avenue": (3.0, 5.0)}[style]
    grey = float(rng.uniform(96, 136))
    asphalt = vary(rng, (grey, grey, grey + 3), 3)
    paving = vary(rng, (158, 152, 146), 10)
    mended = float(rng.uniform(0.78, 0.9))
    colors = (
        asphalt, vary(rng, (176, 174, 168), 6), paving, times(paving, 0.8), vary(rng, (104, 128, 66), 10),
        times(asphalt, mended),
    )  # fmt: skip
    return Road(
        half, tuple(lines), (float(rng.uniform(*walk)), float(rng.uniform(*walk))), crossing, cross_half, zebras, stops, patches,
        float(rng.uniform(-5, 5)) * (rng.random() < 0.6), float(rng.uniform(45, 90)), float(rng.uniform(-1.5, 1.5)), colors,
    ), parking  # fmt: skip


def make_items(rng: Rng, style: str, road: Road, parking: bool, busy: float, end: float) -> list[Item]:
    """All that stands or moves up to ``end`` metres; ``busy`` 0 to 1 is how much of it."""
    crowns = [
        foliage(rng, 220, vary(rng, _LEAVES[rng.integers(len(_LEAVES))], 6), rng.choice([1.0, 1.0, 0.7]))
        for _ in range(3)
    ]
    items: list[Item] = []
    for side in (-1, 1):
        walk = road.walks[0 if side < 0 else 1]
        items += _houses(rng, style, road, side, walk, end, crowns)
        items += _street_side(rng, style, road, side, walk, end, crowns)
        items += traffic.walkers(rng, road, side, walk, busy, end)
        if parking:
            items += traffic.parked(rng, road, side, end)
    return items + traffic.traffic(rng, style, road, busy, end) + traffic.at_crossing(rng, road, busy)


def _houses(
    rng: Rng, style: str, road: Road, side: int, walk: float, end: float, crowns: list[np.ndarray]
) -> list[Item]:
    items: list[Item] = []
    z = float(rng.uniform(-14, -6))
    garden = {"city": 0.0, "suburb": float(rng.uniform(2.5, 5)), "avenue": float(rng.choice([0.0, 3.0]))}[
        style
    ]
    edge = side * (road.half + walk + garden)
    kind = str(rng.choice(["fence", "wall", "hedge"]))
    height = {"fence": 1.2, "wall": 1.1, "hedge": 1.3}[kind] * float(rng.uniform(0.8, 1.25))
    panel = barrier_texture(rng, kind, 4.0, height)
    base = int(rng.integers(3, 6)) if style != "suburb" else 2
    while z < end:
        length = float(rng.uniform(9, 17)) if style != "suburb" else float(rng.uniform(8, 12))
        if road.in_crossing(z, 3.5) or road.in_crossing(z + length, 3.5):
            z = (road.crossing or 0) + road.cross_half + 3.6
        gable = style == "suburb" or rng.random() < 0.4
        storeys = max(1, base + int(rng.integers(-1, 2)))
        shop = style != "suburb" and rng.random() < 0.45
        if style == "suburb" or rng.random() < 0.92:
            back = float(rng.uniform(0, 2)) if style == "suburb" else 0.0
            items.append(House(Place(road, edge + side * back, z), rng, length, storeys, gable, shop))
            gap = float(rng.uniform(3, 8)) if style == "suburb" else 0.0
        else:  # an empty plot: a wall, trees behind it
            items += [Tree(Place(road, edge + side * 4, z + d), rng, crowns) for d in (2.0, 7.0)]
            items += [
                _barrier(rng, road, edge + side * 0.1, z + d, str(rng.choice(["wall", "fence"])), 2.0)
                for d in (0, 4, 8)
            ]
            length, gap = 12.0, 0.0
        z += length + gap
        if gap > 4:
            items.append(Tree(Place(road, edge + side * float(rng.uniform(1, 5)), z - gap / 2), rng, crowns))
    if garden:
        line = side * (road.half + walk + 0.15)
        for at in np.arange(-8.0, min(end, 110), 4.0):
            if not (road.in_crossing(at, 3.2) or road.in_crossing(at + 4, 3.2)) and rng.random() < 0.85:
                items.append(Barrier(Place(road, line, float(at)), kind, 4.0, height, panel))
            if rng.random() < 0.3 and not road.in_crossing(at, 4):
                items.append(Tree(Place(road, line + side * 1.3, float(at)), rng, crowns, bush=True))
    return items


def _barrier(rng: Rng, road: Road, offset: float, z: float, kind: str, height: float) -> Barrier:
    return Barrier(Place(road, offset, z), kind, 4.0, height, barrier_texture(rng, kind, 4.0, height))


def _street_side(
    rng: Rng, style: str, road: Road, side: int, walk: float, end: float, crowns: list[np.ndarray]
) -> list[Item]:
    items: list[Item] = []
    near_kerb = side * (road.half + KERB_M + 0.35)
    spacing = {"city": 24.0, "suburb": 20.0, "avenue": 10.0}[style]
    if rng.random() < {"city": 0.45, "suburb": 0.5, "avenue": 1.0}[style]:
        for z in np.arange(float(rng.uniform(5, 14)), min(end, 130), spacing * float(rng.uniform(0.8, 1.2))):
            if not road.in_crossing(z, 5):
                items.append(Tree(Place(road, near_kerb + side * 0.3, float(z)), rng, crowns))
    for z in np.arange(float(rng.uniform(6, 18)), min(end, 130), 25.0):
        if not road.in_crossing(z, 4) and (side > 0 or rng.random() < 0.5):
            items.append(Lamp(Place(road, near_kerb, float(z) + 2.5), rng))
    for _ in range(int(rng.integers(1, 4)) if side > 0 else int(rng.integers(0, 2))):
        z = float(rng.uniform(9, 60))
        if not road.in_crossing(z, 4):
            items.append(Sign(Place(road, near_kerb + side * 0.1, z), rng))
    for _ in range(int(rng.integers(0, 3))):
        z = float(rng.uniform(8, 60))
        if not road.in_crossing(z, 5):
            items.append(Bin(Place(road, side * (road.half + walk - 0.45), z), rng))
    for _ in range(int(rng.integers(0, 4))):
        z, turn = float(rng.uniform(8, 50)), float(rng.uniform(1.2, 1.9))
        if not road.in_crossing(z, 5):
            place = Place(road, side * (road.half + walk - 1.0), z, turn)
            items.append(TwoWheeler(place, rng, motor=rng.random() < 0.25, rider=False))
    return items
