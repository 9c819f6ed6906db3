"""A small world of portraits to train on."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.training.portrait import data


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    """A folder of all sources with eight pictures each, and their prepared cut-outs."""
    root, prepared = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("prepared")
    rng = np.random.default_rng(3)
    person, nobody = cv2.circle(np.zeros((96, 128), np.uint8), (40, 50), 25, 255, -1), np.zeros((96, 128), np.uint8)  # fmt: skip
    for source in data.SOURCES:
        (root / source).mkdir()
        for number in range(8):
            picture = rng.integers(0, 255, (96, 128, 3), np.uint8)
            cv2.imwrite(str(root / source / f"{number}.jpg"), picture)
            if source == "backgrounds":
                continue
            mask = person if number % 2 == 0 or source in data.FINE_SOURCES else nobody
            cv2.imwrite(str(root / source / f"{number}.png"), mask)
            if source in data.FINE_SOURCES:
                parts = {"image": picture, "alpha": mask, "foreground": picture}
                np.savez(prepared / f"{source}-{number}.npz", **parts)
    return root, prepared
