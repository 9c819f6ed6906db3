"""The stream of training samples, made in worker processes beside the training step; frames stay decoded in memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import Dataset

from core.training.driving import augment
from core.training.driving.data import joint_rows, list_frames, read_image, read_labels
from core.training.driving.teach import read_taught

# How often each source is drawn; of those that are there.
SHARES = {
    "camvid": 0.36, "idd": 0.24, "clips": 0.20, "cityscapes": 0.07, "bdd": 0.07, "kitti": 0.03, "drawn": 0.03,
}  # fmt: skip
RARE_SHARE = 0.35  # of the crops are placed on something rare
# Rows of the joint table that few pixels show: walls, fences, poles, lights, signs, people, riders, large vehicles, two-wheelers.
RARE_ROWS = (3, 4, 5, 6, 7, 11, 12, 14, 15, 16, 17, 18, 21, 25, 26, 28, 29, 32, 34)
_POINTS = 60  # remembered per rare row and frame


@dataclass
class Stored:
    """One frame in memory: picture, rows of the joint table, the teacher's classes, places (x, y) of rare rows."""

    image: np.ndarray
    rows: np.ndarray
    taught: np.ndarray
    rare: list[np.ndarray]


def rare_places(rows: np.ndarray, rng: augment.Rng) -> list[np.ndarray]:
    """For every rare row that a frame shows, up to 60 places (n, 2) as x, y."""
    places = []
    for row in RARE_ROWS:
        ys, xs = np.nonzero(rows == row)
        if len(ys):
            chosen = rng.integers(len(ys), size=min(_POINTS, len(ys)))
            places.append(np.stack([xs[chosen], ys[chosen]], axis=1).astype(np.float32))
    return places


def load(data: Path, prepared: Path) -> dict[str, list[Stored]]:
    """All training frames by source (about 0.6 GB)."""
    stored: dict[str, list[Stored]] = {}
    rng = np.random.default_rng(0)
    for frame in list_frames(data, prepared):
        if frame.split != "train":
            continue
        image = read_image(frame.image)
        rows = joint_rows(read_labels(frame, image.shape[:2]), frame.labels)
        taught = read_taught(prepared, frame, rows.shape)
        stored.setdefault(frame.source, []).append(Stored(image, rows, taught, rare_places(rows, rng)))
    return stored


def count_rows(stored: dict[str, list[Stored]], number: int) -> np.ndarray:
    """float64 (number,): how many pixels of each row the stream shows, sources weighted by their shares."""
    total = np.zeros(number)
    for source, frames in stored.items():
        counts = np.zeros(256)
        for frame in frames:
            counts += np.bincount(frame.rows.ravel(), minlength=256) / frame.rows.size
        total += SHARES[source] * counts[:number] / len(frames)
    return total


class Samples(Dataset):
    """Endless samples (image uint8 (3, H, W), rows uint8 (H/2, W/2), taught uint8 (H/2, W/2)), each a function of its number.

    Args:
        stored: frames by source, from :func:`load`.
        crop: (H, W), even.
        area: px at which the network sees whole frames; zoom 1 is that scale.
        seed: with a sample's number it fixes the sample.
    """

    def __init__(self, stored: dict[str, list[Stored]], crop: tuple[int, int], area: int, seed: int) -> None:
        self.stored, self.crop, self.area, self.seed = stored, crop, area, seed
        self.names = [name for name in SHARES if stored.get(name)]
        shares = np.array([SHARES[name] for name in self.names])
        self.chances = shares / shares.sum()

    def __getitem__(self, number: int) -> tuple[torch.Tensor, ...]:
        rng = np.random.default_rng((self.seed, number))
        frames = self.stored[self.names[rng.choice(len(self.names), p=self.chances)]]
        return tuple(map(torch.from_numpy, self.sample(rng, frames[rng.integers(len(frames))])))

    def sample(self, rng: augment.Rng, frame: Stored) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        focus = None
        if frame.rare and rng.random() < RARE_SHARE:
            places = frame.rare[rng.integers(len(frame.rare))]
            x, y = places[rng.integers(len(places))]
            focus = (float(x), float(y))
        matrix, image = augment.draw_crop(rng, frame.image, self.crop, self.area**0.5, focus)
        rows = augment.warp_labels(frame.rows, matrix, self.crop)
        taught = augment.warp_labels(frame.taught, matrix, self.crop)
        return np.ascontiguousarray(image.transpose(2, 0, 1)), rows, taught


__all__ = ["RARE_ROWS", "SHARES", "Samples", "Stored", "count_rows", "load", "rare_places"]
