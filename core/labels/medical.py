"""Organs: the hippocampus' two parts, seven organs at risk of the head and neck, the brain. Colours are our own."""

from __future__ import annotations

from core.labels.label import Label, LabelSet, golden_palette


def _organs(name: str, source: str, *organs: str) -> LabelSet:
    colors = golden_palette(len(organs))
    labels = (Label(i, organ, colors[i - 1], isthing=False, train_id=i) for i, organ in enumerate(organs, 1))
    return LabelSet(
        name, (Label(0, "background", (0, 0, 0), train_id=0), *labels), void_id=None, source=source
    )


HIPPOCAMPUS = _organs("hippocampus", "Medical Segmentation Decathlon, task 4", "anterior", "posterior")
CT_HEAD_NECK = _organs(
    "ct-head-neck", "OpenKBP", "brain stem", "spinal cord", "right parotid", "left parotid", "oesophagus", "larynx",
    "mandible",
)  # fmt: skip
BRAIN = _organs("brain", "any DLMUSE region is brain", "brain")
