"""Single frames in memory: what a browser sends and is sent."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image

from core.errors import InputError

MAX_FRAME_PIXELS = 1920 * 1088
_KINDS = ("JPEG", "WEBP", "PNG")


def decode_frame(data: bytes, max_pixels: int = MAX_FRAME_PIXELS) -> np.ndarray:
    """A JPEG, WebP or PNG of a frame → uint8 RGB (H, W, 3).

    Its size is read from its header first: a few bytes can claim to be gigabytes of pixels.

    Raises:
        InputError: not such a picture, cut short, or of more than ``max_pixels``.
    """
    try:
        with Image.open(io.BytesIO(data), formats=_KINDS) as header:
            width, height = header.size
    except Exception:  # Pillow's parsers raise whatever they stumble over
        raise InputError("the frame is not a picture", ", ".join(_KINDS)) from None
    if width * height > max_pixels:
        raise InputError(
            f"the frame is {width}×{height} px",
            f"at most {max_pixels / 1e6:.1f} megapixels",
            "send it smaller",
        )
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise InputError("the frame is damaged or cut short", "a whole " + " or ".join(_KINDS))
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)


def encode_frame(picture: np.ndarray, quality: int = 85) -> bytes:
    """uint8 RGB (H, W, 3) or grey (H, W) → JPEG bytes, ``quality`` 1 to 100."""
    if picture.ndim == 3:
        picture = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError(f"OpenCV cannot encode an array of shape {picture.shape}, {picture.dtype}")
    return data.tobytes()
