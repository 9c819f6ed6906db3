"""``core webcam`` as a user meets it: files, network cameras, Ctrl-C, and what cannot be used."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from core.cli import main
from core.media.video import VideoReader
from tests.core.cli.files import leftovers, photo, stopped
from tests.core.cli.roads import ReadsColours, card


def run(*words: object) -> int:
    return main(["webcam", "portrait", *(str(word) for word in words)])


def frames_of(path: Path) -> list[np.ndarray]:
    with VideoReader(path) as reader:
        return [frame.pixels for frame in reader.frames()]


def test_a_file_into_a_file_keeps_every_frame_and_the_sound(bright, make_video, tmp_path, capsys):
    source = make_video(frames=12, audio=True)
    out = tmp_path / "o.mp4"
    assert run("--source", source, "--output", out, "--background", "color", "--color", "#0000ff") == 0
    frames = frames_of(out)
    assert len(frames) == 12
    r, _, b = (int(v) for v in frames[3][5, 90])
    assert b > 200 and r < 60, "the background is blue"
    assert frames[3][30, 18].astype(int)[0] > 150, "the person is not"
    with VideoReader(out) as reader:
        assert reader.audio is not None
    assert re.search(r"12 frames in 0:0\d, [\d.]+ frames/s, 0 dropped", capsys.readouterr().out)


def test_mirror(bright, make_video, tmp_path):
    source = make_video(frames=2)
    for name, words in (("plain.mp4", []), ("mirror.mp4", ["--mirror"])):
        assert run("--source", source, "--output", tmp_path / name, "--background", "matte", *words) == 0
    plain, mirror = (frames_of(tmp_path / name)[0].astype(int) for name in ("plain.mp4", "mirror.mp4"))
    assert plain[30, 10, 0] > 200 and plain[30, 85, 0] < 50, "the square is on the left"
    assert np.abs(plain[:, ::-1] - mirror).mean() < 3


def test_a_network_camera_into_a_file_until_it_breaks_off(bright, mjpeg, tmp_path, capsys):
    out = tmp_path / "o.mp4"
    assert run("--source", mjpeg(frames=15), "--output", out) == 2, "a live source has no end of its own"
    captured = capsys.readouterr()
    shown, dropped = map(int, re.search(r"(\d+) frames in .*, (\d+) dropped", captured.out).groups())
    assert shown + dropped == 15 and shown == len(frames_of(out))
    assert captured.err.startswith("error: http://127.0.0.1:") and captured.err.count("\n") == 1


def test_a_slow_network_never_falls_behind(monkeypatch, mjpeg, tmp_path, capsys):
    """Frames come every 20 ms and take 200 ms each: most are dropped, and the work ends with the stream."""
    import core.segmenter

    class Slow:
        def matte(self, frame):
            time.sleep(0.2)
            return np.ones(frame.shape[:2], np.float32)

    monkeypatch.setattr(core.segmenter, "load_segmenter", lambda *_args, **_options: Slow())
    run("--source", mjpeg(frames=50, rate=50), "--output", tmp_path / "o.mp4")
    shown, dropped = map(
        int, re.search(r"(\d+) frames in .*, (\d+) dropped", capsys.readouterr().out).groups()
    )
    assert shown + dropped == 50 and 2 <= shown <= 20


STAND_IN = """
import sys
import core.segmenter
from tests.core.cli.conftest import BrightIsPerson
class Telling(BrightIsPerson):
    def matte(self, frame):
        print("frame", flush=True)
        return super().matte(frame)
core.segmenter.load_segmenter = lambda *_args, **_options: Telling()
from core.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot send Ctrl-C to one process alone")
@pytest.mark.parametrize("kind,code", [("live", 0), ("file", 130)])
def test_ctrl_c_ends_with_a_summary_and_a_file_that_plays(mjpeg, make_video, tmp_path, kind, code):
    source = mjpeg(frames=9000, rate=100) if kind == "live" else make_video(frames=3000)
    out = tmp_path / "o.mp4"
    ended = stopped(STAND_IN, "webcam", "portrait", "--source", source, "--output", out)
    assert ended.returncode == code, ended.stderr
    shown = int(re.search(r"o\.mp4: (\d+) frames in 0:\d\d, [\d.]+ frames/s, \d+ dropped", ended.stdout)[1])
    assert 0 < shown == len(frames_of(out)) < 3000
    assert ended.stderr == ""
    assert leftovers(tmp_path, "o.mp4", "clip.mp4") == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("kind,by", [("live", "SIGTERM"), ("file", "SIGHUP")])
