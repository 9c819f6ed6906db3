"""``core driving`` as a user meets it: frames, videos, folders, the forms of other programs, and bad input."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.cli import main
from core.cli.driving_options import LABELS, OUTPUTS, VIEWS
from core.driving import LABEL_SETS, blobs, fuse, views
from core.driving import VIEWS as ALL_VIEWS
from core.labels import get_label_set
from core.media.label_maps import read_label_map
from core.media.video import VideoReader
from core.metrics import evaluate_panoptic_files
from core.metrics.evaluate import evaluate_semantic
from core.results import PanopticMap
from tests.core.cli.files import leftovers, results, stopped
from tests.core.cli.roads import CITY, ReadsColours, card, clip, painted, road

pytestmark = pytest.mark.usefixtures("road_network")


def run(*words: object) -> int:
    return main(["driving", *(str(word) for word in words)])


def test_the_words_on_the_command_line_are_cores_own():
    assert VIEWS == ALL_VIEWS and tuple(LABEL_SETS) == LABELS
    assert set(OUTPUTS) - {"trainids"} == set(ALL_VIEWS)


def test_frames_of_any_shape_come_back_in_their_size(tiny_roads, monkeypatch, tmp_path):
    from core.segmenter import Segmenter

    segmenter = Segmenter(tiny_roads, engine="torch-cpu", threads=1)
    monkeypatch.setattr("core.segmenter.load_segmenter", lambda *_args, **_options: segmenter)
    rng = np.random.default_rng(0)
    for size in ((1, 1), (33, 31), (48, 64), (1000, 30), (30, 1000), (2160, 3840)):
        noise = rng.integers(0, 255, (-(-size[0] // 8), -(-size[1] // 8), 3)).astype(np.uint8)
        Image.fromarray(noise).resize(size[::-1]).save(tmp_path / "in.png")
        for output in ("ids", "overlay"):
            out = tmp_path / f"{output}.png"
            assert run(tmp_path / "in.png", out, "--weights", "tiny-roads", "--output", output) == 0
            assert Image.open(out).size == size[::-1]


def test_a_phones_upright_photo_is_upright(tmp_path):
    image = Image.fromarray(painted().colored())
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(tmp_path / "in.png", exif=exif)
    assert run(tmp_path / "in.png", tmp_path / "o.png", "--output", "ids") == 0
    assert np.array_equal(read_label_map(tmp_path / "o.png"), np.rot90(painted().ids, -1))


@pytest.mark.parametrize("labels", LABELS)
def test_ids_trainids_and_colours_are_the_sets_own(tmp_path, labels):
    truth = painted()
    coarse = get_label_set(LABEL_SETS[labels])
    source = road(tmp_path / "in.png", truth)
    for output in ("ids", "trainids", "color"):
        assert run(source, tmp_path / f"{output}.png", "--output", output, "--labels", labels) == 0
    ids = read_label_map(tmp_path / "ids.png")
    # The classes that stand alone in every set, and two that do not.
    names = {
        "cityscapes": ("road", "sky", "car", "building"),
        "camvid": ("road", "sky", "car", "building"),
        "idd": ("drivable", "sky", "vehicles", "far objects"),
    }[labels]
    for name, ours in zip(("road", "sky", "car", "building"), names, strict=True):
        assert (ids[truth.ids == CITY.by_name(name).id] == coarse.by_name(ours).id).all()
    assert np.array_equal(read_label_map(tmp_path / "trainids.png"), coarse.to_train_ids(ids))
    color = np.asarray(Image.open(tmp_path / "color.png"))
    assert np.array_equal(color, coarse.color_table()[ids])
    if labels == "cityscapes":
        assert np.array_equal(ids, truth.ids)


def test_probabilities_of_merged_classes_are_added_up(monkeypatch, tmp_path):
    """Wall .3 and building .3 are CamVid's building, though fence with .4 is the likeliest single class."""
    from core.results import ClassScores

    class Torn:
        def semantic(self, frame):
            p = np.zeros((19, 2, 2), np.float32)
            for name, share in (("wall", 0.3), ("building", 0.3), ("fence", 0.4)):
                p[CITY.by_name(name).train_id] = share
            return ClassScores.of(p, CITY, frame.shape[:2])

    monkeypatch.setattr("core.segmenter.load_segmenter", lambda *_args, **_options: Torn())
    source = road(tmp_path / "in.png")
    for labels, wanted in (("cityscapes", 13), ("camvid", 1), ("idd", 4)):
        assert run(source, tmp_path / "o.png", "--output", "ids", "--labels", labels) == 0
        assert set(read_label_map(tmp_path / "o.png").ravel()) == {wanted}


