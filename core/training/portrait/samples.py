"""The stream of training samples, made in worker processes beside the training step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from torch.utils.data import Dataset

from core.training.portrait import augment
from core.training.portrait.data import (
    FINE_SOURCES,
    half_body_box,
    known_animals,
    list_items,
    mask_of,
    read_item,
    with_surroundings,
)

# How often each source is drawn. COCO and VOC bring the variety, the others the fine edges.
SHARES = {
    "eg1800": 0.40, "ccp": 0.22, "coco_people": 0.22, "voc_people": 0.14, "backgrounds": 0.08, "surroundings": 0.06,
    "animals": 0.16,
}  # fmt: skip
NOBODY = ("backgrounds", "surroundings", "animals")  # sources without people
COARSE_BAND = 4  # px at 384: to either side of COCO's and VOC's outlines nothing is learnt
LIFELIKE_FREEDOM = 0.25  # of a picture shown nearly as it came
LIFELIKE_TONE = 0.4
ANIMAL_BEHIND = 0.15  # of the people before another background: an animal between them and it
ANIMAL_ELSEWHERE = 0.6  # of the square pictures of backgrounds and animals: an animal where it never was
TRIES = 8  # to draw a picture of the wanted orientation; some sources have none
SMALLEST_PERSON = 0.004  # of the picture; smaller ones are neither person nor background


@dataclass
class Stored:
    """One picture in memory. ``foreground`` only where the matte is exact enough to cut out.

    ``animal``: the mask of what may be pasted elsewhere and is nobody.
    """

    image: np.ndarray
    alpha: np.ndarray
    weight: np.ndarray | None
    foreground: np.ndarray | None
    boxes: list[tuple[int, int, int, int]]
    animal: np.ndarray | None = None


def coarse_weight(mask: np.ndarray) -> np.ndarray:
    """uint8 (H, W), 255 where a coarse mask teaches: not on 128, not along outlines, not on tiny far people."""
    person = (mask == 255).astype(np.uint8)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * COARSE_BAND + 1,) * 2)
    edge = cv2.dilate(person, kernel, borderValue=0) != cv2.erode(person, kernel, borderValue=1)
    weight = np.where(edge | (mask == 128), 0, 255).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats((mask >= 128).astype(np.uint8), connectivity=8)
    tiny = [i for i in range(1, count) if stats[i, cv2.CC_STAT_AREA] < SMALLEST_PERSON * mask.size]
    weight[np.isin(labels, tiny)] = 0
    return weight


def largest_empty_window(
    mask: np.ndarray, cells: int = 24, least: float = 0.4
) -> tuple[int, int, int, int] | None:
    """Box (x0, y0, x1, y1) of the largest part of a picture, at most 2:1, that shows nobody.

    What lies around people (their chairs, bags, dogs) is what a network mistakes for them. None where the
    largest is under ``least`` of the picture's shorter side. ``cells``: the grid it is searched on.
    """
    height, width = mask.shape
    margin = np.ones((9, 9), np.uint8)  # px: outlines are coarse
    busy = cv2.dilate((mask > 0).astype(np.uint8), margin).astype(np.float32)
    grid = cv2.resize(busy, (cells, cells), interpolation=cv2.INTER_AREA) > 0
    count = cv2.integral(grid.astype(np.uint8))
    best, box = 0.0, None
    for top in range(cells):
        for bottom in range(top + 1, cells + 1):
            h = (bottom - top) * height / cells
            row = count[bottom] - count[top]
            left = 0
            for right in range(1, cells + 1):
                while row[right] > row[left]:
                    left += 1
                w = (right - left) * width / cells
                short = min(w, h)
                if short >= least * min(height, width) and (area := short * min(max(w, h), 2 * short)) > best:
                    best, box = area, (left, top, right, bottom)
    if box is None:
        return None
    left, top, right, bottom = box
    return left * width // cells, top * height // cells, right * width // cells, bottom * height // cells


def without_people(image: np.ndarray, box: tuple[int, int, int, int]) -> Stored:
    """A part of a picture, of which is known that nobody is in it, as a picture of its own."""
    x0, y0, x1, y1 = box
    part = np.ascontiguousarray(image[y0:y1, x0:x1])
    return Stored(part, np.zeros(part.shape[:2], np.uint8), None, None, [(0, 0, x1 - x0, y1 - y0)])


def load(data: Path, prepared: Path) -> dict[str, list[Stored]]:
    """Every training picture, decoded once (about 1.3 GB)."""
    stored: dict[str, list[Stored]] = {name: [] for name in SHARES}
    animals = known_animals(data / "coco_people" / "instances.json")
    for item in list_items(data):
        if not item.trains:
            continue
        if item.source in FINE_SOURCES:
            with np.load(prepared / f"{item.source}-{item.image.stem}.npz") as z:
                image, alpha, foreground = z["image"], z["alpha"], z["foreground"]
            whole = (0, 0, alpha.shape[1], alpha.shape[0])
            half = half_body_box(alpha)
            boxes = [whole] if item.source == "eg1800" else [half, half, whole]
            stored[item.source].append(Stored(image, alpha, None, foreground, boxes))
        else:
            image, mask = read_item(item)
            boxes = [(0, 0, mask.shape[1], mask.shape[0])]
            count, _, stats, _ = cv2.connectedComponentsWithStats((mask == 255).astype(np.uint8))
            for x, y, w, h, area in stats[1:count]:
                if area > 0.02 * mask.size:  # close-ups of each person, with the surroundings
                    boxes.append(with_surroundings(x, y, w, h))
            alpha = np.where(mask == 255, 255, 0).astype(np.uint8)
            stored[item.source].append(Stored(image, alpha, coarse_weight(mask), None, boxes))
            window = largest_empty_window(mask) if mask.any() else None
            if window is not None:
                stored["surroundings"].append(without_people(image, window))
            for animal in animals.get(item.image.name, []) if item.source == "coco_people" else []:
                x0, y0, x1, y1 = animal.box
                if not mask[y0:y1, x0:x1].any():
                    alone = without_people(image, animal.box)
                    stored["animals"].append(replace(alone, animal=mask_of(animal)))
    return stored


def lifelike_shapes(size: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Shapes (H, W), upright and lying, multiples of 32 near 9:7 and near a square of ``size`` in area."""
    long, short = (32 * round(size * side / 32) for side in (9 / 8, 7 / 8))
    return (long, short), (short, long)


