"""A pair of one's own files: figures, pictures, and what is wrong with it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import InputError
from core.labels import get_label_set
from core.metrics import ConfusionMatrix
from demos.portrait.messages import explain
from demos.scoring.example_pair import example_pair
from demos.scoring.pair import (
    bars_html,
    errors_html,
    figures_html,
    maps_html,
    matrix_html,
    score_files,
    score_pair,
)
from demos.words import words

W, KO = words("en"), words("ko")
CITYSCAPES = get_label_set("cityscapes")


@pytest.fixture
def files(tmp_path: Path):
    """``files(prediction, truth)`` writes two PNGs and gives their paths."""

    def write(prediction: np.ndarray, truth: np.ndarray) -> tuple[str, str]:
        paths = tmp_path / "guess.png", tmp_path / "truth.png"
        for path, ids in zip(paths, (prediction, truth), strict=True):
            Image.fromarray(ids).save(path)
        return str(paths[0]), str(paths[1])

    return write


def test_two_files_by_hand(files):
    truth = np.array([[0, 0, 8, 8, 255]], np.uint8)
    prediction = np.array([[0, 8, 8, 8, 8]], np.uint8)
    pair = score_files(*files(prediction, truth), "voc", False)
    assert pair.score.iou["background"] == 1 / 2 and pair.score.iou["cat"] == 2 / 3
    assert pair.occurring() == ["background", "cat"]
    figures = figures_html(pair, W)
    assert f'data-miou="{(1 / 2 + 2 / 3) / 2!r}"' in figures and f'data-accuracy="{3 / 4!r}"' in figures
    assert "4 px scored" in figures and "data-category" not in figures
    assert "cat → cat: 2 px, 100 % of cat" in matrix_html(pair, W) and "고양이" in matrix_html(pair, KO)
    assert bars_html(pair, W).count("<tr") == 2


def test_train_ids_are_ids_once_they_are_told_to_be(files):
    truth, prediction = np.array([[0, 0, 10, 255]], np.uint8), np.array([[0, 10, 10, 10]], np.uint8)
    pair = score_files(*files(prediction, truth), "cityscapes", True)
    assert pair.truth.tolist() == [[7, 7, 23, 0]]
    assert pair.score.iou["road"] == 1 / 2 and pair.score.iou["sky"] == 1 / 2
    assert "data-category" in figures_html(pair, W)
    with pytest.raises(InputError, match=r"ids \[255\] in the truth"):
        score_files(*files(prediction, truth), "cityscapes", False)
    for given in ((prediction, truth + np.uint8(20)), (prediction + np.uint8(20), truth)):
        with pytest.raises(InputError, match=r"ids \[[\d, ]+\] in the (prediction|truth)"):
            score_files(*files(*given), "cityscapes", True)


@pytest.mark.parametrize(
    "prediction,truth,wrong,korean",
    [
        (np.zeros((4, 6)), np.zeros((4, 8)), "the prediction is (4, 6), the truth (4, 8)", "예측은 6 × 4, 정답은 8 × 4"),
        (np.full((4, 6), 40), np.zeros((4, 6)), "ids [40] in the prediction", "예측에 이 라벨 세트에 없는 번호(40)"),
        (np.zeros((4, 6)), np.full((4, 6), 77), "ids [77] in the truth", "정답에 이 라벨 세트에 없는 번호(77)"),
        (np.zeros((4, 6, 3)), np.zeros((4, 6)), "guess.png is in colour (RGB)", "guess.png 파일은 컬러 그림입니다"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_both_languages(files, prediction, truth, wrong, korean):
    with pytest.raises(InputError) as caught:
        score_files(*files(prediction.astype(np.uint8), truth.astype(np.uint8)), "voc", False)
    assert wrong in explain(caught.value, W) and korean in explain(caught.value, KO)


def test_files_that_are_no_label_maps_are_told_in_korean(tmp_path):
    photo, deep = tmp_path / "사진.jpg", tmp_path / "deep.png"
    Image.fromarray(np.zeros((4, 4), np.uint8)).save(photo)
    Image.fromarray(np.full((4, 4), 26001, np.uint16)).save(deep)
    for path, korean in ((photo, "PNG가 아닙니다"), (deep, "26001번까지")):
        with pytest.raises(InputError) as caught:
            score_files(path, path, "voc", False)
        told = explain(caught.value, KO)
        assert korean in told and path.name in told and "expected" not in told


def test_a_truth_that_is_all_void_is_told():
    pair = score_pair(np.zeros((2, 2), np.uint8), np.full((2, 2), 255, np.uint8), get_label_set("voc"))
    assert "No pixel of the truth counts" in figures_html(pair, W) and "–" in figures_html(pair, W)
    assert pair.occurring() == [] and "Nothing was confused" in matrix_html(pair, W)
    assert "<img" in errors_html(pair, W) and "in neither: background, aeroplane" in bars_html(pair, W)


def test_the_example_has_every_usual_mistake():
    prediction, truth = example_pair()
    assert prediction.shape == truth.shape == (320, 640) and prediction.dtype == np.uint8
    pair = score_pair(prediction, truth, CITYSCAPES)
    matrix = ConfusionMatrix(CITYSCAPES)
    matrix.add(prediction, truth)
    assert pair.score.miou == matrix.score().miou and 0.6 < pair.score.miou < 0.8
    assert len(pair.occurring()) == 17
    names = list(pair.score.iou)
    confusion = pair.score.confusion
    for there, taken_for in (("truck", "car"), ("rider", "person"), ("fence", "wall"), ("pole", "building")):
        row = confusion[names.index(there)]
        assert row[names.index(taken_for)] > 0.3 * row.sum(), f"{there} taken for {taken_for}"
    assert (truth == CITYSCAPES.by_name("ego vehicle").id).any(), "some of it is void"


def test_error_pictures_of_all_classes_and_of_one():
    pair = score_pair(*example_pair(), CITYSCAPES)
    every, cars = errors_html(pair, W), errors_html(pair, W, "car")
    assert every != cars and "Error picture: All classes" in every and "Error picture: car" in cars
    assert "오류 그림: 자동차" in errors_html(pair, KO, "car")
    with pytest.raises(InputError):
        errors_html(pair, W, "ufo")
    shown = maps_html(pair, KO)
    assert shown.count("<img") == 2 and re.findall("<figcaption>(.*?)</figcaption>", shown) == [
        "정답",
        "예측",
    ]
