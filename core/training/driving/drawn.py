"""Drawn streets as training frames: rare things, and outlines exact to the pixel, for a small share of the stream."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from core.driving.street import StreetScene
from core.errors import InputError

# The seeds below are the panel's and the tests': no street that is shown was trained on.
FIRST_SEED = 1_000_000
SIZES = ((1024, 512), (832, 624), (960, 540))  # width, height: those of the other sources' cameras
SUFFIXES = ("_trainIds", "_instanceIds")


def draw_frames(prepared: Path, number: int, sizes: tuple[tuple[int, int], ...] = SIZES) -> int:
    """Write ``PREPARED/drawn/street_NNNN.jpg`` with ``_trainIds.png`` and ``_instanceIds.png`` (16 bit) beside it.

    Frame n is always the same street; what is there already stays, what is there beyond ``number`` goes.

    Returns:
        How many had to be drawn.

    Raises:
        InputError: ``number`` is negative, or the folder cannot be written.
    """
    if number < 0:
        raise InputError(f"{number} drawn frames", "0 or more")
    folder = prepared / "drawn"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.glob("street_*"):
            if int(path.stem.split("_")[1]) >= number:
                path.unlink()
    except (OSError, ValueError) as error:
        raise InputError(f"{folder} cannot be used ({error})", "a folder of drawn frames alone") from None
    drawn = 0
    for n in range(number):
        # The picture comes last: where it is, its labels are.
        picture = folder / f"street_{n:04d}.jpg"
        if picture.exists():
            continue
        frame = StreetScene(FIRST_SEED + n).frame(*sizes[n % len(sizes)])
        _write(picture.with_name(f"{picture.stem}_trainIds.png"), frame.train_ids())
        _write(picture.with_name(f"{picture.stem}_instanceIds.png"), frame.instance_ids.astype(np.uint16))
        _write(picture, cv2.cvtColor(frame.image, cv2.COLOR_RGB2BGR))
        drawn += 1
    return drawn


def _write(path: Path, array: np.ndarray) -> None:
    if not cv2.imwrite(str(path), array, [cv2.IMWRITE_JPEG_QUALITY, 93]):
        raise InputError(f"{path} cannot be written", "room to write it")
