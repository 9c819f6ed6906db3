"""How sure a network is of every class: probabilities on a grid coarser than the frame."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from core.errors import InputError
from core.labels import LabelSet, get_label_set
from core.labels.merge import merge_probabilities
from core.results.maps import SemanticMap


@dataclass(frozen=True, eq=False)
class ClassScores:
    """Probabilities as a semantic network answers them.

    Enlarging 19 maps of floats to a frame's size costs more than a light network does, so they stay on the
    network's grid; whoever needs pixels asks for what he needs.

    Attributes:
        probabilities: float32 (C, h, w), 0 to 1, summing to 1 over C; rows in the order of the set's train ids.
        labels: the label set.
        size: (H, W) of the frame.
        cell: height and width of a grid's cell in px of the frame. The grid begins at the frame's upper left
            corner and may reach beyond its lower and right edge.

    Raises:
        InputError: another number of classes than the set has, another dtype, or a grid that does not
            cover the frame.
    """

    probabilities: np.ndarray
    labels: LabelSet
    size: tuple[int, int]
    cell: tuple[float, float]

    def __post_init__(self) -> None:
        p, classes = self.probabilities, len(self.labels.evaluated)
        if p.ndim != 3 or len(p) != classes or p.dtype != np.float32 or not p.size:
            raise InputError(
                f"probabilities: {p.dtype} {p.shape}", f"float32 ({classes}, h, w) for {self.labels.name}"
            )
        covered = p.shape[1] * self.cell[0], p.shape[2] * self.cell[1]
        if covered[0] < self.size[0] - 1 or covered[1] < self.size[1] - 1:
            raise InputError(
                f"a grid of {covered[0]:.0f}×{covered[1]:.0f} px", f"one that covers {self.size}"
            )

    @classmethod
    def of(cls, probabilities: np.ndarray, labels: LabelSet, size: tuple[int, int]) -> ClassScores:
        """Scores whose grid ends with the frame of ``size`` (H, W)."""
        return cls(
            probabilities, labels, size, (size[0] / probabilities.shape[1], size[1] / probabilities.shape[2])
        )

    def replaced(self, probabilities: np.ndarray) -> ClassScores:
        """The same grid with other probabilities."""
        return replace(self, probabilities=probabilities)

    def enlarge(self, grid: np.ndarray) -> np.ndarray:
        """A map of the grid, uint8 or float32 (h, w), at the frame's size: bilinear."""
        whole = round(grid.shape[1] * self.cell[1]), round(grid.shape[0] * self.cell[0])
        height, width = self.size
        whole = max(whole[0], width), max(whole[1], height)
        return cv2.resize(grid, whole, interpolation=cv2.INTER_LINEAR)[:height, :width]

    def train_ids(self) -> np.ndarray:
        """The likeliest class of every pixel, uint8 (H, W): probabilities enlarged first, then compared.

        So outlines run through the grid's cells as lines, not as steps. Classes that can win nowhere are left
        out, the others take their turn against the best so far: measured twice as fast as the same in a
        compiled graph, and exactly equal.
        """
        classes = len(self.probabilities)
        peaks = self.probabilities.reshape(classes, -1).max(axis=1)
        # Whoever wins a pixel has at least 1/C there, and a mean is never above its highest part.
        running = [c for c in range(classes) if peaks[c] >= 0.999 / classes]
        best = self.enlarge(self.probabilities[running[0]])
        ids = np.full(self.size, running[0], np.uint8)
        for c in running[1:]:
            mine = self.enlarge(self.probabilities[c])
            np.copyto(ids, np.uint8(c), where=cv2.compare(mine, best, cv2.CMP_GT).view(bool))
            best = cv2.max(best, mine)
        return ids

    def semantic(self) -> SemanticMap:
        """The likeliest class of every pixel, in the label set's own ids."""
        return SemanticMap(self.labels.id_table()[self.train_ids()], self.labels)

    def confidence(self) -> np.ndarray:
        """The likeliest class's probability at every pixel, float32 (H, W), 1/C to 1."""
        return self.enlarge(self.probabilities.max(axis=0))

    def at(self, x: int, y: int) -> np.ndarray:
        """float32 (C,): the probabilities at one pixel, as :meth:`train_ids` compares them.

        Raises:
            InputError: the pixel is not in the frame.
        """
        height, width = self.size
        if not (0 <= x < width and 0 <= y < height):
            raise InputError(f"pixel ({x}, {y})", f"one within {width}×{height}")
        h, w = self.probabilities.shape[1:]
        row = float(np.clip((y + 0.5) / self.cell[0] - 0.5, 0, h - 1))
        column = float(np.clip((x + 0.5) / self.cell[1] - 0.5, 0, w - 1))
        r, c = min(int(row), max(h - 2, 0)), min(int(column), max(w - 2, 0))
        square = self.probabilities[:, r : r + 2, c : c + 2]
        vertical = np.array([1 - (row - r), row - r], np.float32)[: square.shape[1]]
        horizontal = np.array([1 - (column - c), column - c], np.float32)[: square.shape[2]]
        return np.einsum("nij,i,j->n", square, vertical, horizontal)

    def merged(self, name: str) -> ClassScores:
        """In a coarser set's classes (``camvid``, ``idd-lite``): sums of the 19 Cityscapes classes' probabilities.

        Raises:
            InputError: these are not Cityscapes' classes, or no merging to ``name`` is known.
        """
        if name == self.labels.name:
            return self
        if self.labels.name != "cityscapes":
            raise InputError(f"{self.labels.name} cannot be merged to {name!r}", "scores of cityscapes")
        merged = np.ascontiguousarray(merge_probabilities(self.probabilities, name), np.float32)
        return ClassScores(merged, get_label_set(name), self.size, self.cell)
