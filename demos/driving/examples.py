"""The pictures of the first screen: no street photo that is free comes with a package, so the project draws its own."""

from __future__ import annotations

import re

from core.driving.street import StreetScene
from core.media.images import Photo
from demos.driving.scene import Scene
from demos.driving.truth import drawn_truth

SIZE = (1024, 512)
EXAMPLES = (7, 14, 9, 10)
"""Seeds of the streets; the first is shown before anything is chosen."""

_TOKEN = re.compile(r"drawn-(\d+)")


def example_token(seed: int) -> str:
    """What a drawn street is called instead of a secret: everyone may see it."""
    return f"drawn-{seed}"


def example_of(token: str) -> int | None:
    """The seed that a token names; None: it names no example."""
    found = _TOKEN.fullmatch(token)
    seed = int(found[1]) if found else None
    return seed if seed in EXAMPLES else None


def draw_example(seed: int) -> Scene:
    """A street with its truth."""
    frame = StreetScene(seed).frame(*SIZE)
    return Scene(
        Photo(frame.image, name=f"street-{seed}.png"), drawn_truth(frame), seed, token=example_token(seed)
    )
