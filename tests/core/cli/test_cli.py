"""The command line as a user meets it."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from core.cli import main
from core.media.images import read_image
from core.media.video import VideoReader
from tests.core.cached import run_again_without_pytorch
from tests.core.cli.files import BAD_FILES, leftovers, photo, results


def run(*words: object) -> int:
    return main([str(word) for word in words])


@pytest.mark.parametrize(
    "words,option",
    [
        (["portrait"], "--f-number"),
        (["webcam", "portrait"], "--f-number"),
        (["driving"], "--ground-truth"),
        (["webcam", "driving"], "--view"),
    ],
)
def test_help_loads_nothing_heavy(words, option):
    code = f"import sys\nsys.argv[1:] = {[*words, '--help']}\nimport core.cli\ntry: core.cli.main()\nexcept SystemExit: pass\nprint([m for m in ('torch', 'cv2', 'numpy', 'gradio', 'openvino', 'av', 'PIL') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")
    assert option in done.stdout


def test_a_photo_runs_without_pytorch_once_its_graph_is_cached(tiny_card, tmp_path):
    source = photo(tmp_path / "in.png")
    words = ["portrait", str(source), str(tmp_path / "out.png"), "--weights", "tiny", "--overwrite"]
    said = run_again_without_pytorch(f"from core.cli import main\nassert main({words!r}) == 0")
    assert "out.png" in said


def test_a_frame_runs_without_pytorch_once_its_graph_is_cached(tiny_roads, tmp_path):
    source = photo(tmp_path / "in.png")
    words = ["driving", str(source), str(tmp_path / "out.png"), "--weights", "tiny-roads", "--output", "ids"]
    said = run_again_without_pytorch(f"from core.cli import main\nassert main({words!r}) == 0")
    assert "out.png" in said


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="file names are text on this system")
def test_a_name_that_is_no_text_can_be_told(tiny_card, tmp_path, monkeypatch):
    """As a disk from long ago has them; a terminal of UTF-8 could not show it."""
    out = io.TextIOWrapper(io.BytesIO(), "utf-8", "strict")
    monkeypatch.setattr(sys, "stdout", out)
    target = f"{tmp_path}/caf\udce9.png"
    assert run("portrait", photo(tmp_path / "in.png"), target, "--weights", "tiny") == 0
    out.flush()
    assert os.path.exists(target) and b"caf\\udce9.png (" in out.buffer.getvalue()


@pytest.mark.parametrize(
    "output,name,mode",
    [
        ("blur", "o.jpg", "RGB"),
        ("color", "o.png", "RGB"),
        ("matte", "o.png", "L"),
        ("cutout", "o.webp", "RGBA"),
    ],
)
def test_a_photo(bright, tmp_path, output, name, mode):
    source = photo(tmp_path / "in.png")
    assert run("portrait", source, tmp_path / name, "--output", output, "--color", "#ff0000") == 0
    result = Image.open(tmp_path / name)
    assert result.size == (60, 40) and result.mode == mode
    pixels = np.asarray(result).astype(int)
    if output == "color":
        assert (np.abs(pixels[2, 2] - (255, 0, 0)) < 3).all() and np.abs(
            pixels[20, 30] - (250, 200, 160)
        ).max() < 3
    if output == "matte":
        assert pixels[20, 30] == 255 and pixels[2, 2] == 0
    if output == "cutout":
        assert pixels[20, 30, 3] == 255 and pixels[2, 2, 3] == 0


def test_another_picture_behind(bright, tmp_path):
    Image.new("RGB", (10, 10), (0, 255, 255)).save(tmp_path / "sea.png")
    source = photo(tmp_path / "in.png")
    assert (
        run("portrait", source, tmp_path / "o.png", "--output", "image", "--image", tmp_path / "sea.png") == 0
    )
    assert (np.asarray(Image.open(tmp_path / "o.png"))[2, 2] == (0, 255, 255)).all()


def test_the_result_goes_into_a_folder_under_its_own_name(bright, tmp_path):
    source = photo(tmp_path / "in.png")
    (tmp_path / "results").mkdir()
    assert run("portrait", source, tmp_path / "results", "--output", "matte") == 0
    assert (tmp_path / "results" / "in.png").exists()


def test_a_folder_keeps_its_tree_skips_what_is_done_and_counts(bright, tmp_path, capsys):
    photo(tmp_path / "in" / "a.png")
    photo(tmp_path / "in" / "deep" / "er" / "b.jpg")
    (tmp_path / "in" / "bad.jpg").write_text("no photo")
    (tmp_path / "in" / "notes.txt").write_text("not looked at")
    out = tmp_path / "out"
    assert run("portrait", tmp_path / "in", out) == 1
    assert results(out) == ["a.png", "deep/er/b.jpg"]
    captured = capsys.readouterr()
    assert "2 done, 0 skipped (already there), 1 failed" in captured.out and "bad.jpg" in captured.err
    assert run("portrait", tmp_path / "in", out) == 1
    assert "0 done, 2 skipped (already there), 1 failed" in capsys.readouterr().out
    assert run("portrait", tmp_path / "in", out, "--overwrite") == 1
    assert "2 done, 0 skipped" in capsys.readouterr().out


def test_two_sources_of_one_stem_do_not_overwrite_each_other(bright, tmp_path):
    photo(tmp_path / "in" / "a.png")
    photo(tmp_path / "in" / "a.jpg")
    assert run("portrait", tmp_path / "in", tmp_path / "out", "--output", "matte") == 0
    assert len(results(tmp_path / "out")) == 2


def test_a_video_and_its_matte(bright, make_video, tmp_path):
    source = make_video(frames=6, audio=True)
    assert run("portrait", source, tmp_path / "o.mp4", "--output", "color", "--color", "0000ff") == 0
    with VideoReader(tmp_path / "o.mp4") as reader:
        assert reader.audio is not None
        frames = list(reader.frames())
    assert len(frames) == 6
    r, _, b = (int(v) for v in frames[0].pixels[5, 80])
    assert b > 200 and r < 60
    assert run("portrait", source, tmp_path / "m.mp4", "--output", "matte", "--no-smooth") == 0


def test_a_video_under_a_photos_name_is_still_a_video(bright, make_video, tmp_path):
    source = make_video(frames=3).rename(tmp_path / "clip.jpg")
    assert run("portrait", source, tmp_path / "o.mp4") == 0


BAD = {
    **BAD_FILES,
    "colour": (lambda p: photo(p / "a.png"), ["--output", "color", "--color", "green"], "six hex digits"),
    "point": (lambda p: photo(p / "a.png"), ["--keep", "0.5"], "X,Y"),
    "point outside": (lambda p: photo(p / "a.png"), ["--keep", "2,0.5"], "from 0 to 1"),
    "f-number": (lambda p: photo(p / "a.png"), ["--f-number", "0"], "f-number"),
    "no picture": (lambda p: photo(p / "a.png"), ["--output", "image"], "--image FILE"),
    "weights": (lambda p: photo(p / "a.png"), ["--weights", "portrait-fien"], "one of"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line_and_exit_code_2(bright, tmp_path, capsys, case):
    make, options, words = BAD[case]
    source = make(tmp_path)
    assert run("portrait", source, tmp_path / "out" / "o.png", *options) == 2
    error = capsys.readouterr().err
    assert words in error and error.count("\n") == 1 and error.startswith("error: ")
    assert leftovers(tmp_path, "out", source.name) == []
    assert not (tmp_path / "out").exists() or leftovers(tmp_path / "out") == []


def test_a_video_without_frames(bright, make_video, tmp_path, capsys):
    assert run("portrait", make_video(frames=0), tmp_path / "o.mp4") == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "o.mp4").exists()


def test_an_unwritable_output(bright, tmp_path, capsys):
    source = photo(tmp_path / "a.png")
    (tmp_path / "file").write_text("")
    assert run("portrait", source, tmp_path / "file" / "o.png") == 2
    assert "cannot be written" in capsys.readouterr().err


def test_the_source_is_never_overwritten(bright, tmp_path, capsys):
    source = photo(tmp_path / "a.png")
    before = source.read_bytes()
    assert run("portrait", source, source) == 2
    assert run("portrait", tmp_path, tmp_path) == 2
    assert source.read_bytes() == before


def test_a_damaged_checkpoint(tiny_card, tmp_path, capsys):
    raw = bytearray(tiny_card.state_path.read_bytes())
    raw[-1] ^= 255
    tiny_card.state_path.write_bytes(raw)
    assert run("portrait", photo(tmp_path / "a.png"), tmp_path / "o.png", "--weights", "tiny") == 2
    assert "damaged" in capsys.readouterr().err
    assert run("weights", "verify") == 2
    shutil.rmtree(tiny_card.folder)
    assert run("weights", "list") == 2


def test_weights_are_listed_and_verified(tiny_card, capsys):
    assert run("weights", "list") == 0 and "tiny" in capsys.readouterr().out
    assert run("weights", "verify") == 0 and "whole" in capsys.readouterr().out


def test_a_colour_a_jpeg_can_hold_but_no_cut_out(bright, tmp_path, capsys):
    assert run("portrait", photo(tmp_path / "a.png"), tmp_path / "o.jpg", "--output", "cutout") == 2
    assert "transparency" in capsys.readouterr().err


def test_grey_matte_keeps_the_photos_size(bright, tmp_path):
    run("portrait", photo(tmp_path / "a.png", 123, 77), tmp_path / "m.png", "--output", "matte")
    assert read_image(tmp_path / "m.png").pixels.shape == (77, 123, 3)


def test_whoever_reads_may_leave():
    """``| head`` closes the pipe: no traceback."""
    reads, writes = os.pipe()
    os.close(reads)
    for unbuffered in ("", "1"):
        done = subprocess.run(
            [sys.executable, "-m", "core", "weights", "list"], stdout=writes, stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
        )  # fmt: skip
        assert done.stderr == b"" and done.returncode == 1
    os.close(writes)
