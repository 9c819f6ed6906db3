"""Houses along the street: a front, the wall towards the camera, a roof."""

from __future__ import annotations

import numpy as np

from core.driving.street.canvas import Canvas
from core.driving.street.item import Item, Place, Pose
from core.driving.street.light import vary
from core.driving.street.texture import FACADE_PX_PER_M, facade, grain

_ROOFS = ((126, 66, 52), (96, 78, 72), (84, 84, 90), (142, 88, 62))
_DEPTH = 11.0
STOREY_M = 3.1


class House(Item):
    """One building; ``place`` is the near corner of its front, ``side`` −1 left of the road and 1 right of it."""

    labels = ("building",)

    def __init__(
        self, place: Place, rng: np.random.Generator, length: float, storeys: int, gable: bool, shop: bool
    ) -> None:
        super().__init__(place)
        self.side, self.length, self.gable = float(np.sign(place.offset)), length, gable
        self.height = storeys * STOREY_M
        self.reach = length + _DEPTH
        self.front = facade(rng, length, storeys, STOREY_M, shop)
        # The wall between neighbours has few windows, or none.
        if rng.random() < 0.6:
            tone = self.front[self.front.shape[0] // 2 :, :4].reshape(-1, 3).mean(0)
            shape = (int(self.height * FACADE_PX_PER_M), int(_DEPTH * FACADE_PX_PER_M), 3)
            self.end = grain(rng, np.full(shape, tone, np.uint8), 7)
        else:
            self.end = facade(rng, _DEPTH, storeys, STOREY_M, False)
        self.roof = vary(rng, _ROOFS[rng.integers(len(_ROOFS))], 8)
        self.roof_height = float(rng.uniform(2.4, 4.2)) if gable else 0.0

    def _corners(self, time_s: float) -> tuple[np.ndarray, np.ndarray, Pose]:
        """Near and far corner of the front, and the near one's pose."""
        pose = self.place.pose(time_s)
        far = Place(self.place.road, self.place.offset, self.place.z + self.length).pose(time_s)
        return pose.origin, far.origin, pose

    def far_end(self, time_s: float) -> np.ndarray:
        return self._corners(time_s)[1]

    def paint(self, canvas: Canvas, time_s: float) -> None:
        near, far, pose = self._corners(time_s)
        owner, light = self.owners[0], canvas.light
        along, up = far - near, np.array([0.0, self.height, 0.0])
        out = pose.right * self.side * _DEPTH
        inward, toward = -pose.right * self.side, -pose.forward
        if self.gable:
            rise = np.array([0.0, self.roof_height, 0.0])
            over = inward * 0.35
            ridge = near + up + out / 2 + rise, far + up + out / 2 + rise
            slope = inward * self.roof_height + np.array([0, _DEPTH / 2, 0])
            color = light.shade(self.roof, slope / np.linalg.norm(slope))
            canvas.polygon(
                [near + up, ridge[0], near + up + out],
                light.shade(self.end[:8].reshape(-1, 3).mean(0), toward),
                owner,
            )
            canvas.polygon(
                [near + up + over - (0, 0.15, 0), far + up + over - (0, 0.15, 0), ridge[1], ridge[0]],
                color,
                owner,
            )
        canvas.surface(near, out, up, self.end, owner, light.shade((1, 1, 1), toward))
        # On the right the bitmap would be seen from behind: it starts at the far end there.
        start, run = (near, along) if self.side < 0 else (far, -along)
        canvas.surface(start, run, up, self.front, owner, light.shade((1, 1, 1), inward))

    def shadows(self, time_s: float) -> list[np.ndarray]:
        near, far, pose = self._corners(time_s)
        out = pose.right * self.side * _DEPTH
        tops = np.array([0.0, self.height, 0.0])
        ground = [near, far, near + out, far + out]
        ridge = (
            [p + out / 2 + (0, self.height + self.roof_height, 0) for p in (near, far)] if self.gable else []
        )
        return [np.stack(ground + [p + tops for p in ground] + ridge)]
