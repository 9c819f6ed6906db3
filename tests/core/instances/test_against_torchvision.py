"""Each step between the graphs equals torchvision's, and so does the whole way."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torchvision.models.detection._utils import BoxCoder  # noqa: E402
from torchvision.models.detection.image_list import ImageList  # noqa: E402
from torchvision.models.detection.roi_heads import paste_masks_in_image  # noqa: E402
from torchvision.ops import batched_nms  # noqa: E402

from core.instances import Detector, Limits, boxes  # noqa: E402
from core.instances.design import BOX_WEIGHTS, PYRAMID  # noqa: E402
from core.instances.paste import paste  # noqa: E402
from core.instances.roi_align import cut_out  # noqa: E402
from tests.core.instances.networks import LEAST_SCORE, SMALL, loud_network, picture  # noqa: E402

# The stated tolerance of the numpy steps and of OpenVINO in float32: px of a box, share of a score or of a mask.
PIXELS, SHARE = 0.05, 2e-3
MEAN = (127.5,) * 3


def some_boxes(rng: np.random.Generator, number: int, height: int, width: int) -> np.ndarray:
    """Small and large, some across the edges, some thin."""
    centres = rng.uniform(-0.02, 1.02, (number, 2)) * (width, height)
    sides = np.exp(rng.uniform(np.log(2), np.log(0.9 * height), (number, 2)))
    corners = np.concatenate([centres - sides / 2, centres + sides / 2], axis=1)
    return boxes.clip(corners.astype(np.float32), height, width)


@pytest.fixture(scope="module")
def network():
    return loud_network(Limits(min_score=LEAST_SCORE))


@pytest.mark.parametrize("size", [(64, 96), (288, 544), (32, 32)])
def test_anchors(network, size):
    maps = [torch.zeros(1, 4, -(-size[0] // s), -(-size[1] // s)) for s in (8, 16, 32, 64)]
    (wanted,) = network.rpn.anchor_generator(ImageList(torch.zeros(1, 3, *size), [size]), maps)
    assert np.array_equal(np.concatenate(boxes.anchors(*size)), wanted.numpy())


def test_boxes_move_as_torchvisions_coder_moves_them():
    rng = np.random.default_rng(1)
    sources = some_boxes(rng, 50, 200, 300)
    deltas = rng.normal(0, 3, (50, 4)).astype(np.float32)
    deltas[0, 2:] = 40  # growth is bounded
    wanted = BoxCoder(BOX_WEIGHTS).decode(torch.from_numpy(deltas), [torch.from_numpy(sources)])[:, 0]
    assert np.allclose(boxes.decode(deltas, sources, BOX_WEIGHTS), wanted.numpy(), rtol=1e-4, atol=1e-3)


def test_suppression():
    rng = np.random.default_rng(2)
    for number in (0, 1, 300):
        found = some_boxes(rng, number, 60, 60)
        scores = rng.random(number).astype(np.float32)
        groups = rng.integers(0, 3, number)
        wanted = batched_nms(*(torch.from_numpy(v) for v in (found, scores, groups)), 0.4)
        assert boxes.suppress(found, scores, groups, 0.4).tolist() == wanted.tolist()
    assert len(wanted) < 280, "some of the last boxes overlap a better one"


@pytest.mark.parametrize("cells", [7, 14])
def test_roi_align(network, cells):
    rng = np.random.default_rng(3)
    height, width = 96, 160
    maps = [rng.normal(size=(height // s, width // s, 6)).astype(np.float32) for s in PYRAMID]
    found = np.concatenate(
        [some_boxes(rng, 80, height, width), np.float32([[0, 0, width, height], [5, 5, 5, 9]])]
    )
    found[:4] *= 4  # beyond the picture: larger than any map expects
    pool = network.roi_heads.box_roi_pool if cells == 7 else network.roi_heads.mask_roi_pool
    named = {str(s): torch.from_numpy(m.transpose(2, 0, 1)[None]) for s, m in zip(PYRAMID, maps, strict=True)}
    wanted = pool(named, [torch.from_numpy(found)], [(height, width)]).permute(0, 2, 3, 1).numpy()
    assert np.abs(cut_out(maps, found, cells) - wanted).max() < 1e-4
    assert cut_out(maps, found[:0], cells).shape == (0, cells, cells, 6)


def test_pasting():
    rng = np.random.default_rng(4)
    masks = cv2.GaussianBlur(rng.random((28, 28, 40), dtype=np.float32), (0, 0), 3).transpose(2, 0, 1).copy()
    found = some_boxes(rng, 40, 70, 90)
    found[0] = (200, 200, 210, 210)  # all of it outside
    ours, kept = paste(masks, found, 70, 90)
    wanted = [
        paste_masks_in_image(torch.from_numpy(m)[None, None], torch.from_numpy(b)[None], (70, 90))[0, 0].numpy() > 0.5
        for m, b in zip(masks[1:], found[1:], strict=True)
    ]  # fmt: skip
    assert kept.tolist() == list(range(1, 40)) and ours.any(axis=(1, 2)).all(), (
        "what shows no pixel is left out"
    )
    assert (ours != np.stack(wanted)).mean() < 1e-4


def test_pasting_takes_memory_only_where_there_are_pixels():
    masks, found = np.ones((5, 28, 28), np.float32), np.float32([[10, 10, 40, 40]] * 5)
    found[2] += 5000
    ours, kept = paste(masks, found, 70, 90)
    assert kept.tolist() == [0, 1, 3, 4] and ours.shape == (4, 70, 90) and ours[:, 20, 20].all()
    assert ours.base is not None, "a view: no copy of what may be gigabytes of zeros"


@pytest.mark.parametrize("engine", ["torch-cpu", "openvino"])
def test_the_whole_way_equals_the_reference(network, engine, tmp_path, monkeypatch):
    if engine == "openvino":
        pytest.importorskip("openvino")
    monkeypatch.setenv("TRIPTYCH_CACHE", str(tmp_path))
    limits = Limits(min_score=LEAST_SCORE)
    detect = Detector("random", lambda: network, MEAN, MEAN, SMALL["width"], limits, engine, 1)
    for size, inside in (((160, 224), (150, 224)), ((96, 64), (96, 64))):
        frame = picture(*size)
        ours = detect(frame, inside)
        x = torch.from_numpy(frame.transpose(2, 0, 1)[None]).float() / 127.5 - 1
        with torch.inference_mode():
            (reference,) = network(x, [inside])
        assert len(ours.boxes) == len(reference["boxes"]) > 3, "the test's network must find something"
        assert np.array_equal(ours.classes, reference["labels"].numpy())
        assert np.abs(ours.scores - reference["scores"].numpy()).max() < SHARE
        assert np.abs(ours.boxes - reference["boxes"].numpy()).max() < PIXELS
        assert np.abs(ours.masks - reference["masks"][:, 0].numpy()).max() < SHARE
        assert ours.masks.std() > 0.05, "masks with edges"
        sure = detect(frame, inside, float(np.median(ours.scores)))
        assert 0 < len(sure.boxes) < len(ours.boxes) and np.array_equal(
            sure.boxes, ours.boxes[: len(sure.boxes)]
        )
