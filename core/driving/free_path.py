"""The free way ahead: how far a car could go straight on before something else than road is in its way."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from core.results import SemanticMap

# Half a car's width over a camera's height above the road, both in metres (1.0 / 1.35): on a flat road a car is so
# many px wide for every row below the horizon, whatever the focal length.
HALF_WIDTH_PER_ROW = 0.74
_ROWS = 360  # decisions are taken on a picture of at most so many rows
_FREE = 0.5  # the least share of a car's width that must be road


@dataclass(frozen=True, eq=False)
class FreePath:
    """What lies free before the car.

    Attributes:
        mask: bool (H, W), the corridor.
        reach: the row at which it ends (H: there is none).
        length: its share of the rows from where it begins to the horizon, 0 to 1.
        road_share: share of the picture that is road, 0 to 1.
        ends_at: name of the label that blocks it; "" if it reaches the horizon.
    """

    mask: np.ndarray
    reach: int
    length: float
    road_share: float
    ends_at: str


def free_path(semantic: SemanticMap, horizon: float | None = None) -> FreePath:
    """The corridor, as wide as a car, from the bottom centre of a frame towards the horizon.

    Row by row it stays on the road if there is room beside an obstacle for half of its width; it ends where there
    is not. What covers the bottom of the picture without being evaluated (the car's own bonnet) is skipped.

    Args:
        semantic: a map with a label called ``road`` (or CamVid's, IDD's ``drivable``).
        horizon: its row in px; None: the highest row with road, within 30 to 55 % of the height.
    """
    height, width = semantic.ids.shape
    names = {label.name: label.id for label in semantic.labels.labels}
    road_id = names.get("road", names.get("drivable", -1))
    road_share = float((semantic.ids == road_id).mean())
    scale = min(1.0, _ROWS / height)
    small = (max(1, round(width * scale)), max(1, round(height * scale)))
    ids = cv2.resize(semantic.ids, small, interpolation=cv2.INTER_NEAREST)
    road = (ids == road_id).astype(np.uint8)
    # Single wrong pixels do not stop a car.
    kernel = np.ones((3, max(3, small[0] // 100 | 1)), np.uint8)
    road = cv2.morphologyEx(road, cv2.MORPH_CLOSE, kernel)
    rows = np.flatnonzero(road.any(axis=1))
    top = float(np.clip(rows[0] if len(rows) else small[1], 0.3 * small[1], 0.55 * small[1]))
    if horizon is not None:
        top = horizon * scale
    first = _first_row(ids, semantic, small[1])
    corridor = np.zeros_like(road)
    centre, end = small[0] / 2, first + 1
    # The last rows before the horizon are less than a car's width of pixels: nothing can be told there.
    for row in range(first, int(np.ceil(top + 3)), -1):
        half = HALF_WIDTH_PER_ROW * (row - top)
        run = _best_run(road[row], centre - half, centre + half)
        if run is None:
            break
        left, right = run
        centre = (
            (left + right) / 2 if right - left < 2 * half else min(max(centre, left + half), right - half)
        )
        corridor[row, max(left, round(centre - half)) : min(right, round(centre + half))] = 1
        end = row
    span = max(1.0, first - np.ceil(top + 3))
    length = float(np.clip((first + 1 - end) / span, 0, 1))
    # On the last rows the road's own far end closes in.
    blocked = length < 0.95
    return FreePath(
        cv2.resize(corridor, (width, height), interpolation=cv2.INTER_NEAREST).astype(bool),
        min(height, round(end / scale)),
        length,
        road_share,
        _blocker(ids, semantic, end, centre, HALF_WIDTH_PER_ROW * (end - top), road_id) if blocked else "",
    )


def _first_row(ids: np.ndarray, semantic: SemanticMap, height: int) -> int:
    """The lowest row whose middle is not left out of evaluation, at most a quarter up."""
    ignored = [label.id for label in semantic.labels.labels if label.ignored]
    middle = ids[:, ids.shape[1] // 2]
    for row in range(height - 1, int(0.75 * height), -1):
        if middle[row] not in ignored:
            return row
    return height - 1


def _best_run(row: np.ndarray, left: float, right: float) -> tuple[int, int] | None:
    """The stretch of road (start, end) with the largest part of left … right; None: less than half is road."""
    low, high = max(0.0, left), min(float(len(row)), right)
    if high <= low:
        return None
    edges = np.flatnonzero(np.diff(np.concatenate(([0], row, [0]))))
    starts, ends = edges[::2], edges[1::2]
    if not len(starts):
        return None
    common = np.minimum(ends, high) - np.maximum(starts, low)
    best = int(common.argmax())
    return (int(starts[best]), int(ends[best])) if common[best] >= _FREE * (high - low) else None


def _blocker(
    ids: np.ndarray, semantic: SemanticMap, end: int, centre: float, half: float, road_id: int
) -> str:
    """The commonest label other than road just above the corridor's end."""
    rows = slice(max(0, end - max(2, ids.shape[0] // 60)), end)
    columns = slice(max(0, int(centre - half)), max(1, int(np.ceil(centre + half))))
    found = ids[rows, columns]
    found = found[found != road_id]
    return semantic.labels.by_id(int(np.bincount(found).argmax())).name if found.size else ""
