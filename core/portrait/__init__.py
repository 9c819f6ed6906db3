"""The portrait panel's work: a person stands sharp before a background that is blurred or replaced."""

from __future__ import annotations

from core.portrait.compose import compose
from core.portrait.effect import Effect, blur_radius
from core.portrait.people import Person, find_people, keep_people

__all__ = ["Effect", "Person", "blur_radius", "compose", "find_people", "keep_people"]
