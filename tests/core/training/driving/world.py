"""A folder shaped like ``data/driving``, small and made of stripes: enough for every step to run in seconds."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

SIZE = (48, 64)


def _write(image: Path, label: Path, ids: np.ndarray, seed: int) -> None:
    image.parent.mkdir(parents=True, exist_ok=True)
    label.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).integers(0, 60, (*ids.shape, 3))
    cv2.imwrite(str(image), (ids[..., None] * 9 % 190 + noise).astype(np.uint8))
    cv2.imwrite(str(label), ids)


def stripes(ids: list[int], size: tuple[int, int] = SIZE) -> np.ndarray:
    """Horizontal stripes of these ids, uint8."""
    rows = np.array(ids, np.uint8)[np.arange(size[0]) * len(ids) // size[0]]
    return np.repeat(rows[:, None], size[1], axis=1)


def make_world(root: Path) -> Path:
    """All six sources, on both sides of the split where they have two."""
    camvid = stripes([0, 5, 1, 8, 4, 3, 2, 11])
    for folder, stem in (
        ("train", "0001TP_006690"), ("train", "0006R0_f00930"), ("train", "0016E5_00390"), ("train", "0016E5_08190"),
        ("val", "0016E5_07959"), ("val", "0016E5_08159"),
    ):  # fmt: skip
        base = root / "camvid" / folder
        _write(base / "images" / f"{stem}.jpg", base / "labels" / f"{stem}.png", camvid, 1)
    cityscapes = stripes([23, 21, 11, 26, 24, 8, 7, 1])
    for street in range(8):
        stem = f"aachen_00000{street}_000019"
        base = root / "cityscapes_frames"
        _write(base / f"{stem}_leftImg8bit.jpg", base / f"{stem}_gtFine_labelIds.png", cityscapes, 2)
    for street in range(2):
        stem, base = f"aachen_00000{street}_000003", root / "cityscapes_clips" / f"seq000{street}"
        _write(base / f"{stem}_leftImg8bit.jpg", base / f"{stem}_labelIds.png", cityscapes, 3)
    for stem in ("00a360bd-27ccb1dd", "00cc68dd-3d50a55f"):
        base = root / "bdd10k"
        _write(base / f"{stem}.jpg", base / f"{stem}_trainIds.png", stripes([10, 8, 2, 13, 0, 255]), 4)
    base = root / "kitti"  # the real labels are a little larger than their pictures
    _write(base / "000000_10.jpg", base / "000000_10_labelIds.png", cityscapes, 5)
    cv2.imwrite(str(base / "000000_10_labelIds.png"), stripes([23, 21, 11, 26, 24, 8, 7, 1], (50, 66)))
    for number in range(5, 400_000, 9000):
        base = root / "idd_lite"
        _write(
            base / f"{number:06d}.jpg",
            base / f"{number:06d}.png",
            stripes([6, 5, 4, 3, 2, 1, 0, 255]),
            number,
        )
    return root
