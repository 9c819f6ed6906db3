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
            png = header.format == "PNG"
    except Exception:  # Pillow's parsers raise whatever they stumble over
        raise InputError("the frame is not a picture", ", ".join(_KINDS)) from None
    if width * height > max_pixels:
        raise InputError(
            f"the frame is {width}×{height} px",
            f"at most {max_pixels / 1e6:.1f} megapixels",
            "send it smaller",
        )
    if png:  # OpenCV takes the memory that any chunk of a PNG claims
        return _decode_png(data)
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise InputError("the frame is damaged or cut short", "a whole " + " or ".join(_KINDS))
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)


def _decode_png(data: bytes) -> np.ndarray:
    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            return np.array(image.convert("RGB"))
    except Exception:  # Pillow's parsers raise whatever they stumble over
        raise InputError("the frame is damaged or cut short", "a whole " + " or ".join(_KINDS)) from None


def decode_planes(data: bytes, width: int, height: int, max_pixels: int = MAX_FRAME_PIXELS) -> np.ndarray:
    """Bare I420 planes (Y, then U and V at half the size; BT.601, limited range) → uint8 RGB (H, W, 3).

    Raises:
        InputError: odd or no sides, more than ``max_pixels``, or another number of bytes than the size asks for.
    """
    if not width or not height or width % 2 or height % 2 or width * height > max_pixels:
        raise InputError(
            f"bare planes of {width}×{height} px", f"even sides, at most {max_pixels / 1e6:.1f} megapixels"
        )
    if len(data) != width * height * 3 // 2:
        raise InputError(f"planes of {len(data)} bytes", f"{width * height * 3 // 2} for {width}×{height} px")
    planes = np.frombuffer(data, np.uint8).reshape(height * 3 // 2, width)
    return cv2.cvtColor(planes, cv2.COLOR_YUV2RGB_I420)


def encode_planes(picture: np.ndarray) -> bytes:
    """uint8 RGB (H, W, 3) or grey (H, W), H and W even → bare I420 planes as :func:`decode_planes` takes them."""
    if picture.ndim == 2:
        picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB)
    return cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420).tobytes()


def encode_frame(picture: np.ndarray, quality: int = 85) -> bytes:
    """uint8 RGB (H, W, 3) or grey (H, W) → JPEG bytes, ``quality`` 1 to 100."""
    if picture.ndim == 3:
        picture = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError(f"OpenCV cannot encode an array of shape {picture.shape}, {picture.dtype}")
    return data.tobytes()
