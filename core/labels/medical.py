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
BRAIN_TISSUES = _organs(
    "brain-tissues", "tissues of MUSE regions, deep grey matter and cerebellum included", "grey matter", "white matter",
    "ventricular CSF", "outer CSF", "brain stem",
)  # fmt: skip
_NUCLEI = ("hippocampus", "amygdala", "thalamus", "caudate", "putamen", "pallidum")
_SIDED = tuple(f"{side} {nucleus}" for nucleus in _NUCLEI for side in ("left", "right"))
BRAIN_STRUCTURES = _organs(
    "brain-structures", "MUSE regions", *_SIDED, "brain stem", "cerebellum", "rest of the brain"
)
# Colours of an anatomy book rather than a palette: a scan full of it should be legible at a glance.
CT_TISSUES = LabelSet(
    "ct-tissues",
    (
        Label(0, "background", (0, 0, 0), train_id=0),
        Label(1, "rest of the body", (120, 132, 150), train_id=1, category="body", category_id=1),
        Label(2, "lungs", (86, 180, 233), train_id=2, category="body", category_id=1),
        Label(3, "fat", (240, 200, 90), train_id=3, category="body", category_id=1),
        Label(4, "soft tissue", (200, 80, 72), train_id=4, category="body", category_id=1),
        Label(5, "bone", (245, 240, 225), train_id=5, category="body", category_id=1),
    ),
    void_id=None,
    source="HU ranges; see core/medical/hounsfield.py",
)
DRAWN_HEAD = _organs(
    "drawn-head", "core/medical/phantom", "grey matter", "white matter", "ventricles", "outer CSF",
    "cerebellar grey matter", "cerebellar white matter", "brain stem", *_SIDED, "bone", "marrow", "fat", "muscle", "skin", "eye", "inner air",
)  # fmt: skip
