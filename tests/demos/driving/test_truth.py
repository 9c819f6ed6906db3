"""Truth from files: told apart by what is in them, and what is wrong with one in both languages."""

from __future__ import annotations

import tracemalloc

import cv2
import numpy as np
import pytest
from PIL import Image

from core.driving import VIEWS, Look
from core.driving.street import StreetFrame, StreetScene
from core.driving.views import instance_picture
from core.errors import InputError
from core.labels import get_label_set
from demos.driving.truth import TrueFrame, drawn_truth, read_truth
from demos.portrait.messages import explain
from demos.words import words

CITY = get_label_set("cityscapes")
ROAD, CAR, SKY = 7, 26, 23


def many_things(count: int, height: int = 100, width: int = 160) -> np.ndarray:
    """uint16 (H, W): cars that all reach over the whole picture, as a file that means ill would have them."""
    return (CAR * 1000 + np.arange(height * width).reshape(height, width) % count).astype(np.uint16)


@pytest.fixture
def save(tmp_path):
    def write(ids, name: str = "truth.png"):
        Image.fromarray(np.asarray(ids)).save(tmp_path / name)
        return tmp_path / name

    return write


@pytest.mark.parametrize(
    "ids,name,form,wanted",
    [
        ([[7, 7, 23, 0]], "a_labelIds.png", "labelids", [[7, 7, 23, 0]]),
        ([[7, 7, 23, 33]], "a.png", "labelids", [[7, 7, 23, 33]]),
        ([[0, 0, 10, 255]], "a.png", "trainids", [[7, 7, 23, 0]]),
        ([[0, 0, 10, 13]], "a.png", "trainids", [[7, 7, 23, 26]]),
        # Road, vegetation and cars, as a network says it: nothing is 255, and most of it would be label ids as well.
        ([[0] * 4 + [8] * 4 + [13] * 2], "a.png", "trainids", [[7] * 4 + [21] * 4 + [26] * 2]),
        (
            [[0] * 4 + [1] * 4 + [2] * 12 + [7] * 2],
            "a.png",
            "trainids",
            [[7] * 4 + [8] * 4 + [11] * 12 + [20] * 2],
        ),
        # An alley: its own bonnet, what is not labelled, road, sidewalk, building, pole; no sky.
        ([[0, 1, 1, 7, 7, 8, 11, 17]], "a.png", "labelids", [[0, 1, 1, 7, 7, 8, 11, 17]]),
        ([[0] * 8 + [7] * 2], "a.png", "labelids", [[0] * 8 + [7] * 2]),
        ([[11, 11, 13, 13]], "a_labelIds.png", "labelids", [[11, 11, 13, 13]]),
        ([[0, 0, 10, 255]], "a_labelIds.png", "trainids", [[7, 7, 23, 0]]),
        ([[10, 10, 13, 13]], "a_labelTrainIds.png", "trainids", [[23, 23, 26, 26]]),
        # People and cars, or buildings and fences without a road: neither is a street, and of label ids nothing speaks.
        ([[11, 11, 13, 13]], "a.png", "trainids", [[24, 24, 26, 26]]),
    ],
)
def test_label_ids_and_train_ids_are_told_apart(save, ids, name, form, wanted):
    truth = read_truth(save(np.array(ids, np.uint8), name))
    assert truth.form == form and truth.semantic.ids.tolist() == wanted and truth.panoptic is None


def test_instance_ids_have_segments_and_crowds(save):
    ids = np.array([[7, 26000, 26001, 26, 0, 3]], np.uint16)
    truth = read_truth(save(ids, "a_instanceIds.png"))
    assert truth.form == "instanceids" and truth.semantic.ids.tolist() == [[7, 26, 26, 26, 0, 3]]
    assert truth.panoptic is not None
    assert truth.panoptic.ids.tolist() == [[7, 26000, 26001, 26, 0, 0]], "what is not evaluated is void"
    crowds = {s.id: s.iscrowd for s in truth.panoptic.segments}
    assert crowds == {7: False, 26000: False, 26001: False, 26: True}


