"""``/medical``: the mask of a volume on its own grid, and the report about it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from core.errors import InputError
from core.medical.outputs import Outputs, scan_stem, segment_file
from core.medical.tasks import Task, get_task, list_tasks
from demos.api.callers import Callers
from demos.api.endpoint import choice, endpoint, file_field, refusals
from demos.medical.job import Job

DEFAULT_TASK = "ct-tissues"  # by rules: always there
_PROGRESS = gr.Progress()
_TELL_S = 0.5


def build_medical_endpoint(w: dict[str, str], callers: Callers) -> None:
    """Offer it."""
    tasks = sorted((task.name for task in list_tasks()), key=lambda name: name != DEFAULT_TASK)

    def medical(
        request: gr.Request, scan: str, voxels: str | None = None, task: str = tasks[0], part: str | None = None,
        time_point: int | None = None, progress: gr.Progress = _PROGRESS,
    ) -> tuple[str, dict[str, Any]]:  # fmt: skip
        """Segment a CT or MRI volume. Research use only, not a medical device.

        scan: a .nii or .nii.gz file, or the .hdr of a pair. voxels: the .img of that pair. task: such as ct-tissues. part: which mask,
        of a task that has several. time_point: of a series, from 0; none: the first.
        Returns the mask as .nii.gz on the scan's own grid, and a report: volumes in ml, intensities, places, and warnings, which
        say so where the scan is not what the task was made for.
        """
        with (
            refusals(w),
            callers.call(str(request.session_hash), scan, voxels) as folder,
            tempfile.TemporaryDirectory() as work,
        ):
            if not scan:
                raise InputError("no scan was given", "a .nii, .nii.gz or .hdr file")
            chosen = get_task(task, part or None)
            source = _side_by_side(Path(work), scan, voxels) if voxels else Path(scan)
            mask = Path(work) / "masks" / f"{scan_stem(source)}-{'-'.join(filter(None, (task, part)))}.nii.gz"
            report = _segment(source, chosen, mask, time_point, progress, w)
            return str(mask.replace(folder / mask.name)), report

    inputs = [
        file_field("Scan"), file_field("Voxels of a pair"), choice("Task", tasks, tasks[0]),
        gr.Textbox(None, label="Part", visible=False), gr.Number(None, label="Time point", precision=0, visible=False),
    ]  # fmt: skip
    outputs = [gr.File(label="Mask", visible=False), gr.JSON(label="Report", visible=False)]
    endpoint("medical", medical, inputs, outputs)


def _side_by_side(folder: Path, scan: str, voxels: str) -> Path:
    """A pair in one folder: each of the two was stored in one of its own."""
    for upload in (scan, voxels):
        if not Path(upload).exists():
            raise InputError(f"{Path(upload).name} does not exist", "a CT or MRI volume", "send it again")
        shutil.copyfile(upload, folder / Path(upload).name)
    return folder / Path(scan).name


def _segment(
    source: Path, task: Task, mask: Path, time_point: int | None, progress: Callable, w: dict[str, str]
) -> dict[str, Any]:
    """Write the mask and return the report; one volume at a time, those of the page's visitors among them."""
    reports: list[dict[str, Any]] = []

    def work(tell: Callable[[str, float], None]) -> None:
        reports.append(segment_file(source, task, Outputs(mask), time_point=time_point, progress=tell)[1])

    job = Job(work)
    try:
        while (state := job.wait(_TELL_S)).outcome == "running":
            progress(state.share, desc=state.what)
    finally:
        job.cancel()
    if state.error is not None:
        raise state.error
    if state.outcome != "done":
        raise gr.Error(w["error"])
    return reports[0]
