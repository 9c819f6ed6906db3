"""``python -m demos.door_pictures``: make the front door's pictures anew, each half as it came and half segmented."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from core.driving import Look, ParsedFrame
from core.media.frames import encode_frame
from core.medical.tasks import get_task, segment
from core.portrait.effect import Effect
from core.portrait.photo import PortraitPhoto
from core.segmenter import load_segmenter
from demos.driving.examples import EXAMPLES, draw_example
from demos.medical.examples import drawn_head
from demos.portrait.example import example_photo

FOLDER = Path(__file__).parent / "doors"
SIZE = (264, 198)  # px; shown at half of it
_LINE = 2  # px between the halves


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    for name, make in (("portrait", portrait), ("driving", driving), ("medical", medical)):
        (FOLDER / f"{name}.jpg").write_bytes(encode_frame(halves(*make()), 88))
    return 0


def halves(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """The left of one and the right of the other, uint8 RGB of ``SIZE``."""
    width = SIZE[0]
    out = fit(before)
    out[:, width // 2 :] = fit(after)[:, width // 2 :]
    out[:, (width - _LINE) // 2 : (width + _LINE) // 2] = 255
    return out


def fit(picture: np.ndarray) -> np.ndarray:
    """The middle of a picture at ``SIZE``."""
    height, width = picture.shape[:2]
    scale = max(SIZE[0] / width, SIZE[1] / height)
    small = cv2.resize(picture, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    left, top = (small.shape[1] - SIZE[0]) // 2, (small.shape[0] - SIZE[1]) // 2
    return small[top : top + SIZE[1], left : left + SIZE[0]].copy()


def portrait() -> tuple[np.ndarray, np.ndarray]:
    """The example and its blurred background."""
    photo = example_photo().pixels
    after = PortraitPhoto(photo, load_segmenter("portrait-fine")).render(Effect(f_number=1.4))
    return photo[:384], after[:384]  # head and shoulders


def driving() -> tuple[np.ndarray, np.ndarray]:
    """The first drawn street and its classes."""
    frame = draw_example(EXAMPLES[0]).photo.pixels
    parsed = ParsedFrame(frame, load_segmenter("driving-fast").semantic(frame))
    return frame, parsed.render(Look("overlay", 0.8))


def medical() -> tuple[np.ndarray, np.ndarray]:
    """A slice of the drawn CT head from the front, and its tissues."""
    volume = drawn_head().volume("CT", noise=0.02)
    finding = segment(volume, get_task("ct-tissues"))
    at = volume.data.shape[1] * 6 // 10
    grey = np.clip((volume.data[:, at] + 160.0) / 560 * 255, 0, 255).astype(np.uint8).T[::-1]
    ids = finding.ids[:, at].T[::-1]
    before = np.repeat(grey[..., None], 3, axis=2)
    after = before.astype(np.float32)
    for label in finding.task.labels.labels:
        if label.id:
            after[ids == label.id] = 0.45 * after[ids == label.id] + 0.55 * np.array(label.color, np.float32)
    return before, after.astype(np.uint8)


if __name__ == "__main__":
    raise SystemExit(main())
