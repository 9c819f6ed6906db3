"""The ground: carriageway, markings, kerbs, pavements and what lies beside, exact for every pixel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from core.driving.street.canvas import Canvas
from core.driving.street.light import Color
from core.driving.street.texture import noise_tile
from core.labels import get_label_set

_CITY = get_label_set("cityscapes")
ROAD, SIDEWALK, TERRAIN = (_CITY.by_name(n).id for n in ("road", "sidewalk", "terrain"))
KERB_M, LINE_M, LANE_M = 0.18, 0.13, 3.3
_ASPHALT, _KERB, _PAVING, _JOINT, _GRASS, _PATCH = range(6)
_WHITE = (np.float32(226), np.float32(224), np.float32(216))
_LABELS = np.array([ROAD, SIDEWALK, SIDEWALK, SIDEWALK, TERRAIN, ROAD], np.int32)


@dataclass(frozen=True)
class Road:
    """A street along z that may bend, with at most one crossing. All lengths in metres.

    Attributes:
        half: of the carriageway's width.
        lines: (offset from the middle, dash or 0 for a solid line).
        walks: widths of the pavements left and right; beyond them lies grass.
        crossing: z of the middle of a cross street, or None; ``cross_half``: half its width.
        zebras: z where pedestrian crossings begin, each 3.6 m long.
        stops: z of stop lines across the right half.
        patches: mended places: (offset, z, width, length).
        bend, wave, phase: the middle's course: x = bend · sin(z / wave + phase).
        colors: of asphalt, kerb, paving, joints, grass and patches, RGB.
    """

    half: float
    lines: tuple[tuple[float, float], ...]
    walks: tuple[float, float]
    crossing: float | None
    cross_half: float
    zebras: tuple[float, ...]
    stops: tuple[float, ...]
    patches: tuple[tuple[float, float, float, float], ...]
    bend: float
    wave: float
    phase: float
    colors: tuple[Color, ...]

    def middle(self, z):
        """x of the road's middle at z (a number or an array)."""
        return self.bend * (np.sin(z / self.wave + self.phase) - np.sin(self.phase))

    def heading(self, z: float) -> float:
        """Its direction at z, radians to the right of the z axis."""
        return float(np.arctan(self.bend / self.wave * np.cos(z / self.wave + self.phase)))

    def in_crossing(self, z, margin: float = 0.0):
        """Whether z lies within the cross street, ``margin`` metres more on either side."""
        if self.crossing is None:
            return np.zeros(np.shape(z), bool)
        return np.abs(z - self.crossing) < self.cross_half + margin


def paint_ground(canvas: Canvas, road: Road, shadows: Iterable[np.ndarray]) -> None:
    """Everything below the horizon; ``shadows`` are world points (N, 3) of what stands in the light."""
    camera, light = canvas.camera, canvas.light
    first, x, z = camera.ground()
    if first >= camera.height:
        return
    depth = np.maximum(z - camera.position[2], 0.5)
    offset = x - road.middle(z)
    material = _materials(road, offset, z, depth)
    canvas.owners[first:] = _LABELS[material]

    factor = _grain(material, x, z, depth)
    # Wheels polish two tracks in every lane.
    factor *= 1 + 0.035 * np.cos(offset * np.float32(2 * np.pi / 1.75)) * (material == _ASPHALT)
    paint = _markings(road, offset, z, depth, camera.focal, camera.position[1])
    paint *= 0.78 + 0.14 * _sample(noise_tile(), x, z, 40.0)
    kerb = _cover(
        np.abs(np.abs(offset) - np.float32(road.half + KERB_M / 2)), KERB_M / 2, depth / camera.focal
    )
    kerb *= (material != _ASPHALT) & ~road.in_crossing(z)
    shade = _shadow(canvas, shadows)[first:]
    kept = light.kept(depth)
    lit = light.shade((1, 1, 1), (0, 1, 0))
    dark = light.shade((1, 1, 1), (0, -1, 0)) * 0.9
    # Channel by channel: numpy is several times slower over a last axis of three.
    for channel in range(3):
        table = np.zeros(256, np.float32)
        table[: len(road.colors)] = [c[channel] for c in road.colors]
        color = cv2.LUT(material, table) * factor
        color += paint * (_WHITE[channel] - color)
        color += kerb * (np.float32(road.colors[_KERB][channel]) - color)
        color *= np.float32(lit[channel]) + np.float32(dark[channel] - lit[channel]) * shade
        color = np.float32(light.low[channel]) + kept * (color - np.float32(light.low[channel]))
        canvas.picture[first:, :, channel] = cv2.convertScaleAbs(np.maximum(color, 0))


