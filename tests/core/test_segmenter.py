"""Semantic segmentation of frames of any size and shape: never squeezed, alike on every engine."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.driving.street import StreetScene
from core.errors import InputError
from core.segmenter import Segmenter, load_segmenter
from core.transforms import letterbox_size

pytest.importorskip("torch")

# The stated tolerance of engines in float32: a thousandth of a probability; where two classes are nearer
# to each other than that, either may win.
TOLERANCE = 1e-3


@pytest.fixture(scope="module")
def frame():
    return StreetScene(3).frame(192, 96).image


def test_openvino_equals_the_pytorch_reference(tiny_roads, frame):
    pytest.importorskip("openvino")
    engines = [Segmenter(tiny_roads, engine=e, threads=1) for e in ("torch-cpu", "openvino")]
    for size in ((96, 192), (301, 123)):
        picture = cv2.resize(frame, size[::-1], interpolation=cv2.INTER_CUBIC)
        reference, ours = (engine.semantic(picture) for engine in engines)
        assert np.allclose(reference.probabilities.sum(0), 1, atol=1e-5)
        assert reference.confidence().max() > 0.5, "the test's network must answer something"
        assert np.abs(ours.probabilities - reference.probabilities).max() < TOLERANCE
        assert ours.train_ids().shape == size and len(np.unique(ours.train_ids())) > 1
        assert (ours.train_ids() == reference.train_ids()).mean() > 0.999


def test_a_matte_network_of_another_family_is_asked_as_it_is(tiny_card, monkeypatch):
    """Only what is known to have two convolutions to join is changed for answers."""
    from dataclasses import replace

    from torch import nn

    from core.models import registry
    from core.weights import save_checkpoint

    monkeypatch.setitem(registry._BUILDERS, "one_convolution", lambda: nn.Conv2d(3, 1, 1))
    network = nn.Conv2d(3, 1, 1)
    nn.init.zeros_(network.weight)
    nn.init.constant_(network.bias, 1.0)
    card = replace(
        tiny_card,
        name="other",
        architecture="one_convolution",
        arguments={},
        folder=tiny_card.folder.parent / "other",
    )
    matte = Segmenter(save_checkpoint(card, network.state_dict()), engine="torch-cpu").matte(
        np.zeros((96, 128, 3), np.uint8)
    )
    assert np.allclose(matte, 1 / (1 + np.exp(-1)), atol=1e-4)


def test_what_a_card_says_anew_is_answered_anew(tiny_card, frame):
    """Mean and std are part of a compiled graph: neither cache nor opened segmenter answers for others."""
    from dataclasses import replace

    from core.weights import write_card

    first = load_segmenter("tiny", engine="openvino").matte(frame)
    write_card(replace(tiny_card, transform=tiny_card.transform | {"mean": [0.0] * 3, "std": [255.0] * 3}))
    second = load_segmenter("tiny", engine="openvino").matte(frame)
    assert np.abs(second - load_segmenter("tiny", engine="torch-cpu").matte(frame)).max() < TOLERANCE
    assert np.abs(second - first).max() > 0.1


def test_everything_inside_a_graph_is_in_its_key(tiny_card):
    from dataclasses import replace

    changed = [
        {"sha256": "0" * 64}, {"task": "semantic"}, {"architecture": "unet"}, {"arguments": {}},
        {"transform": tiny_card.transform | {"mean": [0.0] * 3}}, {"transform": tiny_card.transform | {"std": [1.0] * 3}},
    ]  # fmt: skip
    keys = {tiny_card.key, *(replace(tiny_card, **fields).key for fields in changed)}
    assert len(keys) == 1 + len(changed)
    assert replace(tiny_card, title="another").key == tiny_card.key


def test_padding_is_cut_away_again(tiny_roads, frame):
    """A frame that already fits is answered as it is; of one that does not, nothing but the frame remains."""
    segmenter = Segmenter(tiny_roads, engine="torch-cpu", threads=1)
    whole = segmenter.semantic(frame)
    assert whole.probabilities.shape == (19, 16, 32) and whole.cell == (6, 6)
    upright = segmenter.semantic(np.ascontiguousarray(frame[:, 20:95]))
    h, w = upright.probabilities.shape[1:]
    assert h / w == pytest.approx(96 / 75, abs=0.05), "the grid has the frame's aspect"
    assert upright.cell[0] == pytest.approx(upright.cell[1], rel=0.02)


@pytest.mark.parametrize(
    "height,width", [(512, 1024), (480, 640), (4000, 3000), (2160, 3840), (1280, 720), (100, 5000), (5000, 100), (1, 1), (33, 31)]
)  # fmt: skip
def test_the_network_sees_the_frames_own_aspect(height, width):
    area = 576 * 288
    h, w = letterbox_size(height, width, area, 32)
    padded = -(-h // 32) * 32, -(-w // 32) * 32
    assert padded[0] * padded[1] <= 1.05 * area
    assert abs(h / height - w / width) * max(height, width) <= 1 + max(height, width) / min(height, width), (
        "within rounding"
    )
    if max(height, width) < 3 * min(height, width):
        assert h * w > 0.85 * area, "hardly anything is spent on padding"


def test_a_change_is_found_where_it_is(tiny_roads):
    """A changed corner in a frame of odd size changes the answer there most: padding shifts nothing."""
    segmenter = Segmenter(tiny_roads, engine="torch-cpu", threads=1)
    height, width = 97, 211
    coarse = np.random.default_rng(0).integers(0, 255, (9, 9, 3)).astype(np.uint8)
    plain = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    changed = plain.copy()
    changed[-8:, -8:] = 255 - changed[-8:, -8:]
    a, b = segmenter.semantic(plain), segmenter.semantic(changed)
    difference = np.abs(a.probabilities - b.probabilities).sum(0)
    row, column = np.unravel_index(difference.argmax(), difference.shape)
    assert (row + 1) * a.cell[0] > height - 24 and (column + 1) * a.cell[1] > width - 24


def test_a_task_is_not_another(tiny_roads, tiny_card, frame):
    with pytest.raises(InputError, match="semantic"):
        load_segmenter("tiny-roads").matte(frame)
    with pytest.raises(InputError, match="matte"):
        load_segmenter("tiny").semantic(frame)
    with pytest.raises(InputError, match=r"uint8 RGB \(H, W, 3\)"):
        load_segmenter("tiny-roads").semantic(frame[..., 0])
