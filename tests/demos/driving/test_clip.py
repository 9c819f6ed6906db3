"""The drawn clip: drawn once, played as a video, and nothing of it left when it is given up."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from core.media.video import VideoReader
from demos.driving import clip
from demos.driving.clip import DrawnClip


@pytest.fixture(autouse=True)
def short(monkeypatch, tmp_path):
    monkeypatch.setattr(clip, "FRAMES", 3)
    monkeypatch.setattr(clip, "SIZE", (64, 32))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_it_is_drawn_once_and_plays():
    drawn = DrawnClip()
    *counted, path = drawn.draw()
    assert counted == [1, 2, 3] and isinstance(path, Path)
    with VideoReader(path) as reader:
        frames = [frame.pixels for frame in reader.frames()]
        assert len(frames) == 3 and frames[0].shape == (32, 64, 3) and float(reader.rate) == clip.RATE
    assert (frames[0] != frames[2]).any(), "it moves"
    assert list(drawn.draw()) == [path]


def test_given_up_half_way_it_leaves_nothing(short):
    drawn = DrawnClip()
    working = drawn.draw()
    assert next(working) == 1
    working.close()
    assert list(short.iterdir()) == []
    assert len(list(drawn.draw())) == 4, "who comes next gets it whole"