def test_a_service_manager_and_a_closing_terminal_leave_a_file_that_plays(
    mjpeg, make_video, tmp_path, kind, by
):
    source = mjpeg(frames=9000, rate=100) if kind == "live" else make_video(frames=3000)
    out, number = tmp_path / "o.mp4", getattr(signal, by)
    ended = stopped(STAND_IN, "webcam", "portrait", "--source", source, "--output", out, by=number)
    assert ended.returncode == 128 + number, ended.stderr
    assert 0 < len(frames_of(out)) < 3000
    assert leftovers(tmp_path, "o.mp4", "clip.mp4") == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_a_video_that_is_terminated_plays(make_video, tmp_path):
    out = tmp_path / "o.mp4"
    ended = stopped(STAND_IN, "portrait", make_video(frames=3000), out, by=signal.SIGTERM)
    assert ended.returncode == 128 + signal.SIGTERM and "plays" in ended.stderr
    assert 0 < len(frames_of(out)) < 3000
    assert leftovers(tmp_path, "o.mp4", "clip.mp4") == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_nohup_is_heeded(make_video, tmp_path):
    ignoring = "import signal\nsignal.signal(signal.SIGHUP, signal.SIG_IGN)\n" + STAND_IN
    ended = stopped(ignoring, "portrait", make_video(frames=60), tmp_path / "o.mp4", by=signal.SIGHUP)
    assert ended.returncode == 0 and len(frames_of(tmp_path / "o.mp4")) == 60


BAD = {
    "no camera": (lambda p: ["--source", "77"], "camera 77 cannot be used"),
    "no file": (lambda p: ["--source", p / "none.mp4"], "does not exist"),
    "a photo": (lambda p: ["--source", photo(p / "a.png")], "is a photo"),
    "a folder": (lambda p: ["--source", p], "is a folder"),
    "nobody answers": (lambda p: ["--source", "http://127.0.0.1:9/cam"], "cannot be opened"),
    "size": (lambda p: ["--size", "big"], "such as 1280x720"),
    "zero size": (lambda p: ["--size", "0x480"], "such as 1280x720"),
    "f-number": (lambda p: ["--f-number", "0"], "f-number"),
    "colour": (lambda p: ["--background", "color", "--color", "blue"], "six hex digits"),
    "no picture": (lambda p: ["--background", "image"], "--image FILE"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line_and_exit_code_2(bright, tmp_path, capfd, case):
    make, told = BAD[case]
    assert run(*make(tmp_path), "--output", tmp_path / "o.mp4") == 2
    said = capfd.readouterr()  # what libraries write to the terminal too
    assert told in said.err and said.err.count("\n") == 1 and said.err.startswith("error: ")
    assert leftovers(tmp_path, "a.png") == []


def test_a_file_that_cannot_be_written(bright, make_video, mjpeg, tmp_path, capsys):
    source = make_video(frames=2)
    assert run("--source", source, "--output", tmp_path / "o.txt") == 2
    assert run("--source", mjpeg(), "--output", tmp_path / "o.txt") == 2
    assert run("--source", source, "--output", source) == 2
    assert capsys.readouterr().err.count("error: ") == 3
    assert leftovers(tmp_path, "clip.mp4") == []


def test_roads(monkeypatch, make_video, tmp_path, capsys):
    """A file's streets in their classes' colours; what the mode itself refuses."""
    import core.segmenter

    card(tmp_path / ".weights", "driving-fast", "semantic")
    monkeypatch.setenv("TRIPTYCH_WEIGHTS", str(tmp_path / ".weights"))
    monkeypatch.setattr(core.segmenter, "load_segmenter", lambda *_args, **_options: ReadsColours())
    source, out = make_video(frames=4, audio=True), tmp_path / "o.mp4"

    def roads(*words: object) -> int:
        return main(["webcam", "driving", "--source", str(source), "--output", str(out), *map(str, words)])

    for view in ("overlay", "instances", "confidence"):
        assert roads("--view", view) == 0
        assert len(frames_of(out)) == 4
    assert roads("--opacity", 0, "--no-smooth", "--mirror") == 0
    with VideoReader(source) as reader:
        first = next(iter(reader.frames())).pixels.astype(int)
    assert np.abs(frames_of(out)[0][:, ::-1].astype(int) - first).mean() < 4
    out.unlink()
    capsys.readouterr()
    for words, told in (
        (["--opacity", 2], "from 0 to 1"),
        (["--weights", "driving-fsat"], "one of driving-fast"),
        (["--view", "categories", "--labels", "camvid"], "no categories"),
        (["--instances", "driving-maskrcnn"], "instances or panoptic"),
        (["--view", "panoptic", "--instances", "driving-fast"], "of task instance"),
    ):
        assert roads(*words) == 2
        error = capsys.readouterr().err
        assert told in error and error.count("\n") == 1
    assert leftovers(tmp_path, ".weights", "clip.mp4") == []


def test_only_what_exists_is_offered(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["webcam", "medical"])
    assert ended.value.code == 2
    assert "choose from" in capsys.readouterr().err
