"""Drawn streets lie beside the photographed ones, and are trained on."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest

pytest.importorskip("torch")

from core.driving.street import StreetScene
from core.errors import InputError
from core.training.driving import __main__ as command
from core.training.driving import data as driving
from core.training.driving.drawn import FIRST_SEED, draw_frames
from tests.core.training.driving.world import make_world

SIZES = ((96, 48), (64, 64))


def test_drawn_frames_are_training_frames_with_exact_labels(tmp_path):
    root, prepared = make_world(tmp_path / "world"), tmp_path / "prepared"
    assert draw_frames(prepared, 2, SIZES) == 2
    drawn = [f for f in driving.list_frames(root, prepared) if f.source == "drawn"]
    assert [f.split for f in drawn] == ["train", "train"], "the labels beside them are no pictures"
    frame = StreetScene(FIRST_SEED).frame(*SIZES[0])
    assert np.array_equal(driving.read_labels(drawn[0]), frame.train_ids())
    assert np.abs(driving.read_image(drawn[0].image).astype(int) - frame.image).mean() < 8, "but for JPEG"
    instances = cv2.imread(str(drawn[0].image.with_name("street_0000_instanceIds.png")), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(instances, frame.instance_ids)


def test_what_is_there_stays_and_what_is_too_much_goes(tmp_path):
    draw_frames(tmp_path, 3, SIZES)
    first = tmp_path / "drawn" / "street_0000.jpg"
    written = first.stat().st_mtime_ns
    assert draw_frames(tmp_path, 2, SIZES) == 0 and first.stat().st_mtime_ns == written
    assert len(list((tmp_path / "drawn").iterdir())) == 6
    (tmp_path / "drawn" / "street_0001.jpg").unlink()
    assert draw_frames(tmp_path, 2, SIZES) == 1
    with pytest.raises(InputError, match="0 or more"):
        draw_frames(tmp_path, -1)


def test_prepare_draws_when_asked(tmp_path):
    root = make_world(tmp_path / "world")
    options = ["prepare", "--data", str(root), "--prepared", str(tmp_path / "p"), "--threads", "1"]
    command.main(options)
    assert not (tmp_path / "p" / "drawn").exists()
    command.main([*options, "--drawn", "1"])
    rows = json.loads((tmp_path / "p" / "split.json").read_text())
    assert rows["drawn-street_0000"] == ["drawn", "train"]
    size = cv2.imread(str(tmp_path / "p" / "drawn" / "street_0000.jpg")).shape
    assert size == (512, 1024, 3)
