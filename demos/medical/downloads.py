"""What can be taken away of a finding; made when it is asked for, never kept on disk."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.medical.mesh_files import save_mesh
from core.medical.outputs import save_map, scan_stem
from core.medical.report import make_report
from core.medical.surface import finding_surfaces
from core.medical.tasks import Finding
from core.metrics import VolumeScore
from core.results.label_files import save_itksnap_labels, save_label_json
from demos.medical.asked import task_key

# What is asked for → (ending of the file's name, media type)
KINDS = {
    "mask": (".nii.gz", "application/gzip"),
    "report": (".report.json", "application/json"),
    "glb": (".glb", "model/gltf-binary"),
    "stl": (".stl", "model/stl"),
    "labels": (".labels.json", "application/json"),
    "itksnap": (".labels.txt", "text/plain; charset=utf-8"),
    "uncertainty": (".uncertainty.nii.gz", "application/gzip"),
}


def make_download(
    finding: Finding, kind: str, scores: dict[str, VolumeScore], drawn: bool
) -> tuple[str, bytes]:
    """(file name, content).

    Args:
        scores: against a truth, by label; they go into the report.
        drawn: that truth is what the head was drawn from.

    Raises:
        InputError: no such kind, or nothing of it (no surface, no uncertainty).
    """
    if kind not in KINDS:
        raise InputError(f"no file is called {kind!r}", f"one of {', '.join(KINDS)}")
    stem = scan_stem(finding.volume.name or "scan").replace(", ", "-").replace(" ", "-")
    name = f"{stem}-{task_key(finding.task).replace('.', '-')}{KINDS[kind][0]}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{KINDS[kind][0]}"
        if kind == "mask":
            finding.mask().save(path, finding.volume.grid.header)
        elif kind == "uncertainty":
            save_map(path, finding)
        elif kind in ("glb", "stl"):
            save_mesh(path, finding_surfaces(finding))
        elif kind == "labels":
            save_label_json(path, finding.task.labels)
        elif kind == "itksnap":
            save_itksnap_labels(path, finding.task.labels)
        else:
            text = json.dumps(report(finding, scores, drawn), indent=1, ensure_ascii=False)
            path.write_text(text + "\n", encoding="utf-8")
        return name, path.read_bytes()


def report(finding: Finding, scores: dict[str, VolumeScore], drawn: bool) -> dict[str, Any]:
    """Core's report, and the scores where there is a truth. Infinite distances become null."""
    whole = make_report(finding)
    if scores:
        rows = {
            name: {k: v if abs(v) != float("inf") else None for k, v in score.as_json().items()}
            for name, score in scores.items()
        }
        whole["scores"] = {"truth": "what the head was drawn from" if drawn else "uploaded", "labels": rows}
    return whole
