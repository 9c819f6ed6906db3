"""The stream of training samples with instances, made in worker processes beside the training step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from core.training.driving import augment
from core.training.driving.instance_data import (
    IGNORED,
    SOURCES,
    Numbered,
    list_instance_frames,
    read_numbered,
)

# How often each source is drawn; of those that are there.
SHARES = {"clips": 0.28, "cityscapes": 0.14, "drawn": 0.16, "coco": 0.42}
# COCO's pictures are full of what a street's show small: they are seen at a smaller scale.
SCALES = {"coco": 0.7}
FOCUS_SHARE = 0.7  # of the crops are placed on a thing, of a class chosen first
EMPTY_WEIGHT = 0.3  # of a picture without things, against one with some
LEAST_PIXELS = 24  # of a thing in a crop; less of it is ignored
OUTSIDE = (127, 127, 127)  # what lies beyond a picture, as at run time


@dataclass
class Stored:
    """One picture in memory; ``places``: by class, the centres (x, y) of its things."""

    image: np.ndarray
    things: Numbered
    places: dict[int, list[tuple[float, float]]]


@dataclass
class Sample:
    """A crop.

    Attributes:
        image: uint8 (3, H, W).
        numbers: uint8 (H, W), as in :class:`Numbered`; every number from 1 to N occurs.
        boxes: float32 (N, 4), left, top, right, bottom (exclusive) in px.
        classes: int64 (N,).
    """

    image: Tensor
    numbers: Tensor
    boxes: Tensor
    classes: Tensor


def load_instances(data: Path, prepared: Path | None, people: Path | None) -> dict[str, list[Stored]]:
    """All training frames by source."""
    stored: dict[str, list[Stored]] = {}
    for frame in list_instance_frames(data, prepared, people):
        if frame.split == "train":
            stored.setdefault(frame.source, []).append(store(*read_numbered(frame)))
    return stored


def store(image: np.ndarray, things: Numbered) -> Stored:
    places: dict[int, list[tuple[float, float]]] = {}
    for number, kind in enumerate(things.classes.tolist(), 1):
        x, y, w, h = cv2.boundingRect(cv2.compare(things.numbers, number, cv2.CMP_EQ))
        if w:
            places.setdefault(kind, []).append((x + w / 2, y + h / 2))
    return Stored(image, things, places)


class InstanceSamples(Dataset):
    """Endless samples, each a function of its number.

    Args:
        stored: frames by source.
        crop: (H, W).
        area: px at which the network sees whole frames; zoom 1 is that scale.
        seed: with a sample's number it fixes the sample.
    """

    def __init__(self, stored: dict[str, list[Stored]], crop: tuple[int, int], area: int, seed: int) -> None:
        self.stored, self.crop, self.area, self.seed = stored, crop, area, seed
        self.names = [name for name in SOURCES if stored.get(name)]
        shares = np.array([SHARES[name] for name in self.names])
        self.chances = shares / shares.sum()
        self.weights = {n: np.array([1 if f.places else EMPTY_WEIGHT for f in stored[n]]) for n in self.names}

    def __getitem__(self, number: int) -> Sample:
        rng = np.random.default_rng((self.seed, number))
        name = self.names[rng.choice(len(self.names), p=self.chances)]
        weights = self.weights[name]
        chosen = rng.choice(len(weights), p=weights / weights.sum())
        return self.sample(rng, self.stored[name][chosen], SCALES.get(name, 1.0))

    def sample(self, rng: augment.Rng, frame: Stored, scale: float = 1.0) -> Sample:
        height, width = frame.things.numbers.shape
        focus = None
        if frame.places and rng.random() < FOCUS_SHARE:
            kinds = sorted(frame.places)
            places = frame.places[kinds[rng.integers(len(kinds))]]
            focus = places[rng.integers(len(places))]
        matrix, image = augment.draw_crop(rng, frame.image, self.crop, scale * self.area**0.5, focus)
        numbers, inside = (
            cv2.warpAffine(values, matrix, self.crop[::-1], flags=cv2.INTER_NEAREST)
            for values in (frame.things.numbers, np.ones((height, width), np.uint8))
        )
        image[inside == 0] = OUTSIDE
        return finish(image, numbers, frame.things.classes)


def finish(image: np.ndarray, numbers: np.ndarray, classes: np.ndarray) -> Sample:
    """A crop whose things are numbered anew from 1, without those of which too little is left."""
    anew, boxes, kinds = np.where(numbers == IGNORED, IGNORED, 0).astype(np.uint8), [], []
    for number in np.unique(numbers[(numbers != 0) & (numbers != IGNORED)]).tolist():
        mask = cv2.compare(numbers, number, cv2.CMP_EQ)
        if cv2.countNonZero(mask) < LEAST_PIXELS:
            anew[mask > 0] = IGNORED
            continue
        x, y, w, h = cv2.boundingRect(mask)
        boxes.append((x, y, x + w, y + h))
        kinds.append(int(classes[number - 1]))
        anew[mask > 0] = len(kinds)
    return Sample(
        torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1))),
        torch.from_numpy(anew),
        torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4),
        torch.tensor(kinds, dtype=torch.int64),
    )


def as_batch(samples: Sequence[Sample]) -> list[Sample]:
    """For a ``DataLoader``: pictures show different numbers of things, so nothing is stacked."""
    return list(samples)
