"""One photo, worked on step by step: what a new setting does not touch is not computed again."""

from __future__ import annotations

import threading
from collections import Counter

import numpy as np

from core.portrait.compose import checked, render
from core.portrait.effect import Effect, check_picture
from core.portrait.foreground import edge_colours
from core.portrait.people import Person, find_people
from core.portrait.refine import find_edge
from core.portrait.soft_edge import Halves, SoftEdge
from core.portrait.stream import MatteSource


class PortraitPhoto:
    """A photo and its matte, refined matte, edge colours and people, each made once when first asked for.

    Thread-safe.

    Args:
        frame: uint8 (H, W, 3) RGB; not copied, so leave it unchanged.
        segmenter: gives the matte of a frame.

    Raises:
        InputError: ``frame`` is not such an array.

    Attributes:
        counts: how often each stage was computed: matte, refined, colours, people, render.
    """

    def __init__(self, frame: np.ndarray, segmenter: MatteSource) -> None:
        check_picture(frame)
        self.frame = np.ascontiguousarray(frame)
        self.counts: Counter[str] = Counter()
        self._segmenter = segmenter
        self._frames = Halves(self.frame)
        self._alphas: Halves | None = None
        self._edge: SoftEdge | None = None
        self._colours: np.ndarray | None = None
        self._people: list[Person] | None = None
        self._turn = threading.RLock()

    @property
    def matte(self) -> np.ndarray:
        """float32 (H, W), the network's matte."""
        with self._turn:
            if self._alphas is None:
                self.counts["matte"] += 1
                _, alpha = checked(self.frame, self._segmenter.matte(self.frame))
                self._alphas = Halves(alpha)
            return self._alphas.full

    @property
    def refined(self) -> np.ndarray:
        """float32 (H, W), the matte at the frame's own edges."""
        return self._refined_edge().dense()

    @property
    def people(self) -> list[Person]:
        """The people who stand apart, largest first."""
        with self._turn:
            if self._people is None:
                self.counts["people"] += 1
                self._people = find_people(self.matte)
            return self._people

    def render(self, effect: Effect) -> np.ndarray:
        """The finished picture, uint8, as `compose` gives it in photo quality."""
        with self._turn:
            edge = self._refined_edge()
            if self._colours is None and effect.output != "matte":
                self.counts["colours"] += 1
                self._colours = edge_colours(self.frame, edge, frames=self._frames)
            self.counts["render"] += 1
            assert self._alphas is not None
            return render(self._frames, self._alphas, edge, effect, colours=self._colours)

    def _refined_edge(self) -> SoftEdge:
        with self._turn:
            if self._edge is None:
                alpha = self.matte
                self.counts["refined"] += 1
                self._edge = find_edge(self.frame, alpha, frames=self._frames, alphas=self._alphas)
            return self._edge
