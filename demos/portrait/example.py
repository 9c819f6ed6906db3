"""The picture of the first screen: NASA's public-domain portrait of Eileen Collins, in scikit-image's wheel."""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from pathlib import Path

from core.errors import InputError
from core.media.images import Photo, read_image


@lru_cache(maxsize=1)
def example_photo() -> Photo:
    """The example, uint8 RGB (512, 512, 3).

    Raises:
        InputError: scikit-image is not installed.
    """
    spec = importlib.util.find_spec("skimage")
    if spec is None or not spec.origin:
        raise InputError(
            "the example photo is missing", "the package scikit-image", "pip install scikit-image"
        )
    return read_image(Path(spec.origin).parent / "data" / "astronaut.png", name="astronaut.png")
