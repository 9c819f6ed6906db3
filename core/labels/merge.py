"""How the 19 Cityscapes classes add up to a coarser set's: a class's probability is the sum of its parts'.

Groupings: CamVid's 11 classes after SegNet (Badrinarayanan et al. 2017), IDD-lite's 7 after the level-1 table of
the Indian Driving Dataset. Every one of the 19 belongs to exactly one coarse class, so sums of probabilities
stay probabilities.
"""

from __future__ import annotations

import numpy as np

from core.errors import InputError
from core.labels.camvid import CAMVID
from core.labels.cityscapes import CITYSCAPES
from core.labels.idd import IDD_LITE

_PARTS: dict[str, dict[str, tuple[str, ...]]] = {
    "camvid": {
        "sky": ("sky",),
        "building": ("building", "wall"),
        "pole": ("pole",),
        "road": ("road",),
        "pavement": ("sidewalk",),
        "tree": ("vegetation", "terrain"),
        "sign/signal": ("traffic light", "traffic sign"),
        "fence": ("fence",),
        "car": ("car", "truck", "bus", "train"),
        "pedestrian": ("person",),
        "bicyclist": ("rider", "motorcycle", "bicycle"),
    },
    "idd-lite": {
        "drivable": ("road",),
        "non-drivable": ("sidewalk", "terrain"),
        "living things": ("person", "rider"),
        "vehicles": ("car", "truck", "bus", "train", "motorcycle", "bicycle"),
        "roadside objects": ("wall", "fence", "pole", "traffic light", "traffic sign"),
        "far objects": ("building", "vegetation"),
        "sky": ("sky",),
    },
}
_SETS = {"camvid": CAMVID, "idd-lite": IDD_LITE, "cityscapes": CITYSCAPES}


def merge_table(name: str) -> np.ndarray:
    """Which of the 19 make up which class of the set ``name``.

    Returns:
        bool (C, 19), rows in the order of the set's train ids; each column has exactly one True.

    Raises:
        InputError: no merging to that set is known.

    >>> merge_table("idd-lite").sum(axis=1).tolist()
    [1, 2, 2, 6, 5, 2, 1]
    """
    if name not in _SETS:
        raise InputError(f"the 19 classes cannot be merged to {name!r}", f"one of {', '.join(sorted(_SETS))}")
    if name == "cityscapes":
        return np.eye(19, dtype=bool)
    coarse = _SETS[name].evaluated
    table = np.zeros((len(coarse), 19), bool)
    for row in coarse:
        for part in _PARTS[name][row.name]:
            table[row.train_id, CITYSCAPES.by_name(part).train_id] = True
    return table


def merge_probabilities(probabilities: np.ndarray, name: str) -> np.ndarray:
    """Sums of the 19 classes' probabilities, float (19, …) → float (C, …).

    >>> merge_probabilities(np.full((19, 1), 1 / 19), "camvid").round(3)[8]
    array([0.211])
    """
    table = merge_table(name).astype(probabilities.dtype)
    return np.tensordot(table, probabilities, axes=1)
