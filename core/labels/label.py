"""A label, and a set of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.errors import InputError

Color = tuple[int, int, int]


@dataclass(frozen=True)
class Label:
    """One class.

    Attributes:
        id: its number in the data set's own files.
        name: as the data set spells it.
        color: RGB, 0 to 255.
        isthing: countable (a car), or stuff (road).
        train_id: its number in networks and losses; 255 (or −1 for the licence plate) is ignored.
        category, category_id: the coarser class it belongs to, where the data set has such.
        ignored: left out of evaluation.
    """

    id: int
    name: str
    color: Color
    isthing: bool = False
    train_id: int = 255
    category: str = ""
    category_id: int = 0
    ignored: bool = False


@dataclass(frozen=True)
class LabelSet:
    """An ordered set of labels with unique ids and names.

    Attributes:
        name: what :func:`core.labels.get_label_set` calls it.
        labels: in the official order.
        void_id: id of pixels that are nothing, or None.
        source: whose table it is.

    Raises:
        ValueError: an id or a name occurs twice.
    """

    name: str
    labels: tuple[Label, ...]
    void_id: int | None
    source: str

    def __post_init__(self) -> None:
        for what in ("id", "name"):
            twice = [v for v, n in Counter(getattr(label, what) for label in self.labels).items() if n > 1]
            if twice:
                raise ValueError(f"{self.name}: {what} {twice} occurs twice")

    @cached_property
    def _by_id(self) -> dict[int, Label]:
        return {label.id: label for label in self.labels}

    @cached_property
    def _by_name(self) -> dict[str, Label]:
        return {label.name: label for label in self.labels}

    def by_id(self, number: int) -> Label:
        """The label with this id.

        Raises:
            InputError: there is none.
        """
        if number not in self._by_id:
            raise InputError(f"{self.name} has no id {number}", f"one of {sorted(self._by_id)}")
        return self._by_id[number]

    def by_name(self, name: str) -> Label:
        """The label with this name.

        Raises:
            InputError: there is none (the message lists the choices).
        """
        if name not in self._by_name:
            raise InputError(f"{self.name} has no label {name!r}", f"one of {', '.join(self._by_name)}")
        return self._by_name[name]

    @property
    def things(self) -> tuple[Label, ...]:
        return tuple(label for label in self.labels if label.isthing)

    @property
    def stuff(self) -> tuple[Label, ...]:
        return tuple(label for label in self.labels if not label.isthing)

    @cached_property
    def evaluated(self) -> tuple[Label, ...]:
        """Labels that count in evaluation, in the order of their train ids."""
        kept = [label for label in self.labels if not label.ignored and 0 <= label.train_id < 255]
        return tuple(sorted(kept, key=lambda label: label.train_id))

    @cached_property
    def categories(self) -> dict[int, str]:
        """Names of the coarser classes by their id."""
        return {label.category_id: label.category for label in self.labels if label.category}

    def color_table(self) -> np.ndarray:
        """uint8 (256, 3) RGB by id; ids without a label are black.

        Raises:
            ValueError: an id over 255.
        """
        table = np.zeros((256, 3), np.uint8)
        for label in self.labels:
            if label.id > 255:
                raise ValueError(f"{self.name}: id {label.id} does not fit a byte")
            if label.id >= 0:
                table[label.id] = label.color
        return table

    def train_table(self) -> np.ndarray:
        """uint8 (256,): train id by id; 255 where there is none."""
        table = np.full(256, 255, np.uint8)
        for label in self.labels:
            if 0 <= label.id < 256:
                table[label.id] = label.train_id % 256
        return table

    def to_train_ids(self, ids: np.ndarray) -> np.ndarray:
        """Ids, uint8 (H, W), to train ids."""
        return self.train_table()[np.asarray(ids, np.uint8)]

    def id_table(self) -> np.ndarray:
        """uint8 (256,), train id → id; whatever is none becomes the void id (0 where the set has none)."""
        table = np.full(256, self.void_id or 0, np.uint8)
        for label in self.evaluated:
            table[label.train_id] = label.id
        return table

    def from_train_ids(self, train_ids: np.ndarray) -> np.ndarray:
        """Train ids, uint8 (H, W), to ids; 255 becomes the void id (0 where the set has none).

        Raises:
            InputError: train ids that the set does not have.
        """
        train_ids = np.asarray(train_ids)
        known = [label.train_id for label in self.evaluated]
        unknown = np.setdiff1d(np.flatnonzero(np.bincount(train_ids.ravel())), [*known, 255])
        if len(unknown):
            raise InputError(
                f"ids {unknown[:8].tolist()} in the map",
                f"train ids of {self.name} ({known[0]} to {known[-1]}), or 255",
            )
        return self.id_table()[train_ids]


def golden_palette(count: int) -> list[Color]:
    """Well-separated colours for tables that have none of their own: hues a golden angle apart.

    >>> golden_palette(2)
    [(217, 76, 76), (76, 217, 117)]
    """
    import colorsys

    colors = []
    for i in range(count):
        value, saturation = (0.85, 0.65, 0.95)[i // 13 % 3], (0.65, 0.8, 0.45)[i // 39 % 3]
        r, g, b = colorsys.hsv_to_rgb(i * 0.381966 % 1.0, saturation, value)
        colors.append((round(r * 255), round(g * 255), round(b * 255)))
    return colors
