"""A drawn street: one seed is one street, one time is one frame, with the truth of every pixel."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from core.driving.street.camera import Camera
from core.driving.street.canvas import Canvas
from core.driving.street.layout import END_M, STYLES, make_items, make_road
from core.driving.street.light import HOURS, make_light
from core.driving.street.road import LANE_M, paint_ground
from core.driving.street.sky import paint_sky, paint_skyline
from core.driving.street.truth import StreetFrame
from core.errors import InputError
from core.labels import get_label_set

_CITY = get_label_set("cityscapes")
EGO = _CITY.by_name("ego vehicle").id
MIN_SIDE, MAX_SIDE = 32, 8192


@dataclass(frozen=True)
class _Drive:
    """How the camera goes through the street."""

    lane: float
    height: float
    pitch: float
    focal: float  # relative to the square root of the picture's area
    horizon: float  # relative to its height
    speed: float
    bonnet: float  # how much of the picture's height the car's own bonnet takes
    bounce: float


class StreetScene:
    """A street that can be looked at from a car at any time.

    The same arguments give the same pixels. Things keep their instance numbers from frame to frame.

    Args:
        seed: any integer.
        style: one of ``STYLES``; ``hour``: one of ``HOURS`` (None: drawn from the seed).
        busy: how many people and cars, 0 to 1 (None: drawn).
        speed: of the camera, metres a second (None: drawn, 5 to 10).
        seconds: how long a drive the street must be long enough for.

    Raises:
        InputError: unknown style or hour.

    >>> StreetScene(3).frame(96, 48).image.shape
    (48, 96, 3)
    """

    def __init__(
        self,
        seed: int,
        *,
        style: str | None = None,
        hour: str | None = None,
        busy: float | None = None,
        speed: float | None = None,
        seconds: float = 0.0,
    ) -> None:
        for what, value, known in (("style", style, STYLES), ("hour", hour, HOURS)):
            if value is not None and value not in known:
                raise InputError(f"no {what} is called {value!r}", f"one of {', '.join(known)}")
        rng = np.random.default_rng(seed)
        self.seed = seed
        self.style = style or str(rng.choice(STYLES, p=[0.45, 0.3, 0.25]))
        self.light = make_light(rng, hour)
        busy = float(rng.uniform(0, 1)) if busy is None else busy
        self.road, parking = make_road(rng, self.style)
        own = float(rng.uniform(5, 10))
        lane = LANE_M / 2 if self.style != "avenue" or rng.random() < 0.6 else 1.5 * LANE_M
        self.drive = _Drive(
            lane=min(lane, self.road.half - 1.6) + float(rng.normal(0, 0.15)),
            height=float(rng.uniform(1.2, 1.6)),
            pitch=float(rng.normal(0.02, 0.02)),
            focal=float(rng.uniform(1.0, 1.45)),
            horizon=float(rng.uniform(0.42, 0.52)),
            speed=own if speed is None else speed,
            bonnet=float(rng.uniform(0.05, 0.12)) if rng.random() < 0.3 else 0.0,
            bounce=float(rng.uniform(0.0005, 0.002)),
        )
        self.items = make_items(rng, self.style, self.road, parking, busy, END_M + self.drive.speed * seconds)
        self.grade = float(rng.uniform(0.98, 1.2)), rng.uniform(0.96, 1.04, 3), float(rng.uniform(1.0, 3.2))
        numbers: dict[str, int] = {}
        for item in self.items:
            item.owners = tuple(self._number(name, numbers) for name in item.labels)

    @staticmethod
    def _number(name: str, numbers: dict[str, int]) -> int:
        label = _CITY.by_name(name)
        if not label.isthing:
            return label.id
        numbers[name] = numbers.get(name, -1) + 1
        return label.id * 1000 + numbers[name]

    def camera(self, width: int, height: int, time_s: float = 0.0) -> Camera:
        """Where the car's camera is at that time."""
        drive, z = self.drive, self.drive.speed * time_s
        heading = self.road.heading(z)
        x = float(self.road.middle(z)) + drive.lane * np.cos(heading)
        bounce = drive.bounce * np.sin(7.3 * time_s + 1) if drive.speed else 0.0
        return Camera(
            width, height, drive.focal * float(np.sqrt(width * height)), drive.horizon * height,
            (float(x), drive.height, z), self.road.heading(z + 8), drive.pitch + float(bounce),
        )  # fmt: skip

    def frame(self, width: int = 1024, height: int = 512, time_s: float = 0.0) -> StreetFrame:
        """The picture at that time, and its truth.

        Raises:
            InputError: a side under 32 or over 8192 px.
        """
        if min(width, height) < MIN_SIDE or max(width, height) > MAX_SIDE:
            raise InputError(f"a frame of {width}×{height} px", f"sides of {MIN_SIDE} to {MAX_SIDE} px")
        camera = self.camera(width, height, time_s)
        canvas = Canvas(camera, self.light)
        paint_sky(canvas, self.seed)
        paint_skyline(canvas, self.seed)
        ends = [item.far_end(time_s) for item in self.items]
        # Behind the camera a shadow may still fall before it, so a margin stays.
        seen = [(camera.depth(e), i) for e, i in zip(ends, self.items, strict=True)]
        seen = [(d, i) for d, i in seen if -14 < d < END_M + 30]
        shadows = [s for d, i in seen if d < 120 for s in i.shadows(time_s)]
        paint_ground(canvas, self.road, shadows)
        for _, item in sorted(seen, key=lambda pair: -pair[0]):
            if camera.may_see(item.far_end(time_s), item.reach):
                item.paint(canvas, time_s)
        if self.drive.bonnet:
            self._bonnet(canvas)
        return StreetFrame(self._photograph(canvas, time_s), canvas.owners)

    def _bonnet(self, canvas: Canvas) -> None:
        """The car's own bonnet: Cityscapes leaves it out as ``ego vehicle``."""
        height, width = canvas.owners.shape
        top = height * (1 - self.drive.bonnet)
        x = np.linspace(0, width, 40)
        y = top + (2 * x / width - 1) ** 2 * height * self.drive.bonnet * 0.55
        outline = np.concatenate([np.stack([x, y], 1), [[width, height], [0, height]]])
        fixed = [np.rint(outline).astype(np.int32)]
        color = self.light.shade((44, 47, 54), (0, 1, 0))
        cv2.fillPoly(canvas.picture, fixed, tuple(map(float, color)), cv2.LINE_AA)
        gleam = [
            np.rint(
                np.concatenate([np.stack([x, y + 2], 1), np.stack([x, y + height * 0.018], 1)[::-1]])
            ).astype(np.int32)
        ]
        cv2.fillPoly(
            canvas.picture,
            gleam,
            tuple(map(float, color * 0.6 + np.asarray(self.light.low) * 0.35)),
            cv2.LINE_AA,
        )
        cv2.fillPoly(canvas.owners, fixed, EGO)

    def _photograph(self, canvas: Canvas, time_s: float) -> np.ndarray:
        """Lens and sensor: softness, fall-off to the corners, exposure, noise."""
        gain, balance, noise = self.grade
        height, width = canvas.owners.shape
        image = cv2.GaussianBlur(canvas.picture, (0, 0), 0.55)
        table = np.clip(np.arange(256)[:, None] * balance * gain * self.light.gain, 0, 255)
        image = cv2.LUT(image, table.astype(np.uint8)[None])
        y = np.linspace(-1, 1, height, dtype=np.float32)[:, None] ** 2
        x = np.linspace(-1, 1, width, dtype=np.float32)[None] ** 2
        dim = 1 - 0.11 * (x + y)
        rng = np.random.default_rng((self.seed, round(time_s * 1000) & 0xFFFFFFFF))
        # One grey tile of noise, shifted: as good as fresh noise and ten times as fast.
        tile = rng.normal(0, noise, (256, 256)).astype(np.float32)
        speckle = np.tile(tile, (height // 256 + 1, width // 256 + 1))[:height, :width]
        out = cv2.multiply(image, cv2.merge([dim] * 3), dtype=cv2.CV_32F)
        return cv2.add(out, cv2.merge([speckle] * 3), dtype=cv2.CV_8U)
