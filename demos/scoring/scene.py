"""A small scene whose predicted segments can be moved, joined, renamed and dropped; core scores it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import BaseModel, Field

from core.labels import Label, LabelSet
from core.metrics.explain import SegmentFate, segment_fates
from core.metrics.panoptic import PanopticQuality, PanopticScore
from core.results import PanopticMap, Segment

WIDTH, HEIGHT = 48, 32
SKY, ROAD, TREE, CAR, HUMAN = 1, 2, 3, 4, 5
LABELS = LabelSet(
    "scene",
    (
        Label(SKY, "sky", (205, 224, 238)),
        Label(ROAD, "road", (199, 196, 205)),
        Label(TREE, "tree", (178, 203, 173)),
        Label(CAR, "car", (150, 174, 214), isthing=True),
        Label(HUMAN, "human", (222, 178, 160), isthing=True),
    ),
    void_id=0,
    source="an example",
)
PieceName = Literal["sky", "road", "tree", "car-left", "car-right", "walker", "group", "sign"]

_CAR = """
....######....
...########...
..##########..
##############
##############
##############
##############
.###......###.
"""
_WALKER = """
..##..
.####.
.####.
..##..
.####.
######
######
######
.####.
.####.
.####.
.#..#.
.#..#.
.#..#.
"""
_GROUP = """
..##...##..##.
.####.####.###
.####.####.###
##############
##############
##############
##############
##############
.############.
.###.###.###..
.###.###.###..
"""


def _drawn(text: str) -> np.ndarray:
    return np.array([[letter == "#" for letter in row] for row in text.split()])


def _pieces() -> dict[str, np.ndarray]:
    y, x = np.ogrid[-6:7, -5:6]
    car = _drawn(_CAR)
    return {
        "sky": np.ones((20, WIDTH), bool), "road": np.ones((18, WIDTH), bool),
        "tree": (y / 6.4) ** 2 + (x / 5.4) ** 2 <= 1, "car-left": car, "car-right": car,
        "walker": _drawn(_WALKER), "group": _drawn(_GROUP), "sign": np.ones((7, 9), bool),
    }  # fmt: skip


PIECES = _pieces()
# The truth, painted in this order: piece, x, y, label, crowd. The sign is left void.
_TRUTH: tuple[tuple[PieceName, int, int, int, bool], ...] = (
    ("sky", 0, 0, SKY, False), ("road", 0, 15, ROAD, False), ("tree", 1, 3, TREE, False),
    ("group", 33, 8, HUMAN, True), ("car-left", 3, 19, CAR, False), ("car-right", 19, 21, CAR, False),
    ("walker", 38, 17, HUMAN, False), ("sign", 17, 2, 0, False),
)  # fmt: skip


class Piece(BaseModel):
    """One drawn piece of the prediction; pieces with the same ``segment`` are one segment, of the first one's label."""

    name: PieceName
    x: int = Field(ge=-WIDTH, le=WIDTH)
    y: int = Field(ge=-HEIGHT, le=HEIGHT)
    label: int = Field(ge=SKY, le=HUMAN)
    segment: int = Field(ge=1, le=99)


class Scene(BaseModel):
    """The prediction, painted in this order."""

    pieces: list[Piece] = Field(max_length=len(PIECES))


@dataclass(frozen=True)
class SceneScore:
    """Maps int32 (HEIGHT, WIDTH), the fates of both sides' segments, and panoptic quality."""

    prediction: PanopticMap
    truth: PanopticMap
    ours: list[SegmentFate]
    theirs: list[SegmentFate]
    quality: PanopticScore


def limits(name: str) -> tuple[int, int, int, int]:
    """Least and greatest x, least and greatest y of a piece: things stay whole, stuff keeps to its rows."""
    height, width = PIECES[name].shape
    if width == WIDTH:
        return (0, 0, -4, 0) if name == "sky" else (0, 0, 10, 20)
    return 0, WIDTH - width, 0, HEIGHT - height


def _paint(canvas: np.ndarray, name: str, x: int, y: int, value: int) -> None:
    outline = PIECES[name]
    left, right, top, bottom = limits(name)
    x, y = min(max(x, left), right), min(max(y, top), bottom)
    above = max(0, -y)
    part = outline[above : above + HEIGHT - max(0, y)]
    canvas[y + above : y + above + len(part), x : x + outline.shape[1]][part] = value


def truth_map() -> PanopticMap:
    """The scene as it is; ids count from 1 in the order of painting."""
    ids = np.zeros((HEIGHT, WIDTH), np.int32)
    segments = []
    for number, (name, x, y, label, crowd) in enumerate(_TRUTH, 1):
        _paint(ids, name, x, y, number if label else 0)
        if label:
            segments.append(Segment(number, label, crowd))
    return PanopticMap(ids, tuple(segments), LABELS)


def predicted_map(scene: Scene) -> PanopticMap:
    """The prediction as the pieces make it; what is hidden altogether is no segment."""
    ids = np.zeros((HEIGHT, WIDTH), np.int32)
    label: dict[int, int] = {}
    for piece in scene.pieces:
        _paint(ids, piece.name, piece.x, piece.y, piece.segment)
        label.setdefault(piece.segment, piece.label)
    seen = set(np.unique(ids).tolist())
    segments = tuple(Segment(number, label[number]) for number in label if number in seen)
    return PanopticMap(ids, segments, LABELS)


def score_scene(scene: Scene) -> SceneScore:
    """Panoptic quality and the fates of all segments, both by core."""
    truth, prediction = truth_map(), predicted_map(scene)
    pair = prediction.ids, prediction.segments, truth.ids, truth.segments
    quality = PanopticQuality(LABELS.labels)
    quality.add(*pair)
    return SceneScore(prediction, truth, *segment_fates(*pair), quality.score())


def _piece(name: PieceName, x: int, y: int, label: int, segment: int) -> Piece:
    return Piece(name=name, x=x, y=y, label=label, segment=segment)


def _changed(**changes: dict[str, int] | None) -> Scene:
    """The truth with some pieces changed; None drops one. ``_`` stands for ``-`` in names.

    The group is found as one person: the truth says crowd, so that is forgiven, and nothing is taken from the sky.
    """
    by_name = {name.replace("_", "-"): change for name, change in changes.items()}
    pieces = [
        _piece(name, x, y, label, number).model_copy(update=by_name.get(name) or {})
        for number, (name, x, y, label, _) in enumerate(_TRUTH, 1)
        if label and by_name.get(name, {}) is not None
    ]
    return Scene(pieces=pieces)


def _with(scene: Scene, *more: Piece) -> Scene:
    return Scene(pieces=[*scene.pieces, *more])


PRESETS: dict[str, Scene] = {
    # Good and bad at once: a car nearly matched, a car seen on what is void.
    "guess": _with(
        _changed(
            road={"y": 16}, tree={"x": 2, "y": 4}, group={"x": 34}, car_left={"x": 4},
            car_right={"x": 23}, walker={"y": 18},
        ),
        _piece("sign", 18, 2, CAR, 8),
    ),
    "perfect": _changed(),
    "joined": _changed(car_right={"segment": 5}),
    "class": _changed(car_right={"label": HUMAN}),
    "missed": _changed(walker=None),
    "invented": _with(_changed(), _piece("sign", 20, 13, CAR, 8)),
}  # fmt: skip
