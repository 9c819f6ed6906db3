"""From a file to files: a scan's mask, its labels' names, its report, surface and uncertainty, all or none of them."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from core.atomic import whole_files
from core.errors import InputError
from core.medical.mesh_files import SUFFIXES as MESH_SUFFIXES
from core.medical.mesh_files import save_mesh
from core.medical.report import make_report
from core.medical.surface import finding_surfaces
from core.medical.tasks import Finding, Progress, Task, segment
from core.medical.volume import read_volume, scan_suffixes
from core.results.label_files import save_itksnap_labels, save_label_json
from core.results.volume import save_nifti

MASK_SUFFIXES = (".nii", ".nii.gz")


@dataclass(frozen=True)
class Outputs:
    """Where results go; None: not wanted. The labels' names always come beside the mask.

    Raises:
        InputError: an ending that says another kind of file.
    """

    mask: Path
    report: Path | None = None
    mesh: Path | None = None
    uncertainty: Path | None = None

    def __post_init__(self) -> None:
        for path, endings in (
            (self.mask, MASK_SUFFIXES),
            (self.uncertainty, MASK_SUFFIXES),
            (self.report, (".json",)),
            (self.mesh, MESH_SUFFIXES),
        ):
            if path is not None and not path.name.lower().endswith(endings):
                raise InputError(f"cannot write {path.name}", f"a name ending in {' or '.join(endings)}")

    @property
    def label_files(self) -> tuple[Path, Path]:
        stem = scan_stem(self.mask)
        return self.mask.with_name(f"{stem}.labels.json"), self.mask.with_name(f"{stem}.labels.txt")

    def paths(self) -> list[Path]:
        extras = (self.report, self.mesh, self.uncertainty)
        return [self.mask, *self.label_files, *(path for path in extras if path is not None)]


def scan_stem(path: str | Path) -> str:
    """A scan's name without what says that it is one.

    >>> scan_stem("head.T1.nii.gz")
    'head.T1'
    """
    name = Path(path).name
    for suffix in sorted((*scan_suffixes(), *MASK_SUFFIXES), key=len, reverse=True):
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return Path(name).stem


def segment_file(
    source: str | Path,
    task: Task,
    outputs: Outputs,
    *,
    time_point: int | None = None,
    progress: Progress | None = None,
) -> tuple[Finding, dict[str, Any]]:
    """Read, segment, write. Nothing is left behind by an error or Ctrl-C, and what was there before stays.

    Returns:
        The finding and its report (see :mod:`core.medical.report`).

    Raises:
        InputError: a source that cannot be used, an unwritable target, a target that is the source, or an
            uncertainty asked of a task that has none.
    """
    source = Path(source)
    for path in outputs.paths():
        if path.exists() and source.exists() and path.samefile(source):
            raise InputError(f"{path} is the source itself", "another name for the result")
    if outputs.uncertainty is not None and task.method == "rules":
        raise InputError(f"{task.name} goes by rules, which know no uncertainty", "a task with a network")
    if outputs.uncertainty is not None and task.planes == 1:
        raise InputError(
            f"{task.name} looks from one plane, which gives no uncertainty", "a task that looks from several"
        )
    with whole_files(outputs.paths()) as partials:
        where = dict(zip(outputs.paths(), partials, strict=True))
        if progress:
            progress("reading", 0)
        finding = segment(read_volume(source, time_point), task, progress)
        if progress:
            progress("writing", 0)
        finding.mask().save(where[outputs.mask], finding.volume.grid.header)
        names, itksnap = outputs.label_files
        save_label_json(where[names], task.labels)
        save_itksnap_labels(where[itksnap], task.labels)
        if outputs.uncertainty is not None and finding.uncertainty is None:
            where[outputs.uncertainty].unlink()
            told = "There is no uncertainty: the scan could be looked at from one plane only."
            finding = replace(finding, warnings=(*finding.warnings, told))
        elif outputs.uncertainty is not None:
            save_map(where[outputs.uncertainty], finding)
        if outputs.mesh is not None:
            surfaces = finding_surfaces(finding)
            if surfaces:
                save_mesh(where[outputs.mesh], surfaces)
            else:
                where[outputs.mesh].unlink()  # nothing was found, as a warning says
        report = make_report(finding)
        if outputs.report is not None:
            text = json.dumps(report, indent=1, ensure_ascii=False) + "\n"
            where[outputs.report].write_text(text, encoding="utf-8")
    return finding, report


def save_map(path: Path, finding: Finding) -> None:
    """The uncertainty as float32 NIfTI on the scan's own grid.

    Raises:
        InputError: the task gave none, or an unwritable folder.
    """
    if finding.uncertainty is None:
        raise InputError(
            f"{finding.task.name} gives no uncertainty here", "a volume seen from several planes"
        )
    grid = finding.volume.grid
    values = np.asarray(grid.from_ras(finding.uncertainty), np.float32)
    save_nifti(path, values, grid.affine, grid.header)
