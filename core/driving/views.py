"""Pictures of a segmentation. All are uint8 RGB (H, W, 3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

import cv2
import numpy as np

from core.driving.free_path import FreePath
from core.errors import InputError
from core.labels import Label, LabelSet
from core.results import Instances, PanopticMap, SemanticMap

Kind = Literal["stuff", "things"]
# The label whose colour stands for its category.
_CATEGORY_COLORS = {
    "flat": "road", "construction": "building", "object": "traffic sign", "nature": "vegetation", "sky": "sky", "human": "person",
    "vehicle": "car",
}  # fmt: skip
_TABLE = 1 << 20  # rows of the largest table of colours
_PATH, _ROAD = (72, 220, 130), (128, 64, 128)


def overlay(
    frame: np.ndarray, colors: np.ndarray, opacity: float = 0.55, mask: np.ndarray | None = None
) -> np.ndarray:
    """Colours laid over a frame.

    Args:
        frame, colors: uint8 RGB (H, W, 3) of one size.
        opacity: 0 shows the frame, 1 the colours.
        mask: bool (H, W): the frame stays as it is elsewhere.

    Raises:
        InputError: sizes differ, or an opacity beyond 0 to 1.
    """
    if frame.shape != colors.shape:
        raise InputError(f"a frame of {frame.shape} and colours of {colors.shape}", "one size")
    if not 0 <= opacity <= 1:
        raise InputError(f"an opacity of {opacity:g}", "0 to 1")
    mixed = cv2.addWeighted(frame, 1 - opacity, colors, opacity, 0)
    return mixed if mask is None else np.where(mask[..., None], mixed, frame)


def id_picture(semantic: SemanticMap) -> np.ndarray:
    """Ids as grey levels, stretched so that the set's largest is white; void of 255 too."""
    largest = max(label.id for label in semantic.labels.labels if label.id < 255)
    table = np.clip(np.arange(256) * 255 // max(1, largest), 0, 255).astype(np.uint8)
    return cv2.cvtColor(table[semantic.ids], cv2.COLOR_GRAY2RGB)


def kind_mask(semantic: SemanticMap, kind: Kind) -> np.ndarray:
    """bool (H, W): pixels of stuff or of things; ignored labels are neither."""
    table = np.zeros(256, bool)
    for label in semantic.labels.labels:
        if 0 <= label.id < 256 and not label.ignored:
            table[label.id] = label.isthing == (kind == "things")
    return table[semantic.ids]


def only(frame: np.ndarray, semantic: SemanticMap, kind: Kind, opacity: float = 0.7) -> np.ndarray:
    """Stuff or things in their colours; the rest of the frame in dim grey."""
    mask = kind_mask(semantic, kind)
    return np.where(mask[..., None], overlay(frame, semantic.colored(), opacity), _dimmed(frame))


def category_table(labels: LabelSet) -> np.ndarray:
    """uint8 (256, 3): a colour by label id, one for each category; void and ids without one are black.

    Raises:
        InputError: the set has no categories.
    """
    if not labels.categories:
        raise InputError(f"{labels.name} has no categories", "a map of cityscapes")
    table = np.zeros((256, 3), np.uint8)
    for label in labels.labels:
        if 0 <= label.id < 256 and label.category in _CATEGORY_COLORS:
            table[label.id] = labels.by_name(_CATEGORY_COLORS[label.category]).color
    return table


def category_picture(semantic: SemanticMap) -> np.ndarray:
    """The 8 categories (with void) instead of the classes."""
    return category_table(semantic.labels)[semantic.ids]


def road_picture(frame: np.ndarray, semantic: SemanticMap, path: FreePath) -> np.ndarray:
    """The road alone, and on it the free path in green with its outline."""
    names = {label.name: label.id for label in semantic.labels.labels}
    road = semantic.ids == names.get("road", names.get("drivable", -1))
    out = np.where(road[..., None], overlay(frame, np.full_like(frame, _ROAD), 0.45), _dimmed(frame))
    out = overlay(out, np.full_like(frame, _PATH), 0.5, path.mask)
    outline, _ = cv2.findContours(path.mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return cv2.drawContours(np.ascontiguousarray(out), outline, -1, _PATH, _thickness(frame), cv2.LINE_AA)


def instance_picture(
    frame: np.ndarray, instances: Instances, *, opacity: float = 0.5, min_score: float = 0.5
) -> np.ndarray:
    """Each instance in a shade of its own, with box, class and score (in per cent)."""
    kept = [i for i in np.argsort(instances.scores, kind="stable") if instances.scores[i] >= min_score]
    return _things_on(frame, (_part(instances, i) for i in kept), opacity)


def true_things_picture(frame: np.ndarray, panoptic: PanopticMap, *, opacity: float = 0.5) -> np.ndarray:
    """The same of a panoptic map's things, each with score 1; no mask is made of more than one thing at a time."""
    things = [(s, label) for s in panoptic.segments if (label := panoptic.labels.by_id(s.label_id)).isthing]
    parts = (_Part(label, 1.0, *_cut((panoptic.ids == s.id).view(np.uint8))) for s, label in things)
    return _things_on(frame, parts, opacity)


class _Part(NamedTuple):
    """A thing to be drawn: its box as left, top, width, height in px, and its mask there, bool (height, width)."""

    label: Label
    score: float
    box: tuple[int, int, int, int]
    mask: np.ndarray


def _part(instances: Instances, i: int) -> _Part:
    label = instances.labels.by_id(int(instances.label_ids[i]))
    return _Part(label, float(instances.scores[i]), *_cut(instances.masks[i].view(np.uint8)))


def _cut(mask: np.ndarray) -> tuple[tuple[int, int, int, int], np.ndarray]:
    """Box (all 0 where nothing is) and mask within it, a copy, of a mask, uint8 0 or 1 (H, W)."""
    left, top, width, height = cv2.boundingRect(mask)
    return (left, top, width, height), mask[top : top + height, left : left + width].astype(bool)


def _things_on(frame: np.ndarray, parts: Iterable[_Part], opacity: float) -> np.ndarray:
    out, drawn = frame.copy(), []
    for number, (label, score, (left, top, width, height), mask) in enumerate(parts):
        color = _shade(label.color, number)
        there = out[top : top + height, left : left + width]
        there[mask] = np.rint(there[mask] * (1 - opacity) + np.array(color) * opacity).astype(np.uint8)
        drawn.append((f"{label.name} {100 * score:.0f}", color, left, top, width, height))
    for text, color, left, top, width, height in drawn:
        if width:
            cv2.rectangle(out, (left, top), (left + width - 1, top + height - 1), color, _thickness(frame))
            _caption(out, text, left, top, color)
    return out


def panoptic_picture(panoptic: PanopticMap) -> np.ndarray:
    """Stuff in its class's colour, every thing in a shade of its class's, borders between segments in white; void black."""
    colors = []
    numbers: dict[int, int] = {}
    for segment in panoptic.segments:
        label = panoptic.labels.by_id(segment.label_id)
        number = numbers[label.id] = numbers.get(label.id, -1) + 1
        colors.append(_shade(label.color, number) if label.isthing else label.color)
    known = np.array([s.id for s in panoptic.segments], np.int64)
    ids = panoptic.ids
    if known.max(initial=0) >= _TABLE:  # ids as large as COCO's files may have
        known, ids = np.unique(ids, return_inverse=True)
        rows = {s.id: row for row, s in enumerate(panoptic.segments)}
        colors = [colors[rows[int(n)]] if n else (0, 0, 0) for n in known]
        known, ids = np.arange(len(known)), ids.reshape(panoptic.ids.shape)
    table = np.zeros((int(known.max(initial=0)) + 1, 3), np.uint8)
    table[known] = np.array(colors, np.uint8).reshape(-1, 3)
    out = table[ids]
    border = np.zeros(panoptic.ids.shape, bool)
    border[:, 1:] |= panoptic.ids[:, 1:] != panoptic.ids[:, :-1]
    border[1:] |= panoptic.ids[1:] != panoptic.ids[:-1]
    out[border] = 255
    return out


def confidence_picture(confidence: np.ndarray) -> np.ndarray:
    """Where the network doubts: sure is nearly black, doubt glows.

    Args:
        confidence: float32 (H, W), the likeliest class's probability, 0 to 1.
    """
    levels = np.rint((1 - np.clip(confidence, 0, 1)) * 255).astype(np.uint8)
    return cv2.cvtColor(cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB)


def beside(left: np.ndarray, right: np.ndarray, share: float = 0.5) -> np.ndarray:
    """Two pictures of one size in one: ``share`` of the columns from the left one, a white line between.

    Raises:
        InputError: sizes differ.
    """
    if left.shape != right.shape:
        raise InputError(f"pictures of {left.shape} and {right.shape}", "one size")
    at = round(float(np.clip(share, 0, 1)) * left.shape[1])
    out = right.copy()
    out[:, :at] = left[:, :at]
    out[:, max(0, at - _thickness(left) // 2) : at + _thickness(left) // 2 + 1] = 255
    return out


def _dimmed(frame: np.ndarray) -> np.ndarray:
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    return cv2.cvtColor(cv2.convertScaleAbs(grey, alpha=0.45, beta=12), cv2.COLOR_GRAY2RGB)


def _shade(color: tuple[int, int, int], number: int) -> tuple[int, int, int]:
    """A relative of the class's colour: neighbours in number differ clearly in lightness and a little in hue."""
    turn = np.array([(number * 0.61803 + o) % 1 for o in (0, 0.13, 0.29)])
    r, g, b = np.clip(np.array(color) * 0.62 + 28 + turn * 110, 0, 255).astype(int)
    return int(r), int(g), int(b)


def _thickness(frame: np.ndarray) -> int:
    return max(1, round(min(frame.shape[:2]) / 300))


def _caption(out: np.ndarray, text: str, left: int, top: int, color: tuple[int, int, int]) -> None:
    size = max(0.35, min(out.shape[:2]) / 1100)
    (w, h), below = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, 1)
    x = max(0, min(left, out.shape[1] - w - 4))
    y = max(h + below + 2, top)
    cv2.rectangle(out, (x, y - h - below - 2), (x + w + 3, y), color, -1)
    ink = (0, 0, 0) if np.dot(color, (0.299, 0.587, 0.114)) > 130 else (255, 255, 255)
    cv2.putText(out, text, (x + 2, y - below), cv2.FONT_HERSHEY_SIMPLEX, size, ink, 1, cv2.LINE_AA)
