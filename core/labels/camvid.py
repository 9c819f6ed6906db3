"""CamVid in its usual 11 classes."""

from __future__ import annotations

from core.labels.label import Label, LabelSet

_ROWS = (
    ("sky", False, (128, 128, 128)), ("building", False, (128, 0, 0)), ("pole", False, (192, 192, 128)),
    ("road", False, (128, 64, 128)), ("pavement", False, (60, 40, 222)), ("tree", False, (128, 128, 0)),
    ("sign/signal", False, (192, 128, 128)), ("fence", False, (64, 64, 128)), ("car", True, (64, 0, 128)),
    ("pedestrian", True, (64, 64, 0)), ("bicyclist", True, (0, 128, 192)),
)  # fmt: skip

CAMVID = LabelSet(
    "camvid",
    (
        *(Label(i, name, color, isthing=thing, train_id=i) for i, (name, thing, color) in enumerate(_ROWS)),
        Label(11, "void", (0, 0, 0), ignored=True),
    ),
    void_id=11,
    source="CamVid, the 11-class grouping of SegNet",
)
