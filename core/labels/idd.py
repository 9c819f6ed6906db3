"""IDD-Lite: the seven top-level classes of the Indian Driving Dataset. Colours are our own."""

from __future__ import annotations

from core.labels.label import Label, LabelSet

_ROWS = (
    ("drivable", False, (128, 64, 128)), ("non-drivable", False, (244, 35, 232)), ("living things", True, (220, 20, 60)),
    ("vehicles", True, (0, 0, 142)), ("roadside objects", False, (190, 153, 153)), ("far objects", False, (70, 70, 70)),
    ("sky", False, (70, 130, 180)),
)  # fmt: skip

IDD_LITE = LabelSet(
    "idd-lite",
    (
        *(Label(i, name, color, isthing=thing, train_id=i) for i, (name, thing, color) in enumerate(_ROWS)),
        Label(255, "void", (0, 0, 0), ignored=True),
    ),
    void_id=255,
    source="IDD-Lite, level-1 ids",
)
