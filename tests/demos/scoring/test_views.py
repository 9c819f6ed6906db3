"""The views of scores: bars, confusion matrix, error picture; hand-derived numbers, escaped names."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from core.labels import Label, LabelSet, get_label_set
from core.metrics import ConfusionMatrix
from core.metrics.explain import OUTCOME_COLORS, Outcome
from demos.label_names import KOREAN_NAMES, label_name, set_name
from demos.scoring.bars import iou_bars
from demos.scoring.matrix import MOST, confusion_matrix
from demos.scoring.numbers import color_style, count, ratio
from demos.scoring.pictures import color_image, error_image
from demos.words import words

W = words("en")
NAN = float("nan")
EVIL = LabelSet(
    "evil",
    (Label(0, "<b>&road</b>", (1, 2, 3), train_id=0), Label(1, "car", (4, 5, 6), train_id=1)),
    None,
    "",
)


def decoded(image: str) -> np.ndarray:
    data = re.search(r'src="data:image/png;base64,([^"]+)"', image)
    assert data
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data[1]))))


def test_bars_are_as_long_as_their_ious():
    labels = get_label_set("voc")
    bars = iou_bars({"cat": 0.25, "dog": 1.0, "cow": NAN}, W, labels, str.upper, mean=0.625)
    assert re.findall(r"width:([\d.]+)%", bars) == ["25.00", "100.00"]
    assert re.findall(r"<td>([^<]+)</td>", bars) == ["0.250", "1.000"]
    assert re.findall(r'data-iou="([^"]+)"', bars) == ["0.25", "1.0"]
    assert "--sc-mean:0.6250" in bars and "rgb(64,0,0)" in bars, (
        "the mean's line; a cat is dark red in Pascal VOC"
    )
    assert "in neither: COW" in bars and bars.count("scope=row") == 2


def test_bars_without_anything_to_draw():
    bars = iou_bars({"cat": NAN}, W, get_label_set("voc"), str, mean=NAN)
    assert "--sc-mean" not in bars and "<tr" not in bars and "in neither: cat" in bars


def test_names_are_escaped():
    evil = EVIL.labels[0].name
    bars = iou_bars({evil: 0.5, "car": NAN}, W, EVIL, str, mean=0.5)
    drawing = confusion_matrix(np.array([[3, 1, 0], [2, 4, 1]]), [evil, "car"], W)
    for text in (bars, drawing):
        assert "<b>" not in text.replace("<b>TP", "") and "&lt;b&gt;&amp;road" in text


def squares(drawing: str) -> dict[str, int]:
    """Pixels by what the square says of itself."""
    return {
        title: int(pixels)
        for title, pixels in re.findall(r'<title>([^<]+)</title><rect [^>]*data-count="(\d+)"', drawing)
    }


def test_the_matrix_counts_and_shares():
    labels = get_label_set("voc")
    truth = np.array([[0, 0, 0, 0, 8, 8, 8, 12]], np.uint8)
    prediction = np.array([[0, 0, 0, 8, 8, 12, 255, 12]], np.uint8)
    matrix = ConfusionMatrix(labels)
    matrix.add(prediction, truth)
    score = matrix.score()
    drawing = confusion_matrix(score.confusion, list(score.iou), W)
    assert squares(drawing) == {
        "background → background: 3 px, 75 % of background": 3,
        "background → cat: 1 px, 25 % of background": 1,
        "cat → cat: 1 px, 33 % of cat": 1,
        "cat → dog: 1 px, 33 % of cat": 1,
        "cat → ignored id: 1 px, 33 % of cat": 1,
        "dog → dog: 1 px, 100 % of dog": 1,
    }
    # Three classes occur, and ignored ids were predicted: 3 × 4 squares, 6 of them empty.
    assert drawing.count('class="none') == 6 and drawing.count("<text") == 3 + 4 + 6
    worst = re.findall("<li>([^<]+)</li>", drawing)
    assert worst[0].startswith("background → cat") and len(worst) == 3, "nothing right is told as confused"
    assert 'role=img aria-label="Confusion matrix' in drawing


def test_a_perfect_matrix_and_small_shares():
    assert "Nothing was confused." in confusion_matrix(np.array([[7, 0]]), ["road"], W)
    drawing = confusion_matrix(np.array([[9998, 2, 0], [0, 5, 0]]), ["road", "car"], W)
    assert "road → car: 2 px, 0.02 % of road" in squares(drawing)
    assert re.findall(r'class="(?:on|off)">(\d+)<', drawing) == ["100", "100"], (
        "two in ten thousand get no number"
    )


def test_the_matrix_of_many_classes_keeps_the_largest():
    names = [f"class {i}" for i in range(133)]
    confusion = np.diag(np.arange(1, 134))
    confusion[3, 132] = 500  # makes the small class 3 a large one
    drawing = confusion_matrix(np.column_stack([confusion, np.zeros(133, int)]), names, W)
    assert f"the {MOST} largest classes of 133" in drawing
    found = squares(drawing)
    assert len(found) == MOST + 1 and "class 3 → class 132: 500 px, 99 % of class 3" in found
    assert "class 94 → class 94: 95 px, 100 % of class 94" in found
    assert not any(title.startswith("class 93 ") for title in found)


def test_nineteen_classes_fit():
    labels = get_label_set("cityscapes")
    names = [label.name for label in labels.evaluated]
    drawing = confusion_matrix(np.full((19, 20), 10), names, W)
    assert len(squares(drawing)) == 19 * 20
    width = int(re.search(r'viewBox="0 0 (\d+) ', drawing)[1])
    last = max(float(x) for x in re.findall(r'<rect x="([\d.]+)"', drawing))
    assert last < width < 800


def test_the_error_picture():
    outcomes = np.array([[0, 1, 2], [3, 4, 0]], np.uint8)
    pixels = decoded(error_image(outcomes, 'a "quoted" text'))
    assert pixels.shape == (2, 3, 4)
    for y, x in np.ndindex(2, 3):
        outcome = Outcome(outcomes[y, x])
        if outcome == Outcome.TRUE_NEGATIVE:
            assert pixels[y, x, 3] == 0
        else:
            assert tuple(pixels[y, x]) == (*OUTCOME_COLORS[outcome], 255)
    assert 'alt="a &quot;quoted&quot; text"' in error_image(outcomes, 'a "quoted" text')
    over = decoded(error_image(outcomes, "", np.full((2, 3, 3), 50, np.uint8)))
    assert over.shape == (2, 3, 3) and over[0, 0].tolist() == [50, 50, 50]


def test_a_large_error_picture_is_shown_smaller_without_new_colours():
    outcomes = np.random.default_rng(0).integers(0, 5, (900, 3200)).astype(np.uint8)
    pixels = decoded(error_image(outcomes, ""))
    assert pixels.shape == (450, 1600, 4)
    allowed = {*OUTCOME_COLORS.values()}
    assert {tuple(c) for c in np.unique(pixels[pixels[..., 3] > 0][:, :3], axis=0).tolist()} == allowed


def test_maps_in_their_colours():
    labels = get_label_set("cityscapes")
    pixels = decoded(color_image(labels.color_table(), np.array([[7, 26]], np.uint8), "truth"))
    assert pixels.tolist() == [[[128, 64, 128], [0, 0, 142]]]


def test_numbers_as_people_read_them():
    assert (ratio(2 / 3), ratio(1.0), ratio(NAN)) == ("0.667", "1.000", "–")
    assert count(999) == "999" and count(12345678) == "12\u2009345\u2009678"
    assert "--sc-tp:rgb(247, 201, 72)" in color_style()


@pytest.mark.parametrize(
    "name", ["cityscapes", "voc", "camvid", "coco-panoptic", "idd-lite", "ct-head-neck", "portrait"]
)
def test_every_label_has_a_korean_name(name):
    labels = get_label_set(name)
    for label in labels.labels:
        assert re.search("[가-힣]", label_name(label.name, "ko")), label.name
        assert label_name(label.name, "en") == label.name
    korean = [label_name(label.name, "ko") for label in labels.evaluated]
    twice = {word for word in korean if korean.count(word) > 1}
    assert len(twice) < len(korean) / 10
    assert set_name(name, "en") and set_name("unheard-of", "ko") == "unheard-of"


def test_korean_names_belong_to_labels():
    from core.labels import list_label_sets

    every = [get_label_set(name) for name in list_label_sets()]
    known = {label.name for labels in every for label in labels.labels}
    known |= {category for labels in every for category in labels.categories.values()}
    assert set(KOREAN_NAMES) <= known
