"""What a mask's numbers mean, in files beside it: JSON for programs, ITK-SNAP's label file for people."""

from __future__ import annotations

import json
from pathlib import Path

from core.atomic import whole_file
from core.labels import LabelSet


def save_label_json(path: str | Path, labels: LabelSet) -> None:
    """``{"label_set", "source", "labels": {"1": {"name", "color"}}}``; colours are ``#rrggbb``.

    Raises:
        InputError: the folder cannot be written to.
    """
    table = {str(e.id): {"name": e.name, "color": f"#{bytes(e.color).hex()}"} for e in labels.labels}
    text = json.dumps({"label_set": labels.name, "source": labels.source, "labels": table}, indent=1)
    with whole_file(path) as partial:
        partial.write_text(text + "\n", encoding="utf-8")


def save_itksnap_labels(path: str | Path, labels: LabelSet) -> None:
    """ITK-SNAP's label descriptions (Segmentation → Import Label Descriptions); 3D Slicer reads them too.

    One line a label: id, red, green, blue, opacity, visible, visible as a mesh, "name". Id 0 is always clear.

    Raises:
        InputError: the folder cannot be written to.
    """
    lines = ["# ITK-SnAP Label Description File", "# IDX   -R-  -G-  -B-  -A--  VIS MSH  LABEL"]
    for e in labels.labels:
        r, g, b = e.color
        shown = int(e.id != 0)
        name = e.name.replace('"', "'")
        lines.append(f'{e.id:5} {r:5} {g:4} {b:4} {shown:8} {shown:2} {shown:2}    "{name}"')
    with whole_file(path) as partial:
        partial.write_text("\n".join(lines) + "\n", encoding="utf-8")
