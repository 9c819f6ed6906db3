"""Images of any contrast from labels, so that a network learns shapes and not one scanner's greys.

As SynthSeg does it (Billot et al., Medical Image Analysis 86, 2023): a brightness by chance for every part. What is
alike in every scanner stays alike: both halves, cortex and nuclei, water everywhere.
"""

from __future__ import annotations

import cv2
import numpy as np

from core.training.medical.brain_classes import CLASSES, NUMBER

_GREY = ("grey matter", "cerebellar grey matter")
_WHITE = ("white matter", "cerebellar white matter", "brain stem")
_WATER = ("outer CSF", "ventricles")


def class_greys(rng: np.random.Generator) -> np.ndarray:
    """float32 (256,): a brightness in 0 … 1 for every class of the brain; 0 for all others."""
    grey, white, water = rng.uniform(0.1, 1, 3)
    mixed = grey + rng.uniform(-0.1, 0.6) * (white - grey)
    greys = np.zeros(256, np.float32)
    for number, name in enumerate(CLASSES[1:], 1):
        base = white if name in _WHITE else water if name in _WATER else grey if name in _GREY else None
        if base is None:  # nuclei: between cortex and white matter, left and right alike
            base = greys[number - 1] if name.startswith("right") else mixed + rng.normal(0, 0.06)
            greys[number] = base
        else:
            greys[number] = base + rng.normal(0, 0.03)
    inside = slice(1, len(CLASSES))
    greys[inside] = np.clip(greys[inside], 0.02, 1)
    return greys


def class_of_part(parts: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """uint8 (256,): the class that each part of a head belongs to, from uint8 volumes of one shape."""
    table = np.zeros(256, np.uint8)
    table[parts.ravel()] = classes.ravel()
    return table


def part_greys(rng: np.random.Generator, of_part: np.ndarray) -> np.ndarray:
    """float32 (256,): a brightness for every part of a head; the brain's parts by their class, air near 0.

    Args:
        of_part: from :func:`class_of_part`.
    """
    greys = rng.uniform(0, 1, 256).astype(np.float32)
    by_class = class_greys(rng)
    brain = (of_part > 0) & (of_part < len(CLASSES))
    greys[brain] = by_class[of_part[brain]]
    # Water outside of the mask is as bright as water in it.
    greys[of_part == 255] = np.where(
        rng.random((of_part == 255).sum()) < 0.8, by_class[NUMBER["outer CSF"]], rng.uniform(0, 1)
    )
    greys[0] = 0 if rng.random() < 0.7 else rng.uniform(0, 0.1)
    return greys


def paint(rng: np.random.Generator, parts: np.ndarray, greys: np.ndarray) -> np.ndarray:
    """uint8 (C, H, W) → float32: every part in its grey, uneven, edges mixed as voxels mix them."""
    image = greys[parts]
    image += np.float32(rng.uniform(0, 0.05)) * rng.standard_normal(parts.shape, np.float32) * (parts > 0)
    sigma = rng.uniform(0.35, 0.8)
    blurred = cv2.GaussianBlur(np.ascontiguousarray(image.transpose(1, 2, 0)), (0, 0), sigma)
    return (blurred if blurred.ndim == 3 else blurred[:, :, None]).transpose(2, 0, 1)


def other_contrast(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """A real image's greys in another order: a line of five knots by chance, air left dark."""
    knots = np.array([0, *np.sort(rng.uniform(0.1, 0.9, 3)), 1.0])
    heights = np.concatenate(([0.0], rng.uniform(0.05, 1, 4)))
    # The scalp's fat is the brightest and the skull among the darkest of T1: both may turn out anything here.
    return np.interp(image, knots, heights).astype(np.float32)
