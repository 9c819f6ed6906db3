"""What a pixel can be: label sets as data. Stuff and things are a property of a label."""

from __future__ import annotations

from core.errors import InputError
from core.labels.camvid import CAMVID
from core.labels.cityscapes import CITYSCAPES
from core.labels.coco import COCO_PANOPTIC
from core.labels.idd import IDD_LITE
from core.labels.label import Label, LabelSet
from core.labels.medical import (
    BRAIN,
    BRAIN_STRUCTURES,
    BRAIN_TISSUES,
    CT_HEAD_NECK,
    CT_TISSUES,
    DRAWN_HEAD,
    HIPPOCAMPUS,
)
from core.labels.portrait import PORTRAIT
from core.labels.voc import VOC

_SETS = {
    s.name: s
    for s in (
        PORTRAIT,
        VOC,
        COCO_PANOPTIC,
        CITYSCAPES,
        CAMVID,
        IDD_LITE,
        HIPPOCAMPUS,
        CT_HEAD_NECK,
        BRAIN,
        BRAIN_TISSUES,
        BRAIN_STRUCTURES,
        CT_TISSUES,
        DRAWN_HEAD,
    )
}


def list_label_sets() -> list[str]:
    """Names of all label sets, sorted."""
    return sorted(_SETS)


def get_label_set(name: str) -> LabelSet:
    """A label set by its name.

    Raises:
        InputError: unknown (the message lists the choices).

    >>> len(get_label_set("cityscapes").labels)
    35
    """
    if name not in _SETS:
        raise InputError(f"no label set is called {name!r}", f"one of {', '.join(list_label_sets())}")
    return _SETS[name]


__all__ = ["Label", "LabelSet", "get_label_set", "list_label_sets"]
