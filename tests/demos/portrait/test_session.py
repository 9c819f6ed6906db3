"""What is remembered of a visitor's photo."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from core.errors import InputError
from core.media.images import Photo
from demos.portrait import session as module
from demos.portrait.session import Session


@pytest.fixture
def opened() -> Session:
    return Session(Photo(np.full((90, 120, 3), 99, np.uint8)))


def test_a_choice_is_of_the_photo_that_it_was_made_for(opened):
    other = Session(opened.photo)
    assert opened.choice([]) is None, "nobody was asked yet"
    assert opened.choice(other.names(3)[:1]) is None, "of the photo before"
    assert opened.choice([]) is None
    assert opened.choice(opened.names(3)[1:]) == [1, 2]
    assert opened.choice([]) == [], "all were taken off the list"


def test_a_background_is_read_once_and_counted(opened, tmp_path, monkeypatch):
    reads = []

    def counting(path):
        reads.append(path)
        return read(path)

    read = module.read_image
    monkeypatch.setattr(module, "read_image", counting)
    path = str(tmp_path / "sea.png")
    Image.new("RGB", (1200, 1000), (0, 0, 200)).save(path)
    empty = opened.held_bytes
    first = opened.background(path)
    assert opened.background(path) is first and reads == [path]
    assert first.shape == (90, 120, 3), "no larger than the photo"
    assert opened.held_bytes == empty + first.nbytes
    with pytest.raises(InputError):
        opened.background(str(tmp_path / "none.png"))
