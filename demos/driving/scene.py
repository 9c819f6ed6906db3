"""A visitor's picture: what each network said of it, what is true, and everything that is made from these."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from core.driving import ParsedFrame
from core.errors import InputError
from core.media.images import Photo
from core.metrics import PanopticQuality, PanopticScore, SemanticScore
from core.results import ClassScores, Instances
from core.segmenter import load_segmenter
from demos.driving.networks import TRUTH, ask, instance_network
from demos.driving.truth import CITY, TrueFrame, Truth
from demos.scoring.pair import score_pair

PREVIEW_SIDE = 1280  # px: what a page shows; downloads are made for the whole picture


@dataclass(frozen=True, eq=False)
class Answer:
    """What a network said of a picture.

    Attributes:
        parsed: at preview size.
        scores: of the whole picture; None: it is the truth that is shown.
        things_by: name of the network that tells things apart; "": there is none, regions of the map stand in.
        network_s, map_s: seconds of the network, and from there to the map of preview size.
    """

    parsed: ParsedFrame
    scores: ClassScores | None
    things_by: str = ""
    network_s: float = 0.0
    map_s: float = 0.0


@dataclass(frozen=True)
class SceneScore:
    """How right an answer is: pixels, and segments where the truth tells them (else None). Holds no maps."""

    pixels: SemanticScore
    segments: PanopticScore | None


@dataclass
class Scene:
    """A picture and its truth, if it is known; every network is asked at most once.

    Args:
        photo: the picture.
        truth: of the picture's size.
        seed: of the drawn street; None: a visitor's own picture.

    Raises:
        InputError: picture and truth differ in size.
    """

    photo: Photo
    truth: Truth | None = None
    seed: int | None = None
    token: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    touched: float = field(default_factory=time.monotonic)
    _answers: dict[str, Answer] = field(default_factory=dict)
    _scores: dict[str, SceneScore] = field(default_factory=dict)
    _turn: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        height, width = self.photo.pixels.shape[:2]
        if self.truth is not None and self.truth.size != (height, width):
            high, wide = self.truth.size
            raise InputError(
                f"the truth has {wide}×{high} px, the picture {width}×{height}",
                "one size",
                "choose the PNG of this picture",
            )
        scale = min(1.0, PREVIEW_SIDE / max(height, width))
        self.size = max(1, round(height * scale)), max(1, round(width * scale))
        small = self.size != (height, width)
        self.preview = (
            cv2.resize(self.photo.pixels, self.size[::-1], interpolation=cv2.INTER_AREA)
            if small
            else self.photo.pixels
        )

    def with_truth(self, truth: Truth | None) -> Scene:
        """The same picture, and what was said of it, with another truth.

        Raises:
            InputError: of another size.
        """
        return Scene(
            self.photo, truth, self.seed, _answers={k: v for k, v in self._answers.items() if k != TRUTH}
        )

    def answer(self, weights: str) -> Answer:
        """What a network says, or the truth where ``weights`` is ``TRUTH``.

        Raises:
            InputError: unknown name, damaged checkpoint, or no truth.
        """
        self.touched = time.monotonic()
        with self._turn:
            if weights not in self._answers:
                self._answers[weights] = self._told() if weights == TRUTH else self._asked(weights)
            return self._answers[weights]

    def _told(self) -> Answer:
        if self.truth is None:
            raise InputError("the truth of this picture is not known", "a PNG of label ids")
        return Answer(TrueFrame(self.preview, self.truth.resized(*self.size)), None)

    def _asked(self, weights: str) -> Answer:
        scores, network_s = ask(weights, self.photo.pixels)
        card = instance_network()
        name = card.name if card else ""
        parsed = ParsedFrame(self.preview, _shown(scores, self.size), _finder(name))
        began = time.perf_counter()
        _ = parsed.semantic
        return Answer(parsed, scores, name, network_s, time.perf_counter() - began)

    def full(self, weights: str) -> ParsedFrame:
        """An answer at the picture's own size; made anew where that is not the preview's, and not kept."""
        answer = self.answer(weights)
        if self.preview is self.photo.pixels:
            return answer.parsed
        if answer.scores is None:
            assert self.truth is not None
            return TrueFrame(self.photo.pixels, self.truth)
        return ParsedFrame(self.photo.pixels, answer.scores, _finder(answer.things_by))

    def score(self, weights: str) -> SceneScore | None:
        """How right a network is, at the picture's own size; None: the truth is not known, or is what is shown."""
        if self.truth is None or weights == TRUTH:
            return None
        with self._turn:
            if weights not in self._scores:
                self._scores[weights] = self._scored(self.full(weights), self.truth)
            return self._scores[weights]

    def _scored(self, parsed: ParsedFrame, truth: Truth) -> SceneScore:
        pixels = score_pair(parsed.semantic.ids, truth.semantic.ids, CITY).score
        if truth.panoptic is None:
            return SceneScore(pixels, None)
        quality = PanopticQuality(CITY.evaluated)
        ours = parsed.panoptic
        quality.add(ours.ids, ours.segments, truth.panoptic.ids, truth.panoptic.segments)
        return SceneScore(pixels, quality.score())

    @property
    def held_bytes(self) -> int:
        """Memory of all arrays here; what two of its parts share counts once."""
        holders: list[object] = [self.photo, self.preview]
        if self.truth is not None:
            holders += [self.truth.semantic, self.truth.panoptic]
        for answer in list(self._answers.values()):
            holders += [answer.scores, *list(vars(answer.parsed).values())]
        holders += [score.pixels for score in list(self._scores.values())]
        arrays = {id(array): array for holder in holders for array in _arrays(holder)}
        return sum(array.nbytes for array in arrays.values())


def _finder(name: str) -> Callable[[np.ndarray], Instances] | None:
    """How a network of that name finds things; it is opened when it is first asked. "": None."""
    return (lambda frame: load_segmenter(name).instances(frame)) if name else None


def _arrays(value: object) -> list[np.ndarray]:
    """An array itself, or the arrays of a result."""
    parts = [value, *vars(value).values()] if hasattr(value, "__dict__") else [value]
    return [part for part in parts if isinstance(part, np.ndarray)]


def _shown(scores: ClassScores, size: tuple[int, int]) -> ClassScores:
    """The same probabilities for the picture at another size (H, W)."""
    ratio = size[0] / scores.size[0], size[1] / scores.size[1]
    return replace(scores, size=size, cell=(scores.cell[0] * ratio[0], scores.cell[1] * ratio[1]))
