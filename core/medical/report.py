"""What was found, in numbers: per label volume, intensity, place, and which slices."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core import __version__
from core.medical.grid import PLANES
from core.medical.tasks import Finding
from core.medical.volume import Volume

NOTICE = "Research use only, not a medical device."


@dataclass(frozen=True)
class Slices:
    """The slices that a label reaches, counted as the file counts them along its own axis (from 0)."""

    axis: int
    first: int
    last: int
    count: int


@dataclass(frozen=True)
class LabelFigures:
    """One label, or several taken together.

    Attributes:
        id: of the label; None for several.
        voxels, ml: its size.
        mean, sd: of the scan's values in it, in the task's unit; None where there is no voxel.
        centroid_mm: mean position (RAS+).
        box_mm: lowest and highest x, y, z of the box that its voxels fill along the scan's axes (RAS+).
        slices: by plane.
    """

    name: str
    id: int | None
    voxels: int
    ml: float
    mean: float | None = None
    sd: float | None = None
    centroid_mm: tuple[float, ...] | None = None
    box_mm: tuple[tuple[float, ...], tuple[float, ...]] | None = None
    slices: dict[str, Slices] | None = None


def figures(finding: Finding) -> tuple[list[LabelFigures], list[LabelFigures]]:
    """(every label but the background, every category of more than one label)."""
    labels = [label for label in finding.task.labels.labels if label.id > 0]
    sums = _Sums(finding.ids, finding.volume.data, max((label.id for label in labels), default=0) + 1)
    single = [sums.figures(finding.volume, label.name, [label.id]) for label in labels]
    together = []
    for category in dict.fromkeys(label.category for label in labels if label.category):
        members = [label.id for label in labels if label.category == category]
        if len(members) > 1:
            together.append(sums.figures(finding.volume, category, members))
    return single, together


def make_report(finding: Finding) -> dict[str, Any]:
    """All of it, ready for JSON. Numbers are rounded to what a voxel's size allows to be told."""
    volume, task = finding.volume, finding.task
    single, together = figures(finding)
    return {
        "notice": NOTICE,
        "program": f"Triptych {__version__}",
        "scan": {
            "file": volume.name,
            "time_point": volume.time_point,
            "shape": list(volume.grid.shape),
            "spacing_mm": [round(v, 5) for v in volume.grid.spacing],
            "axes": volume.grid.axis_codes,
            "voxel_ml": round(volume.voxel_ml, 9),
        },
        "task": {
            "name": task.name,
            "title": task.title,
            "part": task.part or None,
            "method": task.method,
            "weights": task.weights,
            "sha256": task.sha256,
        },
        "unit": task.unit or "as stored",
        "labels": [_as_json(f) for f in single],
        "together": [_as_json(f) for f in together],
        "warnings": list(finding.warnings),
        "seconds": round(finding.seconds, 3),
    }


def _as_json(label: LabelFigures) -> dict[str, Any]:
    raw = asdict(label)
    for name in ("mean", "sd"):
        raw[name] = None if raw[name] is None else round(raw[name], 3)
    raw["ml"] = round(raw["ml"], 6)
    if label.centroid_mm and label.box_mm:
        raw["centroid_mm"] = [round(v, 3) for v in label.centroid_mm]
        raw["box_mm"] = [[round(v, 3) for v in corner] for corner in label.box_mm]
    return raw


class _Sums:
    """Sums per id, gathered slice by slice: exact, and without a copy of the volume."""

    def __init__(self, ids: np.ndarray, data: np.ndarray, count: int) -> None:
        self.total, self.squares = np.zeros(count), np.zeros(count)
        # How many voxels of each id lie in each slice, along each axis.
        self.along = [np.zeros((count, n), np.int64) for n in ids.shape]
        nx, ny, nz = ids.shape
        for k in range(nz):
            plane = ids[:, :, k]
            x, y = np.nonzero(plane)
            if not len(x):
                continue
            found = plane[x, y].astype(np.int64)
            values = data[:, :, k][x, y].astype(np.float64)
            self.total += np.bincount(found, values, count)
            self.squares += np.bincount(found, values**2, count)
            self.along[0] += np.bincount(found * nx + x, minlength=count * nx).reshape(count, nx)
            self.along[1] += np.bincount(found * ny + y, minlength=count * ny).reshape(count, ny)
            self.along[2][:, k] = np.bincount(found, minlength=count)

    def figures(self, volume: Volume, name: str, ids: list[int]) -> LabelFigures:
        along = [sums[ids].sum(axis=0) for sums in self.along]
        voxels = int(along[2].sum())
        number = ids[0] if len(ids) == 1 else None
        if not voxels:
            return LabelFigures(name, number, 0, 0.0)
        mean = float(self.total[ids].sum() / voxels)
        variance = max(0.0, float(self.squares[ids].sum() / voxels) - mean**2)
        middle = [float((sums * np.arange(len(sums))).sum() / voxels) for sums in along]
        filled = [np.flatnonzero(sums) for sums in along]
        ends = [(f[0] - 0.5, f[-1] + 0.5) for f in filled]
        corners = np.array([(x, y, z, 1) for x in ends[0] for y in ends[1] for z in ends[2]])
        corners = (corners @ volume.affine.T)[:, :3]
        return LabelFigures(
            name,
            number,
            voxels,
            voxels * volume.voxel_ml,
            mean,
            variance**0.5,
            tuple((volume.affine @ [*middle, 1])[:3].tolist()),
            (tuple(corners.min(axis=0).tolist()), tuple(corners.max(axis=0).tolist())),
            {plane: _slices(volume, axis, filled[axis]) for axis, plane in enumerate(PLANES)},
        )


def _slices(volume: Volume, axis: int, filled: np.ndarray) -> Slices:
    own, one = volume.grid.index_from_ras(axis, int(filled[0]))
    _, other = volume.grid.index_from_ras(axis, int(filled[-1]))
    return Slices(own, min(one, other), max(one, other), len(filled))
