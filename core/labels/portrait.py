"""Portraits: a person, or not."""

from __future__ import annotations

from core.labels.label import Label, LabelSet

PORTRAIT = LabelSet(
    "portrait",
    (
        Label(0, "background", (0, 0, 0), train_id=0),
        Label(1, "person", (79, 70, 229), isthing=True, train_id=1),
    ),
    void_id=None,
    source="Triptych",
)
