"""The command line in this process, with stand-ins for networks, cameras and windows."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
from pathlib import Path
from random import Random

import nibabel as nib
import numpy as np
from PIL import Image

from core.cli import main
from core.cli.driving_options import OUTPUTS, VIEWS
from core.errors import InputError
from tests.core.cli.files import photo
from tests.core.cli.roads import ReadsColours, card, clip, painted, road
from tests.core.medical.scans import body_ct
from tests.fuzz.mutate import mutate_words
from tests.fuzz.reader import Case, Reader

_COMMANDS = (
    "portrait photo.jpg out.png --output blur --f-number 2.0 --shape hexagon --keep 0.3,0.5",
    "portrait photo.jpg out.png --output color --color #ff0000 --weights portrait-fine --engine torch-cpu",
    "portrait photo.jpg out.webp --output cutout",
    "portrait photo.jpg out.jpg --output image --image road.png",
    "portrait clip.mp4 out.mp4 --output matte --no-smooth",
    "portrait folder out --overwrite",
    "driving road.png out.png --output ids --labels camvid",
    "driving road.png out.png --output overlay --opacity 0.3",
    "driving road.png out --output panoptic --instances regions",
    "driving clip.mp4 out --output trainids",
    "driving folder out --output color --overwrite",
    "driving road.png out.png --output ids --ground-truth truth.png",
    "webcam portrait --source clip.mp4 --output out.mp4 --background color --mirror",
    "webcam driving --source clip.mp4 --output out.mp4 --view road --size 320x240",
    "medical scan.nii.gz out.nii.gz --task ct-tissues --report --mesh out.stl --time 0",
    "evaluate semantic truth.png truth.png --labels cityscapes --json out.json",
    "evaluate volume mask.nii.gz mask.nii.gz --tolerance 2",
    "evaluate matte matte.png matte.png --skip-missing",
    "weights list",
)
_WORDS = (
    *["portrait", "driving", "webcam", "medical", "evaluate", "weights", "list", "verify", "--help", "--version", "-h", "--", "-", "-1", "0", "nan", "inf", "1e400", "0.5,0.5"],
    *["--output", "--f-number", "--shape", "--color", "--image", "--keep", "--weights", "--engine", "--overwrite", "--no-smooth", "--opacity", "--labels"],
    *["--instances", "--ground-truth", "--source", "--size", "--mirror", "--background", "--view", "--task", "--parts", "--report", "--mesh", "--time"],
    *["--uncertainty", "--tolerance", "--skip-missing", "--train-ids", "--json", "semantic", "panoptic", "instance", "matte", "volume", "blur", "cutout"],
    *["photo.jpg", "clip.mp4", "road.png", "folder", "empty", "truth.png", "scan.nii.gz", "mask.nii.gz", "none.png", "notes.txt", "out", "out/", ".", "out.mp4"],
    *["cityscapes", "camvid", "idd", "idd-lite", "coco-panoptic", "voc", "portrait-fine", "driving-fast", "driving-maskrcnn", "ct-tissues", "brain"],
    *["640x480", "0x0", "99999999999x1", "50", "99999999999999999999", "http://127.0.0.1:9/x", "rtsp://[::1", "file:///photo.jpg", "window", "virtual"],
    *OUTPUTS, *VIEWS,
)  # fmt: skip


class _AnswersAll(ReadsColours):
    """Stands in for every network."""

    def matte(self, frame: np.ndarray) -> np.ndarray:
        return (frame.max(axis=2) > 180).astype(np.float32)


def _prepare(folder: Path) -> Path:
    """The files that command lines name, in a folder; stand-ins in the places of what is costly or could be noticed."""
    import core.media.camera
    import core.media.outlets
    import core.segmenter

    weights = folder / "weights"
    for name, task in (("driving-fast", "semantic"), ("portrait-fine", "matte"), ("portrait-fast", "matte")):
        card(weights, name, task)
    os.environ["TRIPTYCH_WEIGHTS"] = str(weights)
    core.segmenter.load_segmenter = lambda *_args, **_options: _AnswersAll()  # type: ignore[assignment]
    core.media.outlets.can_show_windows = lambda: False
    device = core.media.camera.cv2.VideoCapture
    # Nobody's camera may go on: numbers from 50 are nobody's.
    core.media.camera.cv2.VideoCapture = lambda number: device(number if number >= 50 else number + 50)

    work = folder / "work"
    photo(work / "photo.jpg")
    photo(work / "matte.png")
    photo(work / "folder" / "a.png")
    road(work / "folder" / "deep" / "b.png")
    road(work / "road.png")
    painted().save(work / "truth.png")
    clip(work / "clip.mp4", 3)
    (work / "empty").mkdir()
    (work / "notes.txt").write_text("no picture at all\n" * 9)
    hu, truth = body_ct((16.0, 16, 20), pad=1)
    for name, values in (("scan.nii.gz", hu), ("mask.nii.gz", truth["bone"].astype(np.uint8))):
        nib.save(nib.Nifti1Image(values, np.diag([16.0, 16, 20, 1])), work / name)
    matte = Image.open(work / "matte.png").convert("L")
    matte.save(work / "matte.png")
    return work


def _seeds(_work: Path) -> list[Case]:
    return [Case("words", words=tuple(command.split())) for command in _COMMANDS]


def _mutate(rng: Random, _work: Path) -> Case:
    words = mutate_words(rng, rng.choice(_COMMANDS).split(), _WORDS)
    # Results go below the working folder, whatever became of their names.
    return Case("words", words=tuple(word.lstrip("/").replace("..", ".") for word in words))


def _read(case: Case, folder: Path, work: Path) -> None:
    shutil.copytree(work, folder, dirs_exist_ok=True)
    os.chdir(folder)
    # As a terminal of UTF-8 takes them.
    out = io.TextIOWrapper(io.BytesIO(), "utf-8", "strict")
    err = io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace")
    code: object = None
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main([*case.words])
        except SystemExit as end:  # argparse: --help and wrong options
            if end.code == 2:
                raise InputError("options that argparse refuses") from None
            code = end.code
    err.flush()
    said = err.buffer.getvalue().decode()  # type: ignore[attr-defined]
    if code == 2 and "verify" in case.words and not said:
        return  # told in a table: the stand-ins' checkpoints are none
    if code == 2 and said.startswith("error: "):
        raise InputError(said.removeprefix("error: ").rstrip("\n"))
    assert code == 0 or (code == 1 and "failed: " in said), f"code {code}, said {said[:500]!r}"


READER = Reader("cli", _prepare, _seeds, _mutate, _read)