@pytest.mark.parametrize(
    "ids,name,english,korean",
    [
        (np.full((2, 2), 99, np.uint8), "truth.png", "ids [99] in the map", "없는 번호(99)"),
        (np.full((2, 2), 33, np.uint8), "x_labelTrainIds.png", "ids [33] in the map", "없는 번호(33)"),
        (np.full((2, 2), 99, np.uint16), "truth.png", "ids [99] in the map", "없는 번호(99)"),
        (np.full((2, 2), 40_001, np.uint16), "truth.png", "ids [40001] in the map", "없는 번호(40001)"),
        (many_things(501), "truth.png", "501 things in the map: expected at most 500; take", "개체가 501개 있습니다. 500개까지"),
        (np.zeros((2, 2, 3), np.uint8), "truth.png", "truth.png is in colour", "truth.png 파일은 컬러"),
        (np.zeros((2, 2), np.uint8), "truth.jpg", "truth.jpg is not a PNG", "truth.jpg 파일은 PNG가 아닙니다"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_both_languages(save, ids, name, english, korean):
    with pytest.raises(InputError) as caught:
        read_truth(save(ids, name))
    assert english in explain(caught.value, words("en")) and korean in explain(caught.value, words("ko"))


def test_sixteen_bits_in_colour_are_told(tmp_path):
    cv2.imwrite(str(tmp_path / "deep.png"), np.full((4, 4, 3), 40_000, np.uint16))
    with pytest.raises(InputError) as caught:
        read_truth(tmp_path / "deep.png")
    assert "deep.png" in explain(caught.value, words("ko")) and "expected" not in explain(
        caught.value, words("ko")
    )


def test_many_things_take_no_mask_each(save):
    truth = read_truth(save(many_things(500)))
    frame = np.zeros((*truth.size, 3), np.uint8)
    tracemalloc.start()
    shown = TrueFrame(frame, truth)
    assert len(shown.thing_ids) == 500
    for view in VIEWS:
        shown.render(Look(view))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 * frame[..., 0].size, "500 masks would be five times that"


def test_true_things_are_drawn_as_masks_would_be():
    frame = StreetScene(7).frame(384, 192)
    shown = TrueFrame(frame.image, drawn_truth(frame))
    assert shown.thing_ids == shown.instances.label_ids.tolist() == frame.instances().label_ids.tolist()
    assert (shown.instances.masks == frame.instances().masks).all()
    for opacity in (0.3, 1.0):
        plain = instance_picture(frame.image, frame.instances(), opacity=opacity)
        assert (shown.render(Look("instances", opacity)) == plain).all()


def test_a_smaller_truth_keeps_what_is_left():
    ids = np.full((8, 8), ROAD, np.int32)
    ids[:4] = SKY
    ids[7, 7] = CAR * 1000  # one pixel: gone at half the size
    truth = drawn_truth(StreetFrame(np.zeros((8, 8, 3), np.uint8), ids))
    small = truth.resized(4, 4)
    assert small.size == (4, 4) and small.semantic.ids.tolist() == [[SKY] * 4] * 2 + [[ROAD] * 4] * 2
    assert small.panoptic is not None and {s.id for s in small.panoptic.segments} == {SKY, ROAD}
    assert truth.resized(8, 8) is truth


def test_the_truth_is_shown_as_an_answer_would_be():
    frame = StreetScene(7).frame(192, 96)
    shown = TrueFrame(frame.image, drawn_truth(frame))
    assert (shown.render(Look("color")) == frame.semantic().colored()).all()
    assert len(shown.instances) == len(frame.instances()) > 3
    assert {s.id for s in shown.panoptic.segments} == {s.id for s in frame.panoptic().segments}
    assert shown.path.road_share == pytest.approx((frame.label_ids() == ROAD).mean())
