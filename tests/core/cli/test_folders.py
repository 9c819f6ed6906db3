"""Folders into folders: every source gets its own result, made once, and nothing else is touched."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from PIL import Image

import core.cli.portrait
from core.cli import main
from core.media.video import VideoReader


def run(*words: object) -> int:
    return main(["portrait", *(str(word) for word in words)])


def results(out: Path) -> list[str]:
    """Names that a user sees in a folder."""
    return sorted(str(p.relative_to(out)) for p in out.rglob("*") if p.is_file() and p.name[0] != ".")


def corner(path: Path) -> list[int]:
    """The background's colour."""
    return np.asarray(Image.open(path).convert("RGB"))[2, 2].tolist()


def set_age(path: Path, seconds: float) -> None:
    """Make it look ``seconds`` older."""
    when = path.stat().st_mtime - seconds
    os.utime(path, (when, when))


def test_a_video_stopped_alone_is_made_whole_with_its_folder(
    bright, make_video, tmp_path, monkeypatch, capsys
):
    (tmp_path / "in").mkdir()
    source, out = make_video("in/clip.mp4", frames=20), tmp_path / "out"
    make = core.cli.portrait.run_video

    def stopped(source, target, function):
        make(source, target, function)
        raise KeyboardInterrupt

    monkeypatch.setattr(core.cli.portrait, "run_video", stopped)
    assert run(source, f"{out}/") == 130
    monkeypatch.setattr(core.cli.portrait, "run_video", make)
    assert run(tmp_path / "in", out) == 0
    assert "1 done, 0 skipped" in capsys.readouterr().out
    with VideoReader(out / "clip.mp4") as reader:
        assert len(list(reader.frames())) == 20
