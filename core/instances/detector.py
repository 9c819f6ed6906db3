"""A picture's boxes, classes and small masks: a Mask R-CNN's three graphs and the steps between them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from core.engine.graph import Graph, GraphSource, open_graph
from core.engine.opened import KeptOpen
from core.instances import boxes as box_ops
from core.instances.design import BOX_CELLS, BOX_WEIGHTS, CLASSES, MASK_CELLS, Limits
from core.instances.roi_align import cut_out

if TYPE_CHECKING:
    from core.models.mask_rcnn import MaskRCNN

# Masks are computed so many at a time: most pictures show few things, and a graph's shape is fixed.
MASK_BATCH = 16
_OPEN_SIZES = 4
_HEADS = ("boxes", "masks")


@dataclass(frozen=True, eq=False)
class Detections:
    """What was found in one picture, best first.

    Attributes:
        boxes: float32 (N, 4), left, top, right, bottom in px of the picture.
        classes: int (N,), 1 … 8: ``CLASSES[n − 1]``.
        scores: float32 (N,), 0 to 1.
        masks: float32 (N, 28, 28), probabilities within the box.
    """

    boxes: np.ndarray
    classes: np.ndarray
    scores: np.ndarray
    masks: np.ndarray


@dataclass
class Detector:
    """Asks a Mask R-CNN. Thread-safe.

    Args:
        key: names the weights, the architecture, mean and std.
        build: makes the PyTorch network, in evaluation mode.
        mean, std: three numbers each, on the 0 … 255 scale, RGB.
        channels: of the pyramid.
        engine, threads, precision: as in :mod:`core.engine`.
    """

    key: str
    build: Callable[[], MaskRCNN]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    channels: int
    limits: Limits
    engine: str = "auto"
    threads: int | None = None
    precision: str = "float32"
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        self._dense = KeptOpen(self._open_dense, _OPEN_SIZES)
        self._head = KeptOpen(self._open_head, len(_HEADS))

    def __call__(self, picture: np.ndarray, inside: tuple[int, int], min_score: float = 0.0) -> Detections:
        """What a picture shows.

        Args:
            picture: uint8 RGB (h, w, 3), sides multiples of 32.
            inside: height and width without padding; boxes end there.
            min_score: boxes below are dropped before their masks are computed.
        """
        height, width = picture.shape[:2]
        # Opened before the lock is taken: others' pictures, whose graphs are open, do not wait for it.
        dense = self._dense((height, width))
        for name in _HEADS:
            self._head(name)
        with self._lock:  # graphs answer in memory of their own, which the next call overwrites
            *maps, objectness, deltas = dense(picture[None])
            proposals = self._propose(objectness, deltas, picture.shape[:2], inside)
            found, classes, scores = self._classify(maps, proposals, inside)
            sure = scores >= min_score
            found, classes, scores = found[sure], classes[sure], scores[sure]
            return Detections(found, classes, scores, self._masks(maps, found, classes))

    def _propose(
        self, objectness: np.ndarray, deltas: np.ndarray, size: tuple[int, int], inside: tuple[int, int]
    ) -> np.ndarray:
        limits = self.limits
        chosen, start = [], 0
        anchors = box_ops.anchors(*size)
        for mine in anchors:
            values = objectness[start : start + len(mine)]
            best = np.arange(len(values))
            if len(values) > limits.per_level:
                best = np.argpartition(-values, limits.per_level)[: limits.per_level]
            chosen.append(best)
            start += len(mine)
        groups = np.repeat(np.arange(len(chosen)), [len(best) for best in chosen])
        starts = np.cumsum([0, *map(len, anchors[:-1])])
        indices = np.concatenate([first + best for first, best in zip(starts, chosen, strict=True)])
        sources = np.concatenate([mine[best] for mine, best in zip(anchors, chosen, strict=True)])
        candidates = box_ops.decode(deltas[indices], sources)
        candidates = box_ops.clip(candidates, *inside)
        solid = box_ops.large_enough(candidates, 1e-3)
        candidates, groups, scores = candidates[solid], groups[solid], objectness[indices][solid]
        kept = box_ops.suppress(candidates, scores, groups, limits.proposal_overlap)
        return candidates[kept[: limits.proposals]]

    def _classify(
        self, maps: list[np.ndarray], proposals: np.ndarray, inside: tuple[int, int]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        limits = self.limits
        cells = np.zeros(self._head_shape("boxes"), np.float32)
        cells[: len(proposals)] = cut_out(maps, proposals, BOX_CELLS)
        odds, deltas = self._head("boxes")(cells)
        scores = odds[: len(proposals), 1:].ravel()
        moves = deltas[: len(proposals)].reshape(len(proposals), -1, 4)[:, 1:].reshape(-1, 4)
        sources = np.repeat(proposals, len(CLASSES), axis=0)
        classes = np.tile(np.arange(1, len(CLASSES) + 1), len(proposals))
        likely = scores > limits.min_score
        scores, classes = scores[likely], classes[likely]
        found = box_ops.clip(box_ops.decode(moves[likely], sources[likely], BOX_WEIGHTS), *inside)
        solid = box_ops.large_enough(found, 1e-2)
        found, scores, classes = found[solid], scores[solid], classes[solid]
        kept = box_ops.suppress(found, scores, classes, limits.overlap)[: limits.boxes]
        return found[kept], classes[kept], scores[kept]

    def _masks(self, maps: list[np.ndarray], found: np.ndarray, classes: np.ndarray) -> np.ndarray:
        size = 2 * MASK_CELLS
        masks = np.zeros((len(found), size, size), np.float32)
        for first in range(0, len(found), MASK_BATCH):
            part = slice(first, first + MASK_BATCH)
            cells = np.zeros(self._head_shape("masks"), np.float32)
            count = len(found[part])
            cells[:count] = cut_out(maps, found[part], MASK_CELLS)
            (answer,) = self._head("masks")(cells)
            masks[part] = answer[np.arange(count), classes[part]]
        return masks

    def _open_dense(self, size: tuple[int, int]) -> Graph:
        def build():  # -> nn.Module
            from core.models.mask_rcnn import Dense

            return Dense(self.build(), self.mean, self.std)

        key = f"{self.key}-{size[0]}x{size[1]}-dense"
        return self._open(GraphSource(key, build, (1, *size, 3), "uint8", self.precision))

    def _head_shape(self, name: str) -> tuple[int, int, int, int]:
        count, cells = (self.limits.proposals, BOX_CELLS) if name == "boxes" else (MASK_BATCH, MASK_CELLS)
        return count, cells, cells, self.channels

    def _open_head(self, name: str) -> Graph:
        def build():  # -> nn.Module
            from core.models.mask_rcnn import BoxPart, MaskPart

            return (BoxPart if name == "boxes" else MaskPart)(self.build())

        shape = self._head_shape(name)
        return self._open(
            GraphSource(f"{self.key}-{shape[0]}-{name}", build, shape, "float32", self.precision)
        )

    def _open(self, source: GraphSource) -> Graph:
        return open_graph(source, engine=self.engine, threads=self.threads)
