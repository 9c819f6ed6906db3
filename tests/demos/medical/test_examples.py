"""What is offered without a file of one's own, and the page around it."""

from __future__ import annotations

import gzip
import html
import json
import re
from types import SimpleNamespace

import numpy as np
import pytest

from demos.medical import examples
from demos.medical.examples import drawn_head, read_slice
from demos.medical.label_words import medical_name
from demos.medical.page import first_example, page_html
from demos.medical.told import tell
from demos.words import words


@pytest.fixture
def small(monkeypatch, tmp_path):
    """A coarse head, and a cache folder of its own."""
    monkeypatch.setattr(examples, "SHAPE", (20, 24, 25))
    monkeypatch.setattr(examples, "SPACING", (10.0, 10.0, 10.0))
    monkeypatch.setenv("TRIPTYCH_CACHE", str(tmp_path))
    drawn_head.cache_clear()
    yield tmp_path
    drawn_head.cache_clear()


def test_drawn_heads_and_a_real_part_of_one_are_offered(small):
    offered = examples.examples()
    assert list(offered)[:4] == ["t1", "t2", "ct", "partial"]
    for name in ("t1", "t2", "ct"):
        volume = offered[name].make()
        assert volume.data.shape == (20, 24, 25) and name.upper() in volume.name
        assert offered[name].head().grid is volume.grid
    partial = offered["partial"].make()
    assert partial.data.shape == (128, 96, 24) and offered["partial"].head is None
    assert {name for name in offered} <= {
        k.removeprefix("md_example_") for k in words("en") if k.startswith("md_example_")
    }


def test_the_drawing_is_kept_for_the_next_start(small, monkeypatch):
    first = drawn_head().ids
    (kept,) = small.glob("drawn-head-*.npz")
    drawn_head.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(examples, "draw_head", lambda *a, **k: pytest.fail("drawn again"))
        again = drawn_head()
    assert np.array_equal(again.ids, first) and again.grid.shape == (20, 24, 25)
    drawn_head.cache_clear()
    kept.write_bytes(b"PK\3\4 cut")
    assert np.array_equal(drawn_head().ids, first), "a damaged file is drawn anew"


def test_the_one_slice_stands_upright_and_looks_to_the_left(tmp_path):
    raw = np.zeros((256, 256), "<u2")
    raw[10, 20] = 55040  # near the top, near the left: of a face that looks to the left, the forehead
    path = tmp_path / "s1045.ima.gz"
    path.write_bytes(gzip.compress(raw.tobytes()))
    volume = read_slice(path)
    assert volume.data.shape == (1, 256, 256)
    ((_, y, z),) = np.argwhere(volume.data == 55040)
    assert (y, z) == (235, 245), "anterior and superior are high"
    assert "1 mm" in volume.warnings[0] and "1 mm" in tell(volume.warnings[0], words("ko"))


@pytest.mark.parametrize("method,first", [("network", "t1"), ("rules", "ct")])
def test_the_first_head_is_one_that_something_here_can_segment(monkeypatch, method, first):
    monkeypatch.setattr(
        "demos.medical.page.list_tasks", lambda: [SimpleNamespace(name="brain", method=method)]
    )
    assert first_example() == first


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_page_says_what_it_is_for(language):
    w = words(language)
    page = page_html(w)
    assert w["md_notice"] in page and w["md_kept"] in page
    texts = json.loads(html.unescape(re.search(r'data-words="([^"]*)"', page)[1]))
    used = set()
    for script in examples.Path(examples.__file__).parent.glob("*.js"):
        used |= set(re.findall(r"words\.([a-z0-9_]+)", script.read_text(encoding="utf-8")))
    assert used <= set(texts), "every text that a script asks for"


@pytest.mark.parametrize(
    "name,korean",
    [("bone", "뼈"), ("right putamen", "오른쪽 조가비핵"), ("mandible", "아래턱뼈"), ("spleen", "spleen")],
)
def test_labels_in_korean(name, korean):
    assert medical_name(name, "ko") == korean and medical_name(name, "en") == name


def test_every_label_of_the_medical_sets_has_korean():
    from core.labels import get_label_set

    for labels in (
        "hippocampus",
        "ct-head-neck",
        "brain",
        "brain-tissues",
        "brain-structures",
        "ct-tissues",
        "drawn-head",
    ):
        for label in get_label_set(labels).labels:
            assert re.search("[가-힣]", medical_name(label.name, "ko")), label.name