class Samples(Dataset):
    """Endless samples (image uint8 (3, H, W), alpha uint8 (H, W), weight uint8 (H, W)), each a function of its number.

    Args:
        stored: pictures by source, from :func:`load`.
        size: S, the side in px of a square sample.
        seed: with a sample's number it fixes the sample.
        emptiness: how many times as often as ``SHARES`` says the sources in ``NOBODY`` are drawn.
        lifelike: share of the batches whose samples are pictures nearly as they come, of either of
            :func:`lifelike_shapes`, as a network sees them that has learnt; the others are squares.
        batch: that many samples, from a multiple of it on, have one shape.
    """

    def __init__(
        self,
        stored: dict[str, list[Stored]],
        size: int,
        seed: int,
        emptiness: float = 1.0,
        lifelike: float = 0.0,
        batch: int = 16,
    ) -> None:
        self.stored, self.size, self.seed = stored, size, seed
        self.square = (size, size)
        self.lifelike, self.batch = lifelike, batch
        self.shares = {
            name: share * (emptiness if name in NOBODY else 1)
            for name, share in SHARES.items()
            if stored[name]
        }
        self.names = list(self.shares)
        self.chances = np.array(list(self.shares.values())) / sum(self.shares.values())
        self.shapes = lifelike_shapes(size)
        self.empty = [
            s
            for name in ("backgrounds", "surroundings", "coco_people")
            for s in stored[name]
            if not s.alpha.any()
        ]
        # A half-seen person behind a cut-out would be labelled background: only truly empty pictures serve.
        self.empty = [s for s in self.empty if s.weight is None or (s.weight == 255).all()]
        self.animals = [item for item in stored["animals"] if item.animal is not None]

    def __getitem__(self, number: int) -> tuple[torch.Tensor, ...]:
        # A third number: the samples' own generators have two.
        together = np.random.default_rng((self.seed, number // self.batch, 1))
        lifelike = together.random() < self.lifelike
        shape = self.shapes[together.integers(len(self.shapes))] if lifelike else self.square
        rng = np.random.default_rng((self.seed, number))
        name = self.names[rng.choice(len(self.names), p=self.chances)]
        made = self.lifelike_sample(rng, name, shape) if lifelike else self.sample(rng, name)
        return tuple(map(torch.from_numpy, made))

    def _background(self, rng: augment.Rng) -> np.ndarray:
        picture = self.empty[rng.integers(len(self.empty))].image
        matrix = augment.random_affine(rng, (0, 0, picture.shape[1], picture.shape[0]), self.square)
        out = augment.warp(picture, matrix, self.square, cv2.BORDER_REFLECT_101)
        return cv2.GaussianBlur(out, (0, 0), rng.uniform(0.5, 5)) if rng.random() < 0.25 else out

    def _warped(self, rng: augment.Rng, item: Stored, pixels: np.ndarray) -> list[np.ndarray]:
        matrix = augment.random_affine(rng, item.boxes[rng.integers(len(item.boxes))], self.square)
        return self._placed(item, pixels, matrix, self.square)

    @staticmethod
    def _placed(
        item: Stored, pixels: np.ndarray, matrix: np.ndarray, shape: tuple[int, int]
    ) -> list[np.ndarray]:
        alpha = augment.warp(item.alpha, matrix, shape, cv2.BORDER_REPLICATE)
        # Beyond the picture's border the sample shows a stretched edge: nothing to learn there.
        border = item.weight if item.weight is not None else np.full(item.alpha.shape, 255, np.uint8)
        weight = cv2.warpAffine(border, matrix, shape[::-1], flags=cv2.INTER_NEAREST)
        return [augment.warp(pixels, matrix, shape, cv2.BORDER_REPLICATE), alpha, weight]

    def _cut_out(self, rng: augment.Rng, item: Stored) -> list[np.ndarray]:
        image, alpha, weight = self._warped(rng, item, item.foreground)
        # A body cut by its picture's border would end in mid-air in the composite; that is what it is there.
        return [image, np.where(weight > 0, alpha, 0).astype(np.uint8), weight]

    def _with_animal(self, rng: augment.Rng, picture: np.ndarray) -> np.ndarray:
        """A square picture with an animal of another in front; as it was where none is known."""
        if not self.animals:
            return picture
        item = self.animals[rng.integers(len(self.animals))]
        matrix = augment.random_affine(rng, item.boxes[0], self.square)
        mask = cv2.GaussianBlur(
            augment.warp(item.animal, matrix, self.square, cv2.BORDER_CONSTANT), (0, 0), 0.8
        )
        return augment.blend(
            augment.warp(item.image, matrix, self.square, cv2.BORDER_REPLICATE), mask, picture
        )

    def lifelike_sample(
        self, rng: augment.Rng, name: str, shape: tuple[int, int]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """A picture of a source, or a person's surroundings in it, nearly as it came; upright ones for an upright ``shape``."""
        for _ in range(TRIES):
            item = self.stored[name][rng.integers(len(self.stored[name]))]
            x0, y0, x1, y1 = box = item.boxes[rng.integers(len(item.boxes))]
            if (y1 - y0 > x1 - x0) == (shape[0] > shape[1]):
                break
        matrix = augment.random_affine(rng, box, shape, LIFELIKE_FREEDOM)
        image, alpha, weight = self._placed(item, item.image, matrix, shape)
        image = augment.tone(rng, image, LIFELIKE_TONE)
        return np.ascontiguousarray(image.transpose(2, 0, 1)), alpha, weight

    def sample(self, rng: augment.Rng, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """A square picture of a source, anywhere in it, before its own background or another, in any light."""
        item = self.stored[name][rng.integers(len(self.stored[name]))]
        composited = item.foreground is not None and rng.random() < 0.4
        if composited:
            image, alpha, weight = self._cut_out(rng, item)
            behind = self._background(rng)
            if rng.random() < 0.2:  # somebody else behind
                other = self.stored[FINE_SOURCES[rng.integers(2)]]
                extra, extra_alpha, _ = self._cut_out(rng, other[rng.integers(len(other))])
                behind = augment.blend(extra, extra_alpha, behind)
                union = np.maximum(alpha, extra_alpha)
            else:
                union = alpha
                if rng.random() < ANIMAL_BEHIND:
                    behind = self._with_animal(rng, behind)
            if rng.random() < 0.7:
                image, behind = augment.tone(rng, image, 0.8), augment.tone(rng, behind, 0.8)
            image = augment.blend(image, alpha, behind)
            alpha, weight = union, np.full_like(weight, 255)
        else:
            image, alpha, weight = self._warped(rng, item, item.image)
            if name in ("backgrounds", "animals") and rng.random() < ANIMAL_ELSEWHERE:
                image = self._with_animal(rng, self._background(rng))
                weight = np.full_like(weight, 255)
        image = augment.tone(rng, image)
        if rng.random() < 0.08:
            image = augment.back_light(rng, image, alpha)
        if rng.random() < 0.6:
            image = augment.webcam(rng, image)
        return np.ascontiguousarray(image.transpose(2, 0, 1)), alpha, weight
