"""The portrait's path: matte, composed frame, photo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from core.portrait.effect import Effect, blur_radius
from core.portrait.photo import PortraitPhoto
from core.portrait.stream import PortraitStream
from core.segmenter import load_segmenter
from demos.portrait.example import example_photo
from tests.bench.harness import Row, compare

GENERAL = "selfie_segmentation_8b57bf879.tflite"


def scene(height: int, width: int) -> np.ndarray:
    """The example's person, head and shoulders, in a frame of this size, uint8 RGB: as a webcam sees people."""
    return cover_top(example_photo().pixels, height, width)


def cover_top(picture: np.ndarray, height: int, width: int) -> np.ndarray:
    """``picture`` scaled to cover ``height × width``, its top kept."""
    scale = max(height / picture.shape[0], width / picture.shape[1])
    part = picture[: round(height / scale), : round(width / scale)]
    return cv2.resize(part, (width, height), interpolation=cv2.INTER_CUBIC)


def mediapipe(peers: Path, frame: np.ndarray):
    """MediaPipe's general model through LiteRT with two threads: frame in, matte of the frame's size out."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(peers / "mediapipe" / GENERAL), num_threads=2)
    interpreter.allocate_tensors()
    source, target = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    size = (frame.shape[1], frame.shape[0])

    def run() -> np.ndarray:
        # Linear, which is quick; where its mattes are scored (core.training.portrait.evaluate), pictures are averaged.
        small = cv2.resize(frame, (256, 256)).astype(np.float32)[None] / 255
        interpreter.set_tensor(source["index"], small)
        interpreter.invoke()
        return cv2.resize(interpreter.get_tensor(target["index"])[0, ..., 0], size)

    return run


def rows(peers: Path | None) -> Iterator[Row]:
    frame = scene(480, 640)
    theirs = mediapipe(peers, frame) if peers and (peers / "mediapipe" / GENERAL).exists() else None
    for name in ("portrait-fast", "portrait-fine"):
        segmenter = load_segmenter(name, threads=2)
        yield compare(
            f"{name}, 640×480 frame to matte",
            lambda s=segmenter: s.matte(frame),
            "MediaPipe general (LiteRT)",
            theirs,
        )

    wide = scene(720, 1280)
    stream = PortraitStream(load_segmenter("portrait-fast", threads=2), Effect())
    radius = blur_radius(2.8, 720, 1280)
    side = 2 * round(radius) + 1
    yield compare(
        "1280×720 frame to blurred frame", lambda: stream(wide),
        f"GaussianBlur of equal spread (σ {radius / 2:.1f})", lambda: cv2.GaussianBlur(wide, (0, 0), radius / 2), each=4,
    )  # fmt: skip
    yield compare(
        "1280×720 frame to blurred frame, narrow peer", lambda: stream(wide),
        f"GaussianBlur with a {side}×{side} kernel", lambda: cv2.GaussianBlur(wide, (side, side), 0), each=4,
    )  # fmt: skip

    large = scene(3000, 4000)
    fine = load_segmenter("portrait-fine", threads=2)
    yield compare(
        "12-megapixel photo to blurred photo",
        lambda: PortraitPhoto(large, fine).render(Effect()),
        rounds=3,
        each=2,
    )