def test_the_overlay_is_as_strong_as_asked(tmp_path):
    source = road(tmp_path / "in.png")
    assert run(source, tmp_path / "o.png", "--opacity", 1) == 0
    assert run(source, tmp_path / "frame.png", "--opacity", 0) == 0
    assert np.array_equal(np.asarray(Image.open(tmp_path / "o.png")), painted().colored())
    assert np.array_equal(np.asarray(Image.open(tmp_path / "frame.png")), np.asarray(Image.open(source)))


@pytest.mark.parametrize("output", [o for o in OUTPUTS if o not in ("ids", "trainids", "panoptic")])
def test_every_picture_can_be_had_of_a_frame_and_of_a_video(tmp_path, output):
    assert run(road(tmp_path / "in.png"), tmp_path / "o.png", "--output", output) == 0
    assert Image.open(tmp_path / "o.png").size == (96, 64)
    assert run(clip(tmp_path / "clip.mp4", 2), tmp_path / "o.mp4", "--output", output) == 0
    with VideoReader(tmp_path / "o.mp4") as reader:
        assert len(list(reader.frames())) == 2


def test_the_official_evaluation_takes_ids_and_train_ids(tmp_path, capsys):
    """A data set's own names: predictions beside the truth's folders, scored in the same run and afterwards."""
    for n in range(2):
        truth, name = painted(seed=n + 3), f"ulm_00000{n}_000019"
        road(tmp_path / "leftImg8bit" / "val" / "ulm" / f"{name}_leftImg8bit.png", truth)
        truth.save(tmp_path / "gtFine" / "val" / "ulm" / f"{name}_gtFine_labelIds.png")
    for output in ("ids", "trainids"):
        words = (tmp_path / "leftImg8bit", tmp_path / output, "--output", output)
        assert run(*words, "--ground-truth", tmp_path / "gtFine") == 0
        assert "mIoU 100.00" in capsys.readouterr().out
        found = evaluate_semantic(
            tmp_path / output, tmp_path / "gtFine", CITY, train_ids=output == "trainids"
        )
        assert found.score.miou == 1 and len(found.pairing.pairs) == 2
        # What its scripts look for: a PNG whose name begins with city_sequence_frame.
        assert [p.name for p in sorted((tmp_path / output).rglob("ulm_000001_000019*.png"))] == [
            "ulm_000001_000019_leftImg8bit.png"
        ]


@pytest.mark.parametrize("output", ["ids", "panoptic"])
def test_a_shorter_video_leaves_no_frames_of_a_longer_one(tmp_path, capsys, output):
    words = (tmp_path / "in", tmp_path / "out", "--output", output)
    frames, folder = tmp_path / "out" / "drive", tmp_path / "in"
    folder.mkdir()
    for count in (4, 2):
        clip(folder / "drive.mp4", count)
        assert run(*words) == 0
        assert sorted(p.name for p in frames.glob("*.png")) == [f"drive_{n:06d}.png" for n in range(count)]
    if output == "panoptic":
        assert len(json.loads((tmp_path / "out.json").read_text())["annotations"]) == 2
    # Of frames that no recorded run made, nobody knows whose they are.
    painted().save(tmp_path / "one" / "drive_000007.png")
    capsys.readouterr()
    assert run(tmp_path / "in" / "drive.mp4", tmp_path / "one", "--output", output) == 0
    assert "1 frames after them were there and are left" in capsys.readouterr().out
    assert (tmp_path / "one" / "drive_000007.png").exists()


def quick(truth):
    """The panoptic map that connected regions make of a street."""
    scores = ReadsColours().semantic(truth.colored())
    return fuse(truth, blobs(scores), min_score=0)


@pytest.fixture
def streets(tmp_path) -> Path:
    """Two frames in folders, a third of the same name, their label maps, and a note."""
    folder = tmp_path / "in"
    road(folder / "ulm_000000_000019_leftImg8bit.png", painted(seed=3))
    road(folder / "a" / "x.png", painted(seed=4))
    road(folder / "b" / "x.png", painted(seed=5))
    painted().save(folder / "a" / "x_labelIds.png")
    (folder / "notes.txt").write_text("not looked at")
    return folder


