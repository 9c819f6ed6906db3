"""Label maps: pictures whose pixel values are ids of classes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from core.errors import InputError
from core.media.images import MAX_MEGAPIXELS
from core.media.probe import read_head

_WORDS = "a PNG with one channel, in which a pixel's value is the id of its class"
# Bits of a pixel, which a PNG's head has at 24 → by what Pillow multiplies grey values to fill eight.
_STRETCHED = {2: 0x55, 4: 0x11}


def read_label_map(path: str | Path, most: int = 255) -> np.ndarray:
    """Ids of a PNG (H, W): grey values, or the indices of a palette (whose colours are left aside).

    Args:
        most: the highest id that is taken.

    Returns:
        uint8; int32 where ``most`` is over 255 and the file has 16 bits.

    Raises:
        InputError: missing, empty, damaged, too large, not a PNG, in colour, or with ids over ``most``.
    """
    path = Path(path)
    head = read_head(path)
    if head[:8] != b"\x89PNG\r\n\x1a\n":  # JPEG and its like change values
        raise InputError(f"{path.name} is not a PNG", _WORDS)
    try:
        with Image.open(path, formats=("PNG",)) as image:
            width, height = image.size
            if width * height > MAX_MEGAPIXELS * 1e6:
                raise InputError(
                    f"{path.name} has {width * height / 1e6:.0f} megapixels", f"at most {MAX_MEGAPIXELS}"
                )
            mode = image.mode
            if mode not in ("1", "L", "P") and not mode.startswith("I"):
                raise InputError(
                    f"{path.name} is in colour ({mode})", _WORDS, "export ids rather than colours"
                )
            ids = np.asarray(image)
    except Image.DecompressionBombError:
        raise InputError(
            f"{path.name} has far too many pixels", f"at most {MAX_MEGAPIXELS} megapixels"
        ) from None
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise InputError(
            f"{path.name} is damaged or cut short ({error})", _WORDS, "copy or download it again"
        ) from None
    if mode == "L":
        ids = ids // _STRETCHED.get(head[24], 1)
    if ids.max() > most:
        raise InputError(f"{path.name} has ids up to {ids.max()}", f"ids from 0 to {most}")
    return ids.astype(np.int32 if most > 255 and mode.startswith("I") else np.uint8)
