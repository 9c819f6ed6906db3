"""``python -m core medical IN OUT --task NAME``: one volume, or a tree of them with a summary."""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
import time
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from core.atomic import whole_file
from core.cli.progress import clock
from core.cli.record import FOREIGN, Entry, Places, Record
from core.cli.trees import Tree, check_target, walk
from core.errors import InputError
from core.medical.outputs import Outputs, scan_stem, segment_file
from core.medical.report import NOTICE
from core.medical.tasks import Task, get_task
from core.medical.volume import scan_suffixes

SUMMARY = "summary.csv"
_MASK = ".nii.gz"


def run(options: argparse.Namespace) -> int:
    """Do it; returns the exit code.

    Raises:
        InputError: bad options, or a bad single volume.
    """
    task = get_task(options.task, options.parts)
    source, target = Path(options.source), Path(options.target)
    if source.is_dir() and not _is_scan(source):
        return _folder(source, target, task, options)
    if target.is_dir() or options.target.endswith(("/", "\\")):
        target = target / f"{scan_stem(source)}.nii.gz"
    outputs = Outputs(
        target,
        _beside(options.report, target, "report.json"),
        Path(options.mesh) if options.mesh else None,
        _beside(options.uncertainty, target, "uncertainty.nii.gz"),
    )
    line = _Line(source.name)
    try:
        finding, report = segment_file(source, task, outputs, time_point=options.time, progress=line)
    finally:
        line.end()
    print(f"{target} ({finding.seconds:.2f} s)")
    print(_table(report))
    for warning in finding.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    print(NOTICE)
    return 0


def _is_scan(folder: Path) -> bool:
    from core.medical.volume import list_readers

    return any(reader.accepts(folder) for reader in list_readers())


def _beside(option: str | None, mask: Path, ending: str) -> Path | None:
    """An option's path; one without a name lies beside the mask."""
    if option is None:
        return None
    return Path(option) if option else mask.with_name(f"{scan_stem(mask)}.{ending}")


def _table(report: dict[str, Any]) -> str:
    """Labels with their size and mean, one a line.

    >>> print(_table({"unit": "HU", "together": [], "labels": [{"name": "bone", "ml": 12.3, "mean": 412.4}]}))
      bone          12.3 ml   mean 412 HU
    """
    rows = report["labels"] + report["together"]
    width = max(len(row["name"]) for row in rows)
    unit = f" {report['unit']}" if report["unit"] == "HU" else ""
    lines = []
    for row in rows:
        mean = "" if row["mean"] is None else f"   mean {row['mean']:.3g}{unit}"
        lines.append(f"  {row['name']:{width}} {row['ml']:13,.1f} ml{mean}")
    return "\n".join(lines)


