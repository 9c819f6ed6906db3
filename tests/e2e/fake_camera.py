"""A camera for Chromium: a file whose frames carry their number, so that a frame can be recognised later."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from demos.portrait.example import example_photo

BITS = 10
_LOW, _HIGH = 30, 200  # a lens blur lets pure white flow over its neighbours


def numbered_frame(number: int, width: int, height: int, picture: np.ndarray) -> np.ndarray:
    """``picture`` (uint8 RGB, of this size) with its number as ten blocks along the top.

    Each block stands above its own opposite: which of the two is brighter is seen after any blur.
    """
    frame = picture.copy()
    row, edges = height // 10, np.linspace(0, width, BITS + 1).round().astype(int)
    for bit in range(BITS):
        pair = (_HIGH, _LOW) if number >> bit & 1 else (_LOW, _HIGH)
        for i, grey in enumerate(pair):
            frame[i * row : (i + 1) * row, edges[bit] : edges[bit + 1]] = grey
    return frame


READ_NUMBER = f"""(source, width, height) => {{
  const canvas = (window.reader ||= new OffscreenCanvas({BITS}, 2));
  const brush = canvas.getContext('2d', {{ willReadFrequently: true }});
  brush.imageSmoothingEnabled = false;     // so each of the ten takes the pixel in the middle of its block
  for (const row of [0, 1])
    brush.drawImage(source, 0, Math.floor((row + 0.5) * height / 10), width, 1, 0, row, {BITS}, 1);
  const pixels = brush.getImageData(0, 0, {BITS}, 2).data;
  let number = 0;
  for (let bit = 0; bit < {BITS}; bit++) {{
    const more = pixels[4 * bit + 1] - pixels[4 * ({BITS} + bit) + 1];
    if (Math.abs(more) < 20) return -1;
    if (more > 0) number |= 1 << bit;
  }}
  return number;
}}"""
"""JavaScript: the number in a video, an image or a canvas of that size; −1 where it cannot be told."""


def write_camera(
    path: Path, width: int = 640, height: int = 480, frames: int = 150, fps: int = 30, numbered: bool = True
) -> Path:
    """A ``.y4m`` (raw 4:2:0) of a person who sways before stripes, numbered 0 to ``frames`` − 1."""
    person = example_photo().pixels
    side = round(height * 0.78)
    person = cv2.resize(person, (side, side), interpolation=cv2.INTER_AREA)
    y, x = np.mgrid[:height, :width]
    room = np.stack(((x // 24 % 2) * 60 + 90, (y // 24 % 2) * 60 + 90, np.full_like(x, 140)), axis=-1).astype(
        np.uint8
    )
    with open(path, "wb") as file:
        file.write(f"YUV4MPEG2 W{width} H{height} F{fps}:1 Ip A1:1 C420jpeg\n".encode())
        for number in range(frames):
            picture = room.copy()
            left = round((width - side) * (0.5 + 0.3 * np.sin(2 * np.pi * number / frames)))
            picture[height - side :, left : left + side] = person
            frame = numbered_frame(number, width, height, picture) if numbered else picture
            file.write(b"FRAME\n" + cv2.cvtColor(frame, cv2.COLOR_RGB2YUV_I420).tobytes())
    return path


def camera_options(path: Path) -> list[str]:
    """What makes Chromium take ``path`` for its only camera, and allow it without asking."""
    return [
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={path}",
        "--use-fake-ui-for-media-stream",
    ]
