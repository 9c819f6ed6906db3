"""Pascal VOC: background and 20 classes. Colours follow the development kit's bitwise rule."""

from __future__ import annotations

from core.labels.label import Color, Label, LabelSet

_NAMES = (
    "background", "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow",
    "diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor",
)  # fmt: skip


def voc_color(index: int) -> Color:
    """The kit's colour map: bits 0, 1, 2 of ``index`` are the top bits of red, green, blue, and so on.

    >>> voc_color(15)
    (192, 128, 128)
    """
    color = [0, 0, 0]
    for shift in range(7, -1, -1):
        for channel in range(3):
            color[channel] |= (index >> channel & 1) << shift
        index >>= 3
    return color[0], color[1], color[2]


VOC = LabelSet(
    "voc",
    tuple(Label(i, name, voc_color(i), isthing=i > 0, train_id=i) for i, name in enumerate(_NAMES)),
    void_id=255,
    source="Pascal VOC 2012 segmentation",
)
