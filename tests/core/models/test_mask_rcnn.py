"""What a Mask R-CNN promises: sizes, nothing found where nothing is, its weight on disk."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from core.instances import Limits  # noqa: E402
from core.models import build_model  # noqa: E402
from core.models.mask_rcnn import Dense  # noqa: E402

SMALL = {"width": 16, "box_width": 16, "mask_widths": [8], "expanded": [32] + [16] * 15}


@pytest.mark.parametrize("size", [(32, 32), (64, 96), (160, 224)])
def test_every_answer_lies_in_its_picture(size):
    torch.manual_seed(0)
    network = build_model("mask_rcnn", **SMALL, limits=Limits(min_score=0.0)).eval()
    with torch.inference_mode():
        found = network(torch.randn(2, 3, *size), [size, (size[0] - 5, size[1] - 9)])
    assert len(found) == 2
    for answer, (height, width) in zip(found, [size, (size[0] - 5, size[1] - 9)], strict=True):
        boxes = answer["boxes"]
        assert 0 < len(boxes) <= Limits().boxes and boxes.isfinite().all()
        assert boxes.min() >= 0 and boxes[:, 2].max() <= width and boxes[:, 3].max() <= height
        assert answer["labels"].min() >= 1 and answer["labels"].max() <= 8
        assert answer["masks"].shape == (len(boxes), 1, 28, 28)


def test_nothing_is_found_where_nothing_is_sure_enough():
    network = build_model("mask_rcnn", **SMALL, limits=Limits(min_score=0.999)).eval()
    with torch.inference_mode():
        (found,) = network(torch.randn(1, 3, 64, 64))
    assert found["boxes"].shape == (0, 4) and found["masks"].shape == (0, 1, 28, 28)


def test_the_dense_part_answers_for_every_anchor():
    network = build_model("mask_rcnn", **SMALL).eval()
    with torch.inference_mode():
        *maps, objectness, moves = Dense(network, (127.5,) * 3, (127.5,) * 3)(torch.zeros(1, 64, 96, 3, dtype=torch.uint8))  # fmt: skip
    assert [tuple(m.shape) for m in maps] == [(64 // s, 96 // s, 16) for s in (4, 8, 16, 32)]
    anchors = 6 * (8 * 12 + 4 * 6 + 2 * 3 + 1 * 2)
    assert objectness.shape == (anchors,) and moves.shape == (anchors, 4)


def test_a_checkpoint_in_half_precision_is_under_12_megabytes():
    state = build_model("mask_rcnn").state_dict()
    assert sum(v.numel() * (2 if v.ndim == 4 else 4) for v in state.values()) < 12e6


def test_training_mode_has_no_answer():
    with pytest.raises(RuntimeError, match="evaluation mode"):
        build_model("mask_rcnn", **SMALL)(torch.zeros(1, 3, 32, 32))