def test_a_folder_of_panoptic_results_in_cocos_form(streets, tmp_path, capsys):
    out = tmp_path / "out"
    assert run(streets, out, "--output", "panoptic") == 0
    body = json.loads((tmp_path / "out.json").read_text())
    by_id = {a["image_id"]: a for a in body["annotations"]}
    assert {i: a["file_name"] for i, a in by_id.items()} == {
        "ulm_000000_000019": "ulm_000000_000019_leftImg8bit.png",
        "a/x.png": "a/x.png",
        "b/x.png": "b/x.png",
    }
    for image_id, seed in (("ulm_000000_000019", 3), ("a/x.png", 4)):
        loaded = PanopticMap.load(out / by_id[image_id]["file_name"], by_id[image_id], CITY)
        wanted = quick(painted(seed=seed))
        assert np.array_equal(loaded.ids, wanted.ids) and set(loaded.segments) == set(wanted.segments)
    score = evaluate_panoptic_files(tmp_path / "out.json", tmp_path / "out.json").score()
    assert score.all.pq == 1 and score.things.n > 0 and score.stuff.n > 4
    assert (
        run(streets, tmp_path / "again", "--output", "panoptic", "--ground-truth", tmp_path / "out.json") == 0
    )
    assert "all     100.00" in capsys.readouterr().out


def test_panoptic_results_are_gone_on_with(streets, tmp_path, capsys):
    out, json_path = tmp_path / "out", tmp_path / "out.json"
    assert run(streets / "a" / "x.png", out, "--output", "panoptic") == 0
    (streets / "a" / "x.png").rename(streets / "x.png")
    assert run(streets, out, "--output", "panoptic") == 0
    assert "2 done, 1 skipped" in capsys.readouterr().out, "the first frame's entry is kept"
    assert len(json.loads(json_path.read_text())["annotations"]) == 3
    # Without an entry, what this run made is made again; what it did not make is left alone.
    json_path.unlink()
    assert run(streets, out, "--output", "panoptic") == 0
    told = capsys.readouterr()
    assert "2 done, 1 skipped" in told.out and "x.png is there and not of an earlier run" in told.err
    assert run(streets, out, "--output", "panoptic", "--overwrite") == 0
    assert len(json.loads(json_path.read_text())["annotations"]) == 3
    assert run(streets, out, "--output", "panoptic", "--labels", "camvid") == 2
    assert "other categories" in capsys.readouterr().err
    json_path.write_text("{}")
    assert run(streets, out, "--output", "panoptic") == 2
    assert "gone on with" in capsys.readouterr().err


def test_one_panoptic_result_beside_its_json(tmp_path):
    truth = painted()
    assert run(road(tmp_path / "in.png", truth), tmp_path / "o.png", "--output", "panoptic") == 0
    entry = json.loads((tmp_path / "o.json").read_text())["annotations"][0]
    assert np.array_equal(PanopticMap.load(tmp_path / entry["file_name"], entry, CITY).ids, quick(truth).ids)
    assert run(tmp_path / "in.png", tmp_path / "set.json", "--output", "panoptic") == 0
    assert evaluate_panoptic_files(tmp_path / "set.json", tmp_path / "set.json").score().all.pq == 1


def test_a_network_of_instances_tells_things_apart_where_there_is_one(tmp_path, capsys):
    source, car = road(tmp_path / "in.png"), CITY.by_name("car").id

    def cars(*words: str) -> int:
        assert run(source, tmp_path / "o.png", "--output", "panoptic", *words) == 0
        segments = json.loads((tmp_path / "o.json").read_text())["annotations"][0]["segments_info"]
        return sum(s["category_id"] == car for s in segments)

    regions = sum(s.label_id == car for s in quick(painted()).segments)
    assert cars() == regions > 2
    card(tmp_path / ".weights", "driving-maskrcnn", "instance")
    assert cars() == 2 and cars("--instances", "driving-maskrcnn") == 2
    assert cars("--instances", "regions") == regions
    capsys.readouterr()
    for words in (("--output", "ids", "--instances", "driving-maskrcnn"), ("--output", "instances", "--instances", "driving-fast")):  # fmt: skip
        assert run(source, tmp_path / "x.png", *words) == 2
    assert "instances or panoptic" in (error := capsys.readouterr().err) and "of task instance" in error
    assert not (tmp_path / "x.png").exists()


def test_a_folder_keeps_its_tree_skips_what_is_done_and_counts(streets, tmp_path, capsys):
    (streets / "bad.jpg").write_text("no photo")
    clip(streets / "a" / "clip.mp4", 2)
    out = tmp_path / "out"
    assert run(streets, out, "--output", "ids") == 1
    assert results(out) == [
        "a/clip/clip_000000.png", "a/clip/clip_000001.png", "a/x.png", "b/x.png", "ulm_000000_000019_leftImg8bit.png",
    ]  # fmt: skip
    captured = capsys.readouterr()
    assert "4 done, 0 skipped (already there), 1 failed" in captured.out and "bad.jpg" in captured.err
    assert run(streets, out, "--output", "ids") == 1
    assert "0 done, 4 skipped (already there), 1 failed" in capsys.readouterr().out
    assert run(streets, out, "--output", "ids", "--overwrite") == 1
    assert "4 done, 0 skipped" in capsys.readouterr().out


