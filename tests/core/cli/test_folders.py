"""Folders into folders: every source gets its own result, made once, and nothing else is touched."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import core.cli.portrait
from core.cli import main
from core.media.video import VideoReader
from tests.core.cli.files import photo, results


def run(*words: object) -> int:
    return main(["portrait", *(str(word) for word in words)])


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


def test_names_that_would_meet_are_told_apart(bright, tmp_path, capsys):
    for name in ("a-png.png", "a.jpg", "a.png", "A.webp"):
        photo(tmp_path / "in" / name)
    assert run(tmp_path / "in", tmp_path / "out", "--output", "matte") == 0
    assert "4 done" in capsys.readouterr().out
    names = results(tmp_path / "out")
    assert len({name.casefold() for name in names}) == 4, "also where a and A are one"
    assert run(tmp_path / "in", tmp_path / "out", "--output", "matte") == 0
    assert "0 done, 4 skipped" in capsys.readouterr().out and results(tmp_path / "out") == names


def test_a_source_beside_another_gets_a_result_of_its_own(bright, tmp_path, capsys):
    photo(tmp_path / "in" / "a.png")
    out = tmp_path / "out"
    run(tmp_path / "in", out, "--output", "matte")
    set_age(photo(tmp_path / "in" / "a.jpg", 80, 50), 9999)
    capsys.readouterr()
    assert run(tmp_path / "in", out, "--output", "matte") == 0
    assert "1 done, 1 skipped" in capsys.readouterr().out
    assert Image.open(out / "a.png").size == (60, 40) and Image.open(out / "a-jpg.png").size == (80, 50)


def test_other_options_make_other_results(bright, tmp_path, capsys):
    photo(tmp_path / "in" / "a.png")
    for color in ("ff0000", "00ff00"):
        assert run(tmp_path / "in", tmp_path / "out", "--output", "color", "--color", color) == 0
        assert "1 done, 0 skipped" in capsys.readouterr().out
    assert corner(tmp_path / "out" / "a.png") == [0, 255, 0]
    run(tmp_path / "in", tmp_path / "out", "--output", "color", "--color", "00ff00")
    assert "0 done, 1 skipped" in capsys.readouterr().out


def test_a_changed_source_is_done_again(bright, tmp_path, capsys):
    photo(tmp_path / "in" / "a.png")
    run(tmp_path / "in", tmp_path / "out")
    set_age(photo(tmp_path / "in" / "a.png", 80, 50), 9999)
    run(tmp_path / "in", tmp_path / "out")
    assert "1 done, 0 skipped" in capsys.readouterr().out.splitlines()[-1]
    assert Image.open(tmp_path / "out" / "a.png").size == (80, 50)


def test_a_file_of_the_users_is_replaced_only_when_told_so(bright, tmp_path, capsys):
    source, there = photo(tmp_path / "in" / "a.png"), photo(tmp_path / "out" / "a.png", 30, 30)
    set_age(there, 9999)
    before = there.read_bytes()
    assert run(tmp_path / "in", tmp_path / "out") == 0
    told = capsys.readouterr()
    assert "0 done, 1 skipped" in told.out
    assert told.err.count("a.png is there and not of an earlier run; --overwrite replaces it") == 1
    assert there.read_bytes() == before
    assert run(tmp_path / "in", tmp_path / "out", "--overwrite") == 0
    assert Image.open(there).size == Image.open(source).size
    run(tmp_path / "in", tmp_path / "out")
    assert "0 done, 1 skipped" in capsys.readouterr().out.splitlines()[-1]


def test_another_folders_results_stay(bright, tmp_path):
    for name, width in (("one", 60), ("two", 80)):
        photo(tmp_path / name / "a.png", width)
        assert run(tmp_path / name, tmp_path / "out") == 0
    assert sorted(Image.open(tmp_path / "out" / n).size[0] for n in results(tmp_path / "out")) == [60, 80]


@pytest.mark.skipif(os.name == "nt", reason="Windows lets not everybody make links")
def test_what_cannot_be_looked_at_is_counted(bright, tmp_path, monkeypatch, capsys):
    photo(tmp_path / "in" / "a.png")
    photo(tmp_path / "in" / "closed" / "b.png")
    (tmp_path / "in" / "c.jpg").symlink_to(tmp_path / "none.jpg")
    photo(tmp_path / "else" / "d.png")
    (tmp_path / "in" / "there").symlink_to(tmp_path / "else", target_is_directory=True)
    look = os.scandir

    def closed(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return look(path)

    monkeypatch.setattr(os, "scandir", closed)  # root may look everywhere
    assert run(tmp_path / "in", tmp_path / "out") == 1
    told = capsys.readouterr()
    assert "1 done, 0 skipped (already there), 2 failed" in told.out
    lines = told.err.splitlines()
    assert [line for line in lines if "closed cannot be read (Permission denied)" in line]
    assert [line for line in lines if "c.jpg cannot be read (a link to nothing)" in line]
    assert "not followed: 1 linked folders" in lines and len(lines) == 3


@pytest.mark.skipif(os.name == "nt", reason="Windows lets not everybody make links")
def test_a_folder_of_nothing_but_closed_ones_says_so(bright, tmp_path, monkeypatch, capsys):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "c.jpg").symlink_to(tmp_path / "none.jpg")
    (tmp_path / "in" / "d.jpg").symlink_to(tmp_path / "in" / "d.jpg")
    assert run(tmp_path / "in", tmp_path / "out") == 1
    assert "0 done, 0 skipped (already there), 2 failed" in capsys.readouterr().out


@pytest.mark.parametrize("ending", ["jfif", "mts", "m2ts", "flv", "vob", "ogv", "MTS"])
def test_what_can_be_read_alone_is_read_in_a_folder(bright, make_video, tmp_path, ending, capsys):
    (tmp_path / "in").mkdir()
    if ending == "jfif":
        photo(tmp_path / "a.jpg").rename(tmp_path / "in" / "a.jfif")
    else:
        form = {"flv": "flv", "vob": "mpg", "ogv": "mkv"}.get(ending, "ts")
        make_video(f"a.{form}", frames=20).rename(tmp_path / "in" / f"a.{ending}")
    assert run(tmp_path / "in", tmp_path / "out") == 0
    assert "1 done" in capsys.readouterr().out
