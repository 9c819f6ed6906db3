"""Who is on the way: people on the pavements and at crossings, cars that park and drive, two-wheelers."""

from __future__ import annotations

import numpy as np

from core.driving.street.item import Item, Place
from core.driving.street.people import TwoWheeler, Walker
from core.driving.street.road import LANE_M, Road
from core.driving.street.signs import TrafficLight
from core.driving.street.vehicles import Vehicle

_CARS = ("hatchback", "hatchback", "saloon", "estate", "estate", "suv", "suv", "van")
Rng = np.random.Generator


def walkers(rng: Rng, road: Road, side: int, walk: float, busy: float, end: float) -> list[Item]:
    items: list[Item] = []
    for _ in range(rng.poisson(1 + 7 * busy)):
        z = float(rng.uniform(7, 20) if rng.random() < 0.25 else rng.uniform(10, min(end, 70)))
        if road.in_crossing(z, 2):
            continue
        offset = side * (road.half + float(rng.uniform(0.9, max(1.0, walk - 0.5))))
        away = rng.random() < 0.5
        speed = float(rng.uniform(0.9, 1.6)) * (1 if away else -1)
        standing = rng.random() < 0.2
        turn = (0.0 if away else np.pi) + float(rng.normal(0, 0.15))
        place = Place(
            road, offset, z, float(rng.uniform(0, 6.3)) if standing else turn, 0.0 if standing else speed
        )
        items.append(Walker(place, rng, standing))
        if rng.random() < 0.3 and not standing:  # somebody beside
            items.append(Walker(Place(road, offset + 0.6, z + 0.1, turn, speed), rng))
    return items


def parked(rng: Rng, road: Road, side: int, end: float) -> list[Item]:
    items: list[Item] = []
    z = float(rng.uniform(2, 9))
    blocked = [*road.zebras]
    while z < min(end, 120):
        clear = not road.in_crossing(z, 8) and all(abs(z - b - 1.8) > 6.5 for b in blocked)
        if clear and rng.random() < 0.72:
            turn = 0.0 if side > 0 or rng.random() < 0.25 else np.pi
            offset = side * (road.half - 1.15 + float(rng.normal(0, 0.06)))
            items.append(
                Vehicle(
                    Place(road, offset, z, turn + float(rng.normal(0, 0.02))), str(rng.choice(_CARS)), rng
                )
            )
        z += float(rng.uniform(5.4, 7.5))
    return items


def traffic(rng: Rng, style: str, road: Road, busy: float, end: float) -> list[Item]:
    items: list[Item] = []
    lanes = (1, 3) if style == "avenue" and road.half > 2 * LANE_M else (1,)
    for number in lanes:
        offset = number * LANE_M / 2
        z = float(rng.uniform(13, 34))  # the one ahead
        own = float(rng.uniform(6, 10))
        while z < min(end, 120) and rng.random() < 0.35 + 0.6 * busy:
            kind = _kind(rng)
            items.append(
                Vehicle(
                    Place(road, offset + float(rng.normal(0, 0.15)), z, 0.0, own),
                    kind,
                    rng,
                    rng.random() < 0.3,
                )
            )
            z += float(rng.uniform(14, 40))
        z = float(rng.uniform(14, 50))
        while z < end and rng.random() < 0.4 + 0.55 * busy:
            speed = -float(rng.uniform(7, 12))
            kind = "tram" if rng.random() < 0.04 and style != "suburb" and z > 45 else _kind(rng)
            items.append(
                Vehicle(Place(road, -offset + float(rng.normal(0, 0.15)), z, np.pi, speed), kind, rng)
            )
            z += float(rng.uniform(14, 45)) + (14 if kind in ("tram", "bus") else 0)
    for _ in range(rng.poisson(0.4 + 1.3 * busy)):
        way, motor = (1 if rng.random() < 0.65 else -1), rng.random() < 0.35
        z, edge = float(rng.uniform(8, 45)), LANE_M * len(lanes) - 0.55
        speed = float(rng.uniform(6, 9) if motor else rng.uniform(3.5, 5.5)) * way
        items.append(
            TwoWheeler(Place(road, way * edge, z, 0.0 if way > 0 else np.pi, speed), rng, motor=motor)
        )
    return items


def _kind(rng: Rng) -> str:
    chance = rng.random()
    return "truck" if chance < 0.09 else "bus" if chance < 0.16 else str(rng.choice(_CARS))


def at_crossing(rng: Rng, road: Road, busy: float) -> list[Item]:
    items: list[Item] = []
    for z in road.zebras[:1]:
        for _ in range(rng.poisson(0.6 + 2.2 * busy)):
            way = 1 if rng.random() < 0.5 else -1
            offset = float(rng.uniform(-road.half, road.half))
            place = Place(
                road,
                offset,
                z + float(rng.uniform(0.5, 3.1)),
                way * np.pi / 2,
                0.0,
                way * float(rng.uniform(0.9, 1.5)),
            )
            items.append(Walker(place, rng))
    if road.crossing is None:
        return items
    if rng.random() < 0.75:
        shows = int(rng.choice([0, 1, 2], p=[0.4, 0.1, 0.5]))
        line = road.crossing - road.cross_half - 5.4
        arm = rng.random() < 0.4
        items.append(TrafficLight(Place(road, road.half + 0.7, line), rng, arm, shows))
        items.append(TrafficLight(Place(road, -road.half - 0.7, line), rng, False, shows))
    for way in (-1, 1):
        if rng.random() < 0.25 + 0.5 * busy:
            at = road.crossing - way * LANE_M / 2
            offset = -way * float(rng.uniform(7, 24))
            speed = float(rng.uniform(4, 9))
            place = Place(road, offset, at, way * np.pi / 2, 0.0, way * speed)
            items.append(Vehicle(place, _kind(rng), rng))
    return items