def test_a_video_keeps_its_sound_and_its_size(tmp_path, capsys):
    source, out = clip(tmp_path / "clip.mp4"), tmp_path / "o.mp4"
    assert run(source, out, "--output", "color", "--no-smooth") == 0
    with VideoReader(out) as reader:
        assert reader.audio is not None and (reader.width, reader.height) == (96, 64)
        frames = [frame.pixels.astype(int) for frame in reader.frames()]
    assert len(frames) == 6
    sky = painted().ids == CITY.by_name("sky").id
    assert np.abs(np.median(frames[0][sky], axis=0) - CITY.by_name("sky").color).max() < 12
    assert "6 frames" in capsys.readouterr().out


def test_ids_of_a_video_are_one_png_a_frame(tmp_path, capsys):
    source, out = clip(tmp_path / "clip.mp4"), tmp_path / "out"
    for _ in range(2):  # a folder that is there already is the same folder
        assert run(source, out, "--output", "ids", "--no-smooth") == 0
        assert [p.name for p in sorted(out.rglob("*"))] == [f"clip_{n:06d}.png" for n in range(6)]
    for n in (0, 5):
        ids = read_label_map(out / f"clip_{n:06d}.png")
        assert (ids == np.roll(painted().ids, n, axis=1)).mean() > 0.97, "compression blurs outlines"
    assert run(source, tmp_path / "pan", "--output", "panoptic") == 0
    names = [a["image_id"] for a in json.loads((tmp_path / "pan.json").read_text())["annotations"]]
    assert names == [f"clip_{n:06d}" for n in range(6)]
    assert run(source, tmp_path / "o.mp4", "--output", "ids") == 2
    assert "one PNG a frame" in capsys.readouterr().err


def test_what_is_no_road_is_answered_and_said_to_be_in_doubt(tmp_path, capsys):
    kitchen = np.full((64, 96, 3), (0, 255, 0), np.uint8)
    Image.fromarray(kitchen).save(tmp_path / "kitchen.png")
    assert run(tmp_path / "kitchen.png", tmp_path / "o.png") == 0
    assert "hardly a road scene" in capsys.readouterr().out and (tmp_path / "o.png").exists()
    assert run(clip(tmp_path / "clip.mp4", 3, kitchen), tmp_path / "o.mp4") == 0
    said = capsys.readouterr().out
    assert ", hardly a road scene in 100 % of the frames" in said
    assert "confidence" not in said, "a picture of walls is no road scene either, however sure the network is"
    assert run(road(tmp_path / "in.png"), tmp_path / "o.png") == 0
    assert "road scene" not in capsys.readouterr().out


STAND_IN = """
import sys
import core.segmenter
from tests.core.cli.roads import ReadsColours
class Telling(ReadsColours):
    def semantic(self, frame):
        print("frame", flush=True)
        return super().semantic(frame)
core.segmenter.load_segmenter = lambda *_args, **_options: Telling()
from core.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot send Ctrl-C to one process alone")
def test_ctrl_c_leaves_what_can_be_used_and_the_next_run_makes_it_whole(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    source = clip(tmp_path / "in" / "clip.mp4", 200)
    ended = stopped(STAND_IN, "driving", source, tmp_path / "o.mp4")
    assert ended.returncode == 130 and "what was written so far plays" in ended.stderr
    with VideoReader(tmp_path / "o.mp4") as reader:
        assert 0 < len(list(reader.frames())) < 200
    ended = stopped(STAND_IN, "driving", tmp_path / "in", tmp_path / "out", "--output", "panoptic")
    assert ended.returncode == 130 and "what was done so far is in" in ended.stderr
    made = json.loads((tmp_path / "out.json").read_text())["annotations"]
    assert 0 < len(made) < 200
    assert evaluate_panoptic_files(tmp_path / "out.json", tmp_path / "out.json").score().all.pq == 1
    assert run(tmp_path / "in", tmp_path / "out", "--output", "panoptic", "--no-smooth") == 0
    assert "1 done, 0 skipped" in capsys.readouterr().out
    assert len(json.loads((tmp_path / "out.json").read_text())["annotations"]) == 200
    assert leftovers(tmp_path, "in", "o.mp4", "out", "out.json", ".weights") == []


def test_the_view_of_core_is_what_is_written(tmp_path):
    truth = painted()
    assert (
        run(road(tmp_path / "in.png", truth), tmp_path / "o.png", "--output", "categories", "--opacity", 1)
        == 0
    )
    assert np.array_equal(np.asarray(Image.open(tmp_path / "o.png")), views.category_picture(truth))
