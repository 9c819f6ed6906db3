"""Sky and what closes the view at its end."""

from __future__ import annotations

import cv2
import numpy as np

from core.driving.street.canvas import Canvas
from core.driving.street.texture import noise_tile
from core.labels import get_label_set

_CITY = get_label_set("cityscapes")
SKY, BUILDING, VEGETATION = (_CITY.by_name(n).id for n in ("sky", "building", "vegetation"))


def paint_sky(canvas: Canvas, seed: int) -> None:
    """The whole picture: a gradient, and clouds that lie still while the camera drives."""
    camera, light = canvas.camera, canvas.light
    height, width = camera.height, camera.width
    # Elevation and bearing of every pixel: the same sky for a camera that turns. Nothing of it is seen far below
    # the horizon.
    rows = np.arange(min(height, int(camera.horizon + 0.1 * height) + 1), dtype=np.float32)
    rise = (camera.horizon - rows) / camera.focal - camera.pitch
    bearing = (np.arange(width, dtype=np.float32) - width / 2) / camera.focal + camera.yaw
    # Clouds flatten towards the horizon.
    lift = np.maximum(rise, 0.02)[:, None]
    u = (bearing[None] / (lift + 0.25) * 130 + seed % 509).astype(np.float32)
    v = np.repeat(120 / (lift + 0.18), width, axis=1).astype(np.float32)
    tile = noise_tile(512, 7, finest=4)
    puff = cv2.remap(tile, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    amount = np.clip((puff + 2.2 * light.clouds - 1.3) / 0.7, 0, 1) * np.clip(rise / 0.05, 0, 1)[:, None]
    amount *= 0.85
    share = np.clip(rise / 0.55, 0, 1)[:, None] ** 0.7
    shaded = 26 * np.clip(puff, 0, 1.2)
    for channel, white in enumerate((246, 244, 242)):
        low, top = light.low[channel], light.top[channel]
        cloud = ((low * 0.35 + white * 0.65) - shaded) * (0.9 if light.clouds > 0.85 else 1.0)
        sky = low + (top - low) * share.astype(np.float32)
        canvas.picture[: len(rows), :, channel] = np.clip(sky + amount * (cloud - sky), 0, 255)
    canvas.picture[len(rows) :] = light.low
    canvas.owners[...] = SKY


def paint_skyline(canvas: Canvas, seed: int) -> None:
    """Roofs and trees half a kilometre off, before the sky and behind everything else."""
    camera, light = canvas.camera, canvas.light
    forward = camera.rotation[2] * (1, 0, 1)
    right = camera.rotation[0]
    base = np.asarray(camera.position) * (1, 0, 1)
    # Bearings of the world, not of the picture: the skyline stays where it is when the camera turns.
    for number, angle in enumerate(np.arange(-70, 70, 2.2)):
        rng = np.random.default_rng((seed, number))
        wide, tall, kind = rng.uniform(18, 34), rng.uniform(5, 13), rng.random()
        turn = np.deg2rad(angle) - camera.yaw
        if abs(turn) > 1.1:
            continue
        centre = base + 460 * (forward + right * np.tan(turn))
        ends = [centre - right * wide / 2, centre + right * wide / 2]
        if kind < 0.5:
            color = light.shade((132, 126, 122), (0, 0.3, -1))
            top = tall * rng.uniform(0.7, 1.2)
            corners = [*ends, ends[1] + (0, top, 0), ends[0] + (0, top, 0)]
            canvas.polygon(corners, color, BUILDING)
        else:
            color = light.shade((70, 92, 58), (0, 0.6, -0.8))
            crown = [
                centre
                + right * wide * 0.75 * np.cos(a)
                + (0, tall * 0.75 * np.sin(a) * rng.uniform(0.8, 1.1), 0)
                for a in np.linspace(0, np.pi, 9)
            ]
            canvas.polygon(crown, color, VEGETATION)
