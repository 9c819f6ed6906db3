"""Instances of frames of any size and shape: masks at the frame's size, alike on every engine."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from core.errors import InputError
from core.segmenter import Segmenter, load_segmenter
from tests.core.cached import run_again_without_pytorch
from tests.core.instances.networks import LEAST_SCORE, picture

pytest.importorskip("torch")

# The stated tolerance of engines in float32: a thousandth of a score, one px in ten thousand of the masks.
SCORE, PIXELS = 2e-3, 1e-4


def test_openvino_equals_the_pytorch_reference(tiny_things):
    pytest.importorskip("openvino")
    engines = [Segmenter(tiny_things, engine=e, threads=1) for e in ("torch-cpu", "openvino")]
    for size in ((160, 224), (301, 123)):
        reference, ours = (engine.instances(picture(*size), LEAST_SCORE) for engine in engines)
        assert len(reference) > 3, "the test's network must find something"
        assert reference.masks.shape[1:] == ours.masks.shape[1:] == size
        assert ours.label_ids.tolist() == reference.label_ids.tolist()
        assert np.abs(ours.scores - reference.scores).max() < SCORE
        assert 0.001 < reference.masks.mean() < 0.9 and (ours.masks != reference.masks).mean() < PIXELS


@pytest.mark.parametrize("height,width", [(1, 1), (33, 31), (40, 400), (700, 500)])
def test_any_shape_of_frame_is_answered_at_its_own_size(tiny_things, height, width):
    found = Segmenter(tiny_things, engine="torch-cpu", threads=1).instances(picture(height, width), 0.3)
    assert found.masks.shape[1:] == (height, width)
    assert found.masks.any(axis=(1, 2)).all(), "what shows no pixel is no instance"
    assert (np.diff(found.scores) <= 0).all() and (found.scores >= 0.3).all()


def test_things_lie_where_the_picture_shows_them(tiny_things):
    """Masks of a frame and of the same frame twice as large cover the same parts of it."""
    segmenter = Segmenter(tiny_things, engine="torch-cpu", threads=1)
    small = picture(160, 224)
    large = np.repeat(np.repeat(small, 2, axis=0), 2, axis=1)  # halved again exactly
    a, b = (segmenter.instances(frame, LEAST_SCORE) for frame in (small, large))
    assert len(a) == len(b) > 3
    halved = b.masks.reshape(len(b), 160, 2, 224, 2).mean((2, 4)) > 0.5
    common, either = (halved & a.masks).sum((1, 2)), (halved | a.masks).sum((1, 2))
    solid = a.masks.sum((1, 2)) > 200
    assert solid.any() and (common[solid] / either[solid]).min() > 0.5


def test_threads_get_their_own_answers(tiny_things):
    segmenter = Segmenter(tiny_things, threads=1)
    frames = [picture(160, 224, 1), picture(160, 224, 2)]
    wanted = [segmenter.instances(frame, LEAST_SCORE) for frame in frames]
    assert len(wanted[0]) and len(wanted[1]) and wanted[0].masks.shape != wanted[1].masks.shape
    wrong: list[int] = []

    def work(i: int) -> None:
        for _ in range(5):
            answer = segmenter.instances(frames[i], LEAST_SCORE)
            if not np.array_equal(answer.masks, wanted[i].masks):
                wrong.append(i)

    threads = [threading.Thread(target=work, args=(i,)) for i in (0, 1)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong


def test_cached_graphs_need_no_pytorch(tiny_things):
    pytest.importorskip("openvino")
    run_again_without_pytorch(
        "from core.segmenter import load_segmenter\n"
        "from tests.core.instances.networks import picture\n"
        "assert len(load_segmenter('tiny-things', engine='openvino', threads=1).instances(picture(160, 224), 0.2))"
    )


def test_a_task_is_not_another(tiny_things):
    segmenter = load_segmenter("tiny-things", threads=1)
    with pytest.raises(InputError, match="instance"):
        segmenter.semantic(picture(32, 32))
    with pytest.raises(InputError, match=r"uint8 RGB \(H, W, 3\)"):
        segmenter.instances(picture(32, 32)[..., 0])
    with pytest.raises(InputError, match="0 to 1"):
        segmenter.instances(picture(32, 32), 1.5)


def test_other_cards_have_no_instances(tiny_card):
    with pytest.raises(InputError, match="weights of task instance"):
        load_segmenter("tiny").instances(picture(32, 32))
