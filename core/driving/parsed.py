"""One road frame, taken apart: what a network said of it, and every picture and number that follows from that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np

from core.driving import views
from core.driving.exports import LABEL_SETS
from core.driving.free_path import FreePath, free_path
from core.driving.panoptic import blobs, fuse
from core.driving.pixels import LegendRow, Reason, category_shares, doubt, legend, upright, why_no_road
from core.errors import InputError
from core.labels import get_label_set
from core.labels.merge import merge_table
from core.results import ClassScores, Instances, PanopticMap, SemanticMap

View = Literal[
    "overlay", "color", "ids", "categories", "stuff", "things", "road", "instances", "panoptic", "confidence"
]
VIEWS: tuple[View, ...] = get_args(View)
FADING: tuple[View, ...] = ("overlay", "categories", "stuff", "things", "instances", "panoptic")
"""The views that ``opacity`` means something to."""


@dataclass(frozen=True)
class Look:
    """How a parsed frame is shown; checked on construction.

    Args:
        view: ``overlay`` of the classes' colours; those ``color``s alone; ``ids`` as grey levels; the 8 ``categories``;
            only ``stuff`` or only ``things``; the ``road`` with the free path on it; ``instances`` with boxes and
            scores; ``panoptic`` segments; ``confidence``: doubt glows.
        opacity: of the colours over the frame, 0 to 1, in the views of ``FADING``.
        labels: one of ``LABEL_SETS``.

    Raises:
        InputError: one of them is out of range, or the set has no categories to be shown.
    """

    view: View = "overlay"
    opacity: float = 0.55
    labels: str = "cityscapes"

    def __post_init__(self) -> None:
        if self.view not in VIEWS:
            raise InputError(f"no view is called {self.view!r}", f"one of {', '.join(VIEWS)}")
        if self.labels not in LABEL_SETS:
            raise InputError(f"no labels are called {self.labels!r}", f"one of {', '.join(LABEL_SETS)}")
        number = isinstance(self.opacity, int | float) and not isinstance(self.opacity, bool)
        if not number or not 0 <= self.opacity <= 1:
            raise InputError(f"an opacity of {self.opacity!r}", "a number from 0 to 1")
        if self.view == "categories" and not get_label_set(LABEL_SETS[self.labels]).categories:
            raise InputError(f"{self.labels} has no categories", "the view categories with labels cityscapes")


class ParsedFrame:
    """A frame and a network's answer about it; whatever follows is made when first asked for, and kept.

    It may be read from several threads: at worst something is made twice.

    Args:
        frame: uint8 RGB (H, W, 3); not copied, so leave it unchanged.
        scores: what a semantic network answered.
        find_instances: finds the things in a frame, in the label set of ``scores``; None: connected regions of a class stand in
            for them (:func:`core.driving.blobs`).
    """

    def __init__(
        self,
        frame: np.ndarray,
        scores: ClassScores,
        find_instances: Callable[[np.ndarray], Instances] | None = None,
    ) -> None:
        if frame.shape[:2] != scores.size:
            raise InputError(f"a frame of {frame.shape[:2]} and scores of {scores.size}", "one size")
        self.frame = frame
        self.scores = scores
        self._find_instances = find_instances
        self._others: dict[str, ParsedFrame] = {}
        self._asked = scores  # as the network gave them, before classes were merged

    def in_labels(self, labels: str) -> ParsedFrame:
        """The same in another of ``LABEL_SETS``: probabilities of merged classes are added.

        Raises:
            InputError: unknown set.
        """
        if labels not in LABEL_SETS:
            raise InputError(f"no labels are called {labels!r}", f"one of {', '.join(LABEL_SETS)}")
        name = LABEL_SETS[labels]
        if name == self.scores.labels.name:
            return self
        if name not in self._others:
            merged = self.scores.merged(name)
            find = self._find_instances
            other = ParsedFrame(
                self.frame, merged, None if find is None else lambda _: _merged(self.instances, name)
            )
            other._asked = self._asked
            self._others[name] = other
        return self._others[name]

    @cached_property
    def semantic(self) -> SemanticMap:
        """The likeliest class of every pixel."""
        return self.scores.semantic()

    @cached_property
    def confidence(self) -> np.ndarray:
        """float32 (H, W), the likeliest class's probability."""
        return self.scores.confidence()

    @cached_property
    def instances(self) -> Instances:
        """The things, one by one."""
        return blobs(self.scores) if self._find_instances is None else self._find_instances(self.frame)

    @property
    def thing_ids(self) -> list[int]:
        """The label id of every thing."""
        return [int(i) for i in self.instances.label_ids]

    @cached_property
    def panoptic(self) -> PanopticMap:
        """Every pixel to one thing or to one class of stuff."""
        # Regions are the semantic map's own: to leave out the doubtful ones would leave holes.
        least = 0.0 if self._find_instances is None else 0.5
        return fuse(self.semantic, self.instances, min_score=least)

    @cached_property
    def path(self) -> FreePath:
        """The free way ahead."""
        return free_path(self.semantic)

    @cached_property
    def legend(self) -> list[LegendRow]:
        """The classes by their share of the picture, the largest first."""
        return legend(self.semantic)

    @cached_property
    def categories(self) -> dict[str, float]:
        """Share of the picture by category; empty where the label set has none."""
        return category_shares(self.semantic)

    @cached_property
    def doubt(self) -> float:
        """Share of the picture, 0 to 1, where the network is unsure which of its own classes it sees."""
        return doubt(self._asked)

    @cached_property
    def upright(self) -> float:
        """Share of the lower half, 0 to 1, that is walls or sky to the network, where ground should be."""
        return upright(self._asked)

    @cached_property
    def why_doubtful(self) -> Reason | None:
        """What speaks against a road scene: ``unsure`` (see :attr:`doubt`) or ``upright``; None: nothing."""
        return why_no_road(self._asked)

    @property
    def doubtful(self) -> bool:
        """Whether this hardly is a road scene as the network knows them (a face, a kitchen): tell the user."""
        return self.why_doubtful is not None

    def render(self, look: Look) -> np.ndarray:
        """The picture asked for, uint8 RGB (H, W, 3)."""
        return self.in_labels(look.labels)._picture(look)

    def _picture(self, look: Look) -> np.ndarray:
        frame, view = self.frame, look.view
        if view == "color":
            return self.semantic.colored()
        if view == "ids":
            return views.id_picture(self.semantic)
        if view == "confidence":
            return views.confidence_picture(self.confidence)
        if view == "road":
            return views.road_picture(frame, self.semantic, self.path)
        if view in ("stuff", "things"):
            return views.only(frame, self.semantic, view, look.opacity)  # type: ignore[arg-type]
        if view == "instances":
            least = 0.0 if self._find_instances is None else 0.5
            return views.instance_picture(frame, self.instances, opacity=look.opacity, min_score=least)
        if view == "panoptic":
            return views.overlay(frame, views.panoptic_picture(self.panoptic), look.opacity)
        if view == "categories":
            return views.overlay(frame, views.category_picture(self.semantic), look.opacity)
        return views.overlay(frame, self.semantic.colored(), look.opacity)


def _merged(instances: Instances, name: str) -> Instances:
    """Instances of the 19 classes under the names of the coarser set ``name``."""
    table, coarse = merge_table(name), get_label_set(name)
    train_ids = [instances.labels.by_id(int(i)).train_id for i in instances.label_ids]
    ids = [coarse.evaluated[int(table[:, t].argmax())].id for t in train_ids]
    return Instances(instances.masks, np.array(ids, int), instances.scores, coarse)