def _materials(road: Road, offset: np.ndarray, z: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """uint8 (h, w): asphalt, kerb, paving, joints of it, grass or a patch."""
    away = np.abs(offset) - road.half
    walk = np.where(offset < 0, road.walks[0], road.walks[1])
    material = np.where(away < 0, _ASPHALT, np.where(away < KERB_M, _KERB, _PAVING)).astype(np.uint8)
    near = slice(
        int(np.searchsorted(-depth[:, depth.shape[1] // 2], -14)), None
    )  # farther ones would shimmer
    joints = ((offset[near] * 1.25) % 1 < 0.04) | ((z[near] * 1.25) % 1 < 0.04)
    material[near][joints & (material[near] == _PAVING)] = _JOINT
    material[away > walk] = _GRASS
    for at, start, width, length in road.patches:
        inside = (np.abs(offset - at) < width / 2) & (z >= start) & (z < start + length)
        material[inside & (away < 0)] = _PATCH
    material[road.in_crossing(z)] = _ASPHALT
    along = road.in_crossing(z, 3.0) & (material != _ASPHALT) & (away >= 0)
    material[along & (material == _GRASS)] = _PAVING
    return material


def _cover(distance: np.ndarray, half: float, pixel: np.ndarray) -> np.ndarray:
    """How much of a pixel a stripe covers: distance from its middle and pixel size in metres."""
    return np.clip((half + pixel / 2 - distance) / pixel, 0, np.minimum(1, 2 * half / pixel))


def _markings(
    road: Road, offset: np.ndarray, z: np.ndarray, depth: np.ndarray, focal: float, height: float
) -> np.ndarray:
    """float32 (h, w), 0 to 1: white paint."""
    wide, deep = depth / focal, depth * depth / (focal * height)
    paint = np.zeros_like(offset)
    for at, dash in road.lines:
        line = _cover(np.abs(offset - at), LINE_M / 2, wide)
        if dash:
            line *= _cover(np.abs(z % (3 * dash) - dash / 2), dash / 2, deep)
        paint = np.maximum(paint, line)
    paint *= ~road.in_crossing(z, 5.5)
    inside = np.abs(offset) < road.half - 0.3
    for start in road.zebras:
        stripes = _cover(np.abs(offset % 1.0 - 0.5), 0.25, wide)
        paint = np.maximum(paint, stripes * inside * _cover(np.abs(z - start - 1.8), 1.8, deep))
    for at in road.stops:
        paint = np.maximum(paint, inside * (offset > 0) * _cover(np.abs(z - at), 0.2, deep))
    return paint.astype(np.float32)


def _sample(tile: np.ndarray, x: np.ndarray, z: np.ndarray, density: float) -> np.ndarray:
    """The tile at ``density`` of its pixels a metre."""
    return cv2.remap(
        tile, x * np.float32(density), z * np.float32(density), cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP
    )


def _grain(material: np.ndarray, x: np.ndarray, z: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """Factors: fine grain that fades with distance, as it averages out, and large stains that do not."""
    tile = noise_tile()
    amounts = np.zeros(256, np.float32)
    amounts[:6] = (0.05, 0.03, 0.05, 0.04, 0.16, 0.04)
    fine = _sample(tile, x, z, 60.0) * np.minimum(8 / depth, 1.3)
    coarse = _sample(tile, x, z, 6.0) * np.minimum(40 / depth, 1)
    return 1 + cv2.LUT(material, amounts) * (fine + coarse)


def _shadow(canvas: Canvas, shadows: Iterable[np.ndarray]) -> np.ndarray:
    """float32 (H, W), 0 to 1: where the ground lies in the shade of convex bodies."""
    camera, light = canvas.camera, canvas.light
    mask = np.zeros((camera.height, camera.width), np.uint8)
    sun = np.asarray(light.sun)
    for points in shadows:
        on_ground = points - sun * (points[:, 1:2] / sun[1])
        flat = np.ascontiguousarray(on_ground[:, [0, 2]], dtype=np.float32)
        hull = cv2.convexHull(flat)[:, 0]
        outline = camera.clipped(np.stack([hull[:, 0], np.zeros(len(hull)), hull[:, 1]], axis=1))
        if len(outline) >= 3:
            fixed = np.rint(np.clip(outline, -30000, 30000) * 16).astype(np.int32)
            cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, 4)
    diffuse = light.strength < 0.3
    soft = camera.height / (90 if diffuse else 500)
    return cv2.GaussianBlur(mask, (0, 0), max(soft, 0.6)).astype(np.float32) / 255
