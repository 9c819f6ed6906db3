"""The portrait panel's work: a person stands sharp before a background that is blurred or replaced."""

from __future__ import annotations

from core.portrait.compose import compose
from core.portrait.effect import Effect, blur_radius
from core.portrait.people import Person, find_people, keep_people
from core.portrait.photo import PortraitPhoto
from core.portrait.smoothing import TemporalSmoother
from core.portrait.stream import PortraitStream

__all__ = [
    "Effect",
    "Person",
    "PortraitPhoto",
    "PortraitStream",
    "TemporalSmoother",
    "blur_radius",
    "compose",
    "find_people",
    "keep_people",
]
