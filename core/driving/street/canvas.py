"""What is painted on: a picture and, beside it, whose every pixel is. Both get every stroke."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from core.driving.street.camera import NEAR_M, Camera
from core.driving.street.light import Color, Light

_SHIFT = 4  # OpenCV's fixed point: sixteenths of a pixel
_ONE = 1 << _SHIFT
_TURN = np.linspace(0, 2 * np.pi, 12, endpoint=False)
_CIRCLE = np.stack([np.cos(_TURN), np.sin(_TURN)], axis=1)
_FAR_PX = 30000  # coordinates beyond overflow OpenCV's fixed point


class Canvas:
    """Paint from far to near.

    Attributes:
        picture: uint8 RGB (H, W, 3).
        owners: int32 (H, W) in Cityscapes' ``instanceIds`` form: a label id, or id · 1000 + n.
    """

    def __init__(self, camera: Camera, light: Light) -> None:
        self.camera, self.light = camera, light
        self.picture = np.zeros((camera.height, camera.width, 3), np.uint8)
        self.owners = np.zeros((camera.height, camera.width), np.int32)

    def polygon(self, points: np.ndarray | Sequence, color: Color | np.ndarray, owner: int) -> None:
        """A flat polygon of world points (N, 3), in a colour that is lit already."""
        points = np.asarray(points, np.float64)
        outline = self.camera.clipped(points)
        if len(outline) >= 3:
            depth = max(NEAR_M, self.camera.depth(points.mean(0)))
            self._fill(outline, self.light.through_air(color, depth), owner)

    def claim(self, points: np.ndarray, owner: int) -> None:
        """Give a polygon to ``owner`` without painting it: holes, which annotators fill."""
        outline = self.camera.clipped(np.asarray(points, np.float64))
        if len(outline) >= 3:
            cv2.fillPoly(self.owners, [_fixed(outline)], owner, cv2.LINE_8, _SHIFT)

    def capsule(
        self,
        a: np.ndarray,
        b: np.ndarray,
        radii: tuple[float, float],
        color: Color | np.ndarray,
        owner: int,
        *,
        lit: bool = True,
    ) -> None:
        """A limb: two balls of ``radii`` metres and what lies between them, brighter where the sun is."""
        ends = self.camera.to_camera(np.stack([a, b]))
        if ends[:, 2].min() < NEAR_M:
            return
        at = self.camera.project(ends)
        px = np.asarray(radii) * self.camera.focal / ends[:, 2]
        depth = float(ends[:, 2].mean())
        color = np.asarray(color)
        shown = self.light.through_air(color * (0.84 if lit else 1.0), depth)
        self._hull(at, px, shown, owner)
        if lit and px.max() > 1.5:
            side = self.camera.rotation[:2] @ np.asarray(self.light.sun) * (1, -1)
            self._hull(
                at + side * 0.3 * px[:, None], px * 0.55, self.light.through_air(color * 1.1, depth), owner
            )

    def line(self, points: np.ndarray, width: float, color: Color | np.ndarray, owner: int) -> None:
        """A bent rod of ``width`` metres through world points (N, 3); at least a pixel wide."""
        ends = self.camera.to_camera(points)
        if ends[:, 2].min() < NEAR_M:
            return
        depth = float(ends[:, 2].mean())
        thickness = max(1, round(width * self.camera.focal / depth))
        track = [_fixed(self.camera.project(ends))]
        shown = self.light.through_air(color, depth)
        cv2.polylines(self.picture, track, False, _rgb(shown), thickness, cv2.LINE_AA, _SHIFT)
        cv2.polylines(self.owners, track, False, owner, thickness, cv2.LINE_8, _SHIFT)

    def surface(
        self,
        origin: np.ndarray,
        along: np.ndarray,
        up: np.ndarray,
        texture: np.ndarray,
        owner: int,
        shade: np.ndarray | float = 1.0,
    ) -> None:
        """A picture on a wall: the parallelogram origin + u·along + v·up, u and v in 0 … 1, v upwards.

        Args:
            texture: uint8 (h, w, 3), its first row is the wall's top; a fourth channel cuts holes.
            shade: factors of its colours.
        """
        corners = np.stack([origin, origin + along, origin + along + up, origin + up])
        outline = self.camera.clipped(corners)
        box = self._box(outline)
        if box is None:
            return
        left, top, right, bottom = box
        # Averaged to about its size in the picture first, or fine patterns would shimmer.
        width = int(np.clip(1.3 * (np.ptp(outline[:, 0]) + 1), 4, texture.shape[1]))
        height = int(np.clip(1.3 * (np.ptp(outline[:, 1]) + 1), 4, texture.shape[0]))
        texture = cv2.resize(texture, (width, height), interpolation=cv2.INTER_AREA)
        unit = np.array([[1 / width, 0, 0.5 / width], [0, -1 / height, 1 - 0.5 / height], [0, 0, 1]])
        shift = np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1.0]])
        matrix = shift @ self.camera.plane(origin, along, up) @ unit
        warped = cv2.warpPerspective(
            texture, matrix, (right - left, bottom - top), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )  # fmt: skip
        cover = np.zeros(warped.shape[:2], np.uint8)
        cv2.fillPoly(cover, [_fixed(outline - (left, top))], 255, cv2.LINE_AA, _SHIFT)
        depth = max(NEAR_M, self.camera.depth(corners.mean(0)))
        self._blend(box, warped, cover, shade, depth, owner)

    def sprite(
        self,
        centre: np.ndarray,
        size: tuple[float, float],
        texture: np.ndarray,
        owner: int,
        shade: np.ndarray | float = 1.0,
    ) -> None:
        """A cut-out that always faces the camera: ``size`` width and height in metres, texture uint8 RGBA."""
        at = self.camera.to_camera(np.asarray(centre)[None])
        if at[0, 2] < 2 * NEAR_M:
            return
        x, y = self.camera.project(at)[0]
        half = np.asarray(size) * self.camera.focal / at[0, 2] / 2
        outline = np.array([[x - half[0], y - half[1]], [x + half[0], y + half[1]]])
        box = self._box(outline)
        if box is None or half.min() < 0.5:
            return
        left, top, right, bottom = box
        scale = min(1.0, 1.3 * 2 * half[0] / texture.shape[1])
        if scale < 0.8:
            small = (max(2, round(texture.shape[1] * scale)), max(2, round(texture.shape[0] * scale)))
            texture = cv2.resize(texture, small, interpolation=cv2.INTER_AREA)
        fx, fy = 2 * half[0] / texture.shape[1], 2 * half[1] / texture.shape[0]
        matrix = np.array(
            [[fx, 0, x - half[0] - left + fx / 2 - 0.5], [0, fy, y - half[1] - top + fy / 2 - 0.5]]
        )
        warped = cv2.warpAffine(
            texture, matrix, (right - left, bottom - top), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT
        )  # fmt: skip
        self._blend(box, warped, None, shade, float(at[0, 2]), owner)

    def _box(self, outline: np.ndarray) -> tuple[int, int, int, int] | None:
        """The outline's box within the picture: left, top, right, bottom; None if it lies outside."""
        if len(outline) < 2:
            return None
        low = np.clip(np.floor(outline.min(0)) - 1, 0, (self.camera.width, self.camera.height)).astype(int)
        high = np.clip(np.ceil(outline.max(0)) + 2, 0, (self.camera.width, self.camera.height)).astype(int)
        return None if (high <= low).any() else (int(low[0]), int(low[1]), int(high[0]), int(high[1]))

    def _blend(
        self,
        box: tuple[int, int, int, int],
        warped: np.ndarray,
        cover: np.ndarray | None,
        shade: np.ndarray | float,
        depth: float,
        owner: int,
    ) -> None:
        left, top, right, bottom = box
        if warped.shape[2] == 4:
            holes = np.ascontiguousarray(warped[..., 3])
            cover = holes if cover is None else cv2.min(cover, holes)
        assert cover is not None
        kept = self.light.kept(depth)
        levels = np.arange(256)[:, None] * np.broadcast_to(shade, 3) * kept + np.asarray(self.light.low) * (
            1 - kept
        )
        table = np.clip(levels, 0, 255).astype(np.uint8)[None]
        color = cv2.LUT(np.ascontiguousarray(warped[..., :3]), table)
        target = self.picture[top:bottom, left:right]
        amount = cv2.merge([cover] * 3)
        mixed = cv2.add(
            cv2.multiply(color, amount, scale=1 / 255),
            cv2.multiply(target, cv2.bitwise_not(amount), scale=1 / 255),
        )
        target[...] = mixed
        self.owners[top:bottom, left:right][cover > 127] = owner

    def _hull(self, at: np.ndarray, px: np.ndarray, color: np.ndarray, owner: int) -> None:
        points = (at[:, None] + _CIRCLE * np.maximum(px, 0.5)[:, None, None]).reshape(-1, 2)
        if np.abs(points).max() < _FAR_PX:
            self._fill(cv2.convexHull(points.astype(np.float32))[:, 0], color, owner)

    def _fill(self, outline: np.ndarray, color: np.ndarray, owner: int) -> None:
        fixed = [_fixed(outline)]
        cv2.fillPoly(self.picture, fixed, _rgb(color), cv2.LINE_AA, _SHIFT)
        cv2.fillPoly(self.owners, fixed, owner, cv2.LINE_8, _SHIFT)


def _fixed(points: np.ndarray) -> np.ndarray:
    if np.abs(points).max() > _FAR_PX:
        points = np.clip(points, -_FAR_PX, _FAR_PX)
    return np.rint(points * _ONE).astype(np.int32)


def _rgb(color: np.ndarray) -> tuple[float, float, float]:
    r, g, b = np.clip(color, 0, 255)
    return float(r), float(g), float(b)
