"""A camera for Chromium: a file whose frames carry their number, so that a frame can be recognised later."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from demos.portrait.example import example_photo

BITS = 10


def numbered_frame(number: int, width: int, height: int, picture: np.ndarray) -> np.ndarray:
    """``picture`` (uint8 RGB, of this size) with its number as ten black or white blocks along the top."""
    frame = picture.copy()
    block_height, edges = height // 8, np.linspace(0, width, BITS + 1).round().astype(int)
    for bit in range(BITS):
        frame[:block_height, edges[bit] : edges[bit + 1]] = 255 if number >> bit & 1 else 0
    return frame


READ_NUMBER = f"""(source, width, height) => {{
  const canvas = (window.reader ||= new OffscreenCanvas({BITS}, 1));
  const brush = canvas.getContext('2d', {{ willReadFrequently: true }});
  const block = width / {BITS};
  for (let bit = 0; bit < {BITS}; bit++)   // one pixel from the middle of each block
    brush.drawImage(source, (bit + 0.5) * block, height / 16, 1, 1, bit, 0, 1, 1);
  const pixels = brush.getImageData(0, 0, {BITS}, 1).data;
  let number = 0;
  for (let bit = 0; bit < {BITS}; bit++) if (pixels[4 * bit] > 127) number |= 1 << bit;
  return number;
}}"""
"""JavaScript: the number in a video or a canvas."""


def write_camera(path: Path, width: int = 640, height: int = 480, frames: int = 150, fps: int = 30) -> Path:
    """A ``.y4m`` (raw 4:2:0) of a person who sways before stripes, numbered 0 to ``frames`` − 1."""
    person = example_photo().pixels
    side = round(height * 0.9)
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
            frame = numbered_frame(number, width, height, picture)
            file.write(b"FRAME\n" + cv2.cvtColor(frame, cv2.COLOR_RGB2YUV_I420).tobytes())
    return path