class _Line:
    """What is being done, on a terminal; nothing elsewhere."""

    def __init__(self, name: str) -> None:
        self._name, self._live, self._shown = name, sys.stderr.isatty(), 0.0

    def __call__(self, what: str, share: float) -> None:
        now = time.monotonic()
        if self._live and (now - self._shown > 0.1 or not share):
            self._shown = now
            done = f" {share:4.0%}" if share else ""
            print(f"\r{self._name}: {what}{done}\x1b[K", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._live:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _scans(source: Path, target: Path) -> Tree:
    """Volumes below ``source``: not hidden, not in ``target``, and a pair once."""
    found = walk(source, target, lambda name: name.lower().endswith(scan_suffixes()))
    found.files = [path for path in found.files if not _has_header(path)]
    return found


def _has_header(path: Path) -> bool:
    """Whether it is the half of a pair that the other half stands for."""
    headers = (path.with_name(scan_stem(path) + ending) for ending in (".hdr", ".hdr.gz", ".HDR"))
    return path.name.lower().endswith((".img", ".img.gz")) and any(header.is_file() for header in headers)


def _folder(source: Path, target: Path, task: Task, options: argparse.Namespace) -> int:
    check_target(source, target)
    if target.name.endswith((".nii", ".nii.gz")):
        raise InputError(f"{target.name} for a folder of volumes", "a folder's name")
    if options.report or options.uncertainty:
        raise InputError("one file's name for a folder of results", "the option without a name")
    mesh = (options.mesh or "").lower().removeprefix(".")
    if mesh not in ("", "glb", "stl"):
        raise InputError(f"--mesh {options.mesh} for a folder", "glb or stl")
    found = _scans(source, target)
    scans = found.files
    if not scans and not found.unread:
        raise InputError(f"{source} holds no volume", f"files ending in {', '.join(scan_suffixes())}")
    began = time.monotonic()
    rows: list[dict[str, Any]] = []
    counts = {"done": 0, "skipped": 0, "failed": len(found.unread)}
    found.tell()
    record, root = Record(target), source.resolve().name
    places = Places(record, [path.relative_to(source) for path in scans])
    summary = _summary(target, record, options.overwrite)
    try:
        for number, path in enumerate(scans, 1):
            name, of = path.relative_to(source), path.stat()
            told = f"{root}/{name.as_posix()}"
            wanted = name.with_name(f"{scan_stem(path)}{_MASK}")
            entry = Entry(
                places.take(told, wanted, partial(_other_name, name)), told, of.st_size, of.st_mtime_ns,
                f"{task.name} {task.part} {options.time or 0}",
            )  # fmt: skip
            row, outcome, note = _one(path, target, record, entry, task, options, mesh)
            counts[outcome] += 1
            rows.append({"file": str(name), **row})
            print(
                f"[{number}/{len(scans)}] {note}",
                file=sys.stderr if outcome == "failed" else sys.stdout,
                flush=True,
            )
    finally:  # a summary of what there is, also when stopped
        if rows:
            _write_summary(summary, rows)
            record.add(Entry(summary.name, "", 0, 0, ""), done=True)
    numbers = f"{counts['done']} done, {counts['skipped']} skipped (already there), {counts['failed']} failed"
    print(f"{numbers} in {clock(time.monotonic() - began)}; {summary}")
    print(NOTICE)
    return 1 if counts["failed"] else 0


def _other_name(scan: Path, wanted: Path, more: str) -> Path:
    """a.nii and a.nii.gz with a mask each: ``a-nii-gz.nii.gz``."""
    return wanted.with_name(f"{scan.name.replace('.', '-')}{more}{_MASK}")


def _one(
    path: Path, target: Path, record: Record, entry: Entry, task: Task, options: argparse.Namespace, mesh: str
) -> tuple[dict[str, Any], str, str]:
    """(row of the summary, what became of it, a line for the user)."""
    mask = target / entry.result

    def named(ending: str) -> Path:
        return mask.with_name(f"{mask.name.removesuffix(_MASK)}.{ending}")

    outputs = Outputs(
        mask,
        named("report.json"),
        named(mesh) if mesh else None,
        named("uncertainty.nii.gz") if options.uncertainty is not None else None,
    )
    if not options.overwrite:
        earlier = _earlier(outputs, task, options.time or 0) if record.is_done(entry) else None
        if earlier is not None:
            return _row(earlier), "skipped", f"{mask} is there already"
        foreign = [path for path in outputs.paths() if path.exists()]
        if record.owner(entry.result) is None and foreign:
            return {"status": f"skipped: {foreign[0]} {FOREIGN}"}, "skipped", f"{foreign[0]} {FOREIGN}"
    line = _Line(path.name)
    try:
        record.add(entry, done=False)
        finding, report = segment_file(path, task, outputs, time_point=options.time, progress=line)
        record.add(entry, done=True)
    except InputError as error:
        message = " ".join(str(error).split())
        return {"status": f"failed: {message}"}, "failed", f"failed: {message}"
    finally:
        line.end()
    notes = "".join(f"; {warning}" for warning in finding.warnings)
    return _row(report), "done", f"{outputs.mask} ({finding.seconds:.2f} s{notes})"


def _earlier(outputs: Outputs, task: Task, time_point: int) -> dict[str, Any] | None:
    """The report of an earlier run, if all that is asked is there, of the same time, by the same weights."""
    if not all(p.exists() for p in outputs.paths() if p != outputs.mesh):
        return None
    try:
        report = json.loads(outputs.report.read_text(encoding="utf-8"))  # type: ignore[union-attr]
        wanted_task = {"name": task.name, "part": task.part or None, "sha256": task.sha256}
        same = all(report["task"][key] == value for key, value in wanted_task.items())
        same &= report["scan"]["time_point"] == time_point
        empty = not any(row["voxels"] for row in report["labels"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    # A mask without a voxel has no surface.
    return report if same and (outputs.mesh is None or outputs.mesh.exists() or empty) else None


def _row(report: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"status": "done", "seconds": report["seconds"]}
    unit = report["unit"] if report["unit"] == "HU" else "intensity"
    for label in report["labels"] + report["together"]:
        row[f"{label['name']} (ml)"] = label["ml"]
        row[f"{label['name']} (mean {unit})"] = label["mean"]
    return row | {"warnings": " ".join(report["warnings"])}


def _summary(target: Path, record: Record, overwrite: bool) -> Path:
    """Where the summary goes: beside one that is not of an earlier run (by the record, or by how it begins)."""
    for number in count(1):
        path = target / (SUMMARY if number == 1 else f"{Path(SUMMARY).stem}-{number}.csv")
        if overwrite or not path.exists() or record.owner(path.name) is not None:
            return path
        with open(path, "rb") as file:
            if file.read(12) == b"file,status,":
                return path
    raise AssertionError("numbers do not end")


def _write_summary(path: Path, rows: list[dict[str, Any]]) -> None:
    """CSV, a row a scan; columns of all rows, warnings last."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    columns.sort(key=lambda column: column == "warnings")
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    with whole_file(path) as partial:
        partial.write_text(text.getvalue(), encoding="utf-8", newline="")
