"""What ``core driving`` cannot use: one clear line, exit code 2, and nothing half-written."""

from __future__ import annotations

import pytest

from core.cli import main
from core.errors import InputError
from tests.core.cli.files import BAD_FILES, ROOT, leftovers, write
from tests.core.cli.roads import ReadsColours, clip, painted, road

pytestmark = pytest.mark.usefixtures("road_network")


def run(*words: object) -> int:
    return main(["driving", *(str(word) for word in words)])


BAD = {
    **BAD_FILES,
    "weights": (lambda p: road(p / "a.png"), ["--weights", "driving-fsat"], "one of driving-fast"),
    "weights of another task": (lambda p: road(p / "a.png"), ["--weights", "portrait-fine"], "such as driving-fast"),
    "opacity": (lambda p: road(p / "a.png"), ["--opacity", "1.5"], "from 0 to 1"),
    "opacity nan": (lambda p: road(p / "a.png"), ["--opacity", "nan"], "from 0 to 1"),
    "categories": (lambda p: road(p / "a.png"), ["--output", "categories", "--labels", "idd"], "no categories"),
    "truth": (lambda p: road(p / "a.png"), ["--output", "ids", "--ground-truth", "none.png"], "does not exist"),
    "truth folder": (lambda p: road(p / "a.png"), ["--output", "ids", "--ground-truth", "."], "a file for a file"),
    "truth of an overlay": (lambda p: road(p / "a.png"), ["--ground-truth", "."], "ids, trainids, panoptic"),
    "truth of one panoptic": (
        lambda p: road(p / "a.png"), ["--output", "panoptic", "--ground-truth", "core/__main__.py"], "JSON"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line_and_exit_code_2(tmp_path, monkeypatch, capsys, case):
    monkeypatch.chdir(ROOT)
    make, options, words = BAD[case]
    source = make(tmp_path)
    assert run(source, tmp_path / "out" / "o.png", *options) == 2
    error = capsys.readouterr().err
    assert words in error and error.count("\n") == 1 and error.startswith("error: ")
    assert leftovers(tmp_path, "out", ".weights", source.name) == []
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize(
    "output,name", [("ids", "o.jpg"), ("trainids", "o.webp"), ("color", "o.jpg"), ("panoptic", "o.jpg"), ("overlay", "o.gif"), ("road", "o.mp4")]
)  # fmt: skip
def test_a_file_that_cannot_hold_the_result(tmp_path, capsys, output, name):
    assert run(road(tmp_path / "a.png"), tmp_path / name, "--output", output) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert leftovers(tmp_path, "a.png", ".weights") == []


def test_a_video_without_frames_or_cut_short(tmp_path, make_video, capsys):
    for output, target in (("overlay", "o.mp4"), ("ids", "frames"), ("panoptic", "pan")):
        assert run(make_video(frames=0), tmp_path / target, "--output", output) == 2
        assert capsys.readouterr().err.count("\n") == 1
    assert leftovers(tmp_path, "clip.mp4", ".weights") == []
    head = clip(tmp_path / "clip.mp4", 30).read_bytes()
    assert run(write(tmp_path / "half.mp4", head[: len(head) // 2]), tmp_path / "o.mp4") == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert leftovers(tmp_path, "clip.mp4", "half.mp4", ".weights") == []


def test_frames_of_a_video_that_fails_half_way_are_taken_back(tmp_path, monkeypatch, capsys):
    class Fails(ReadsColours):
        asked = 0

        def semantic(self, frame):
            self.asked += 1
            if self.asked == 4:
                raise InputError("the network broke")
            return super().semantic(frame)

    monkeypatch.setattr("core.segmenter.load_segmenter", lambda *_args, **_options: Fails())
    source = clip(tmp_path / "clip.mp4")
    for output in ("ids", "panoptic"):
        assert run(source, tmp_path / output, "--output", output) == 2
        assert not list((tmp_path / output).iterdir())
        assert capsys.readouterr().err == "error: the network broke.\n"


def test_the_source_is_never_overwritten_and_an_unwritable_place_is_told(tmp_path, capsys):
    source = road(tmp_path / "in" / "a.png")
    before = source.read_bytes()
    assert run(source, source, "--output", "ids") == 2
    assert run(source, source, "--output", "panoptic") == 2
    assert run(source.parent, source.parent, "--output", "ids") == 2
    assert run(source.parent, source.parent, "--output", "panoptic") == 2
    # A result would lie where what stands beside the source's folder does.
    assert run(source.parent, source.parents[1], "--output", "ids") == 2
    assert source.read_bytes() == before
    (tmp_path / "file").write_text("")
    capsys.readouterr()
    assert run(source, tmp_path / "file" / "o.png") == 2
    assert run(source.parent, tmp_path / "file", "--output", "ids") == 2
    assert run(source, tmp_path / "file", "--output", "panoptic") == 2
    assert run(clip(tmp_path / "clip.mp4", 2), tmp_path / "file", "--output", "ids") == 2
    assert capsys.readouterr().err.count("error: ") == 4
    assert leftovers(tmp_path, "in", "file", "clip.mp4", ".weights") == []


def test_a_folder_without_frames(tmp_path, capsys):
    painted().save(tmp_path / "in" / "x_labelIds.png")
    assert run(tmp_path / "in", tmp_path / "out", "--output", "panoptic") == 2
    assert "holds no photo and no video" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_damaged_checkpoint(tiny_roads, tmp_path, monkeypatch, capsys):
    from core.segmenter import Segmenter

    raw = bytearray(tiny_roads.state_path.read_bytes())
    raw[-1] ^= 255
    tiny_roads.state_path.write_bytes(raw)
    monkeypatch.setattr("core.segmenter.load_segmenter", lambda *_args, **_options: Segmenter(tiny_roads))
    assert run(road(tmp_path / "a.png"), tmp_path / "o.png", "--weights", "tiny-roads") == 2
    assert "damaged" in capsys.readouterr().err and not (tmp_path / "o.png").exists()
