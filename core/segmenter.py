"""Card + engine + transform: the one way an application asks for a segmentation."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import cast

import cv2
import numpy as np

from core.engine import NetworkSource, Runner, open_runner, pick_engine
from core.engine.opened import KeptOpen
from core.errors import InputError
from core.instances import Detections, Detector, Limits
from core.instances.design import CLASSES, WIDTH
from core.instances.paste import paste
from core.labels import LabelSet, get_label_set
from core.results import ClassScores, Instances
from core.transforms import PictureInput, fit_size, letterbox_size, shrink
from core.weights import Card, build_network, load_card, load_state, verify

# Compiled graphs kept open per segmenter: a folder of photos has few aspects.
_OPEN_RUNNERS = 6
PICTURE_TASKS = ("matte", "semantic", "instance")


def class_scores(
    ask: Callable[[np.ndarray], np.ndarray], frame: np.ndarray, labels: LabelSet, area: int, multiple: int
) -> ClassScores:
    """Put a whole frame to a semantic network, in its own aspect.

    Args:
        ask: uint8 RGB (h, w, 3), sides multiples of ``multiple`` → probabilities float32 (C, h/stride, w/stride).
        frame: uint8 RGB (H, W, 3).
        labels: what the C classes are.
        area: px at which the network sees a frame.
    """
    height, width = frame.shape[:2]
    h, w = letterbox_size(height, width, area, multiple)
    below, right = -h % multiple, -w % multiple
    picture = shrink(frame, h, w)
    if below or right:
        # Mirrored, as training pads its crops.
        picture = cv2.copyMakeBorder(picture, 0, below, 0, right, cv2.BORDER_REFLECT_101)
    answer = ask(picture)
    stride = (h + below) // answer.shape[1]
    kept = answer[:, : -(-h // stride), : -(-w // stride)]
    return ClassScores(kept, labels, (height, width), (stride * height / h, stride * width / w))


def find_instances(
    detect: Callable[[np.ndarray, tuple[int, int], float], Detections],
    frame: np.ndarray,
    labels: LabelSet,
    area: int,
    multiple: int,
    min_score: float,
) -> Instances:
    """Put a whole frame to an instance network, in its own aspect; masks are made at the frame's size.

    Args:
        detect: uint8 RGB (h, w, 3), height and width without padding, least score → what it shows.
        frame: uint8 RGB (H, W, 3).
        labels: a set with the names of ``core.instances.design.CLASSES``.
        area: px at which the network sees a frame.
        min_score: boxes below are left out.
    """
    height, width = frame.shape[:2]
    h, w = letterbox_size(height, width, area, multiple)
    # Grey, not mirrored: a car's mirror image would be a second car.
    picture = cv2.copyMakeBorder(
        shrink(frame, h, w), 0, -h % multiple, 0, -w % multiple, cv2.BORDER_CONSTANT, value=(127, 127, 127)
    )
    found = detect(picture, (h, w), min_score)
    boxes = found.boxes * np.array([width / w, height / h] * 2, np.float32)
    masks, seen = paste(found.masks, boxes, height, width)
    ids = np.array([labels.by_name(CLASSES[n - 1]).id for n in found.classes[seen]], int)
    return Instances(masks, ids, found.scores[seen], labels)


class Segmenter:
    """Asks one network. Thread-safe; frames may change size from call to call.

    Args:
        card: which network.
        engine: ``auto``, ``openvino``, ``torch`` or ``torch-cpu``.
        threads: of the CPU (None: all).

    Raises:
        InputError: damaged checkpoint, a card whose transform is of no use, unknown engine.
    """

    def __init__(self, card: Card, *, engine: str = "auto", threads: int | None = None) -> None:
        if card.task not in PICTURE_TASKS:
            raise InputError(
                f"{card.name} answers with a {card.task} result",
                f"weights of task {', '.join(PICTURE_TASKS)}",
            )
        verify(card)  # a damaged file is found even where the compiled graph is cached
        pick_engine(engine)  # a wrong name is told before the first frame
        self.card, self.engine, self.threads = card, engine, threads
        self._runner = KeptOpen(self._open, _OPEN_RUNNERS)
        self._input = PictureInput.from_dict(card.transform, card.name)
        self._labels = get_label_set(card.labels)
        activation = "softmax" if card.task == "semantic" else "sigmoid"
        self._source = NetworkSource(
            card.key, self._build, self._input.mean, self._input.std, activation, self._input.precision
        )
        self._detector = self._make_detector() if card.task == "instance" else None

    def _make_detector(self) -> Detector:
        source, card = self._source, self.card
        return Detector(
            source.key, self._build, source.mean, source.std, card.arguments.get("width", WIDTH),
            Limits.from_dict(card.transform.get("limits", {})), self.engine, self.threads, source.precision,
        )  # fmt: skip

    def _build(self):  # -> nn.Module
        model = load_state(self.card, build_network(self.card))
        if self.card.task == "semantic":
            from core.models.semantic import Coarse, SemanticNetwork

            return Coarse(cast(SemanticNetwork, model))
        if self.card.task == "matte":
            from core.models.matte_unet import MatteUNet

            return model.join_linear() if isinstance(model, MatteUNet) else model
        return model

    def _open(self, size: tuple[int, int]) -> Runner:
        return open_runner(self._source, size, engine=self.engine, threads=self.threads)

    def _check(self, frame: np.ndarray, task: str) -> None:
        if self.card.task != task:
            raise InputError(
                f"{self.card.name} answers with a {self.card.task} result", f"weights of task {task}"
            )
        if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8 or not frame.size:
            raise InputError(
                f"a frame of shape {frame.shape} and dtype {frame.dtype}",
                "uint8 RGB (H, W, 3)",
                "convert it first",
            )

    def matte(self, frame: np.ndarray) -> np.ndarray:
        """Alpha of a frame, as the network answers it, brought to the frame's size.

        Args:
            frame: uint8 RGB (H, W, 3).

        Returns:
            float32 (H, W) in 0 … 1, 1 is a person.

        Raises:
            InputError: another shape or dtype, or the card is not of task ``matte``.
        """
        self._check(frame, "matte")
        height, width = frame.shape[:2]
        wanted = self._input
        size = fit_size(height, width, wanted.area, wanted.multiple, wanted.aspect_weight)
        # OpenCV's resizes were measured faster than the same steps inside the graph.
        alpha = self._runner(size)(shrink(frame, *size))[0]
        return cv2.resize(alpha, (width, height), interpolation=cv2.INTER_LINEAR)

    def semantic(self, frame: np.ndarray) -> ClassScores:
        """Probabilities of every class at the network's stride; they know how to become a map of the frame's size.

        The frame is never squeezed: it keeps its aspect, and is padded with its own mirror image to what the
        network takes; the answer about the padding is cut away.

        Args:
            frame: uint8 RGB (H, W, 3).

        Raises:
            InputError: another shape or dtype, or the card is not of task ``semantic``.
        """
        self._check(frame, "semantic")
        return class_scores(
            lambda picture: self._runner(picture.shape[:2])(picture),  # type: ignore[arg-type]
            frame,
            self._labels,
            self._input.area,
            self._input.multiple,
        )

    def instances(self, frame: np.ndarray, min_score: float = 0.5) -> Instances:
        """Every thing that a frame shows, with a mask of its own at the frame's size, best first.

        The frame is never squeezed: it keeps its aspect and is padded with grey to what the network takes.

        Args:
            frame: uint8 RGB (H, W, 3).
            min_score: things of which the network is less sure are left out; under the least score that the card's
                limits name, nothing is found.

        Raises:
            InputError: another shape or dtype, the card is not of task ``instance``, or ``min_score`` is not 0 to 1.
        """
        self._check(frame, "instance")
        if not 0 <= min_score <= 1:
            raise InputError(f"a least score of {min_score:g}", "0 to 1")
        assert self._detector is not None
        return find_instances(
            self._detector, frame, self._labels, self._input.area, self._input.multiple, min_score
        )


_segmenters: dict[tuple[str, str, int | None], Segmenter] = {}
_segmenters_lock = threading.Lock()


def load_segmenter(
    name: str = "portrait-fine", *, engine: str = "auto", threads: int | None = None
) -> Segmenter:
    """The segmenter of a card's name; the same object for the same request as long as the card stays the same.

    Raises:
        InputError: unknown name, damaged checkpoint, unknown engine.
    """
    card = load_card(name)
    key = (name, engine, threads)
    with _segmenters_lock:
        if key not in _segmenters or _segmenters[key].card != card:
            _segmenters[key] = Segmenter(card, engine=engine, threads=threads)
        return _segmenters[key]
