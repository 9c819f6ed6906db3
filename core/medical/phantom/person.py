"""Who is drawn: sizes and proportions, by chance."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from core.medical.phantom.shapes import Waves


@dataclass(frozen=True, eq=False)
class Person:
    """Numbers in mm unless said otherwise; see :func:`make_person` for their ranges."""

    scale: np.ndarray  # (3, 1), of the whole head, 1 is ordinary
    turn: np.ndarray  # (3, 3), how the head lies
    cortex: float
    furrow: float  # width of a sulcus
    furrow_depth: float
    ventricles: float  # added to their radius
    skull: float
    scalp: float
    folds: tuple[Waves, Waves]  # of the left and the right hemisphere
    depths: Waves
    folia: Waves
    bend: tuple[Waves, Waves, Waves]  # a slow displacement, so that nothing is a perfect ellipsoid
    texture: Waves
    bend_mm: float = field(default=1.6)

    def to_model(self, points: np.ndarray) -> np.ndarray:
        """Points of the world, float32 (3, N) mm, into the space that the anatomy is written in."""
        inner = (self.turn.T @ points) / self.scale
        return inner + self.bend_mm * np.stack([wave(inner) for wave in self.bend])


def make_person(seed: int) -> Person:
    """A person by chance; the same seed gives the same."""
    rng = np.random.default_rng(seed)
    a, b, c = np.deg2rad(rng.normal(0, (2.5, 2, 2.5)))
    pitch = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    roll = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    yaw = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    age = rng.uniform(0, 1)  # widens the ventricles and furrows, thins the cortex, all together
    return Person(
        scale=np.float32(rng.normal(1, 0.03) * rng.normal(1, 0.02, (3, 1))),
        turn=np.float32(yaw @ roll @ pitch),
        cortex=3.1 - 0.4 * age + rng.normal(0, 0.1),
        furrow=1.0 + 1.2 * age + rng.uniform(0, 0.3),
        furrow_depth=17 + rng.normal(0, 1),
        ventricles=-0.8 + 3.2 * age**2 + rng.normal(0, 0.3),
        skull=6.5 + rng.normal(0, 0.7),
        scalp=6 + rng.uniform(-1, 2),
        folds=(Waves(rng, 26.0, count=40), Waves(rng, 26.0, count=40)),
        depths=Waves(rng, 45.0, 0.2),
        folia=Waves(rng, 30.0),
        bend=(Waves(rng, 90.0, 0.3, 10), Waves(rng, 90.0, 0.3, 10), Waves(rng, 90.0, 0.3, 10)),
        texture=Waves(rng, 14.0, 0.4),
    )
