"""Every engine gives the reference's answer; the cache saves building the network."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from core.engine import ENGINES, pick_engine
from core.errors import InputError
from core.segmenter import Segmenter, load_segmenter
from tests.core.cached import run_again_without_pytorch

# The stated tolerance of engines in float32: nobody sees a thousandth of an alpha.
TOLERANCE = 1e-3
# Of networks whose card allows bfloat16 (8 bits of mantissa): mean and largest difference of a matte.
HALF_TOLERANCE = (0.01, 0.2)


def picture(height: int, width: int) -> np.ndarray:
    rng = np.random.default_rng(3)
    coarse = rng.integers(0, 256, (8, 8, 3)).astype(np.uint8)
    import cv2

    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


@pytest.mark.parametrize("size", [(480, 640), (333, 217), (96, 128), (40, 30)])
def test_openvino_equals_the_pytorch_reference(tiny_card, size):
    pytest.importorskip("openvino")
    frame = picture(*size)
    reference = Segmenter(tiny_card, engine="torch-cpu").matte(frame)
    ours = Segmenter(tiny_card, engine="openvino").matte(frame)
    assert reference.shape == size and reference.dtype == np.float32
    assert reference.max() - reference.min() > 0.2, "the test's network must answer something"
    assert np.abs(ours - reference).max() < TOLERANCE


def test_shipped_networks_answer_alike_on_every_engine():
    for name in ("portrait-fast", "portrait-fine"):
        frame = picture(300, 400)
        answers = [load_segmenter(name, engine=e).matte(frame) for e in ("torch-cpu", "openvino")]
        difference = np.abs(answers[0] - answers[1])
        mean, largest = (TOLERANCE, TOLERANCE) if name == "portrait-fine" else HALF_TOLERANCE
        assert difference.mean() < mean and difference.max() < largest


def test_a_cached_graph_needs_no_pytorch(tiny_card):
    run_again_without_pytorch(
        "import numpy as np\n"
        "from core.segmenter import load_segmenter\n"
        "load_segmenter('tiny', engine='openvino').matte(np.zeros((96, 128, 3), np.uint8))"
    )


def test_a_half_written_cache_is_made_again(tiny_card, tmp_path):
    frame = picture(96, 128)
    first = Segmenter(tiny_card, engine="openvino").matte(frame)
    for file in (tmp_path / "cache").glob("*.xml"):
        file.write_text("<net")
    assert np.array_equal(Segmenter(tiny_card, engine="openvino").matte(frame), first)


def test_an_unwritable_cache_costs_only_time(tiny_card, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TRIPTYCH_CACHE", str(tmp_path / "file" / "below"))
    assert Segmenter(tiny_card, engine="openvino").matte(picture(96, 128)).shape == (96, 128)


def test_threads_get_their_own_answers(tiny_card):
    segmenter = Segmenter(tiny_card)
    frames = [picture(96, 128), 255 - picture(96, 128)]
    wanted = [segmenter.matte(f) for f in frames]
    wrong: list[int] = []

    def work(i: int) -> None:
        for _ in range(20):
            if not np.array_equal(segmenter.matte(frames[i]), wanted[i]):
                wrong.append(i)

    threads = [threading.Thread(target=work, args=(i,)) for i in (0, 1)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong


def test_auto_turns_to_the_cpu_where_the_gpu_fails(tiny_card, tiny_things, monkeypatch):
    frame = picture(96, 128)
    monkeypatch.setattr("core.engine.base.gpu_may_exist", lambda: True)
    monkeypatch.setattr(
        "core.engine.torch_runner.best_device", lambda: "meta"
    )  # it takes a network and gives no numbers
    with pytest.warns(RuntimeWarning, match="the GPU cannot run this network"):
        ours = Segmenter(tiny_card).matte(frame)
    assert np.array_equal(ours, Segmenter(tiny_card, engine="openvino").matte(frame))
    with pytest.warns(RuntimeWarning, match="the GPU cannot run this network"):
        assert Segmenter(tiny_things).instances(frame).masks.shape[1:] == (96, 128)
    with pytest.raises(RuntimeError):
        Segmenter(tiny_card, engine="torch").matte(frame)


@pytest.mark.parametrize("precision,half", [("float32", False), ("bfloat16", True)])
def test_a_gpu_computes_in_half_precision_only_where_the_card_allows_it(tiny_card, precision, half):
    torch = pytest.importorskip("torch")
    from core.engine.graph import GraphSource, _TorchGraph
    from core.engine.torch_runner import TorchRunner

    source = replace(Segmenter(tiny_card)._source, precision=precision)
    part = GraphSource("part", source.build, (1, 3, 96, 128), precision=precision)
    # "meta" stands for a GPU: it keeps types and no numbers.
    for opened in (TorchRunner(source, (96, 128), device="meta"), _TorchGraph(part, None, "meta")):
        types = {parameter.dtype for parameter in opened._network.parameters()}
        assert types == {torch.float16 if half else torch.float32}


def test_half_precision_stays_within_its_tolerance(tiny_card):
    torch = pytest.importorskip("torch")
    from core.engine.torch_runner import TorchRunner

    source, frame = Segmenter(tiny_card)._source, picture(96, 128)
    whole, half = (
        TorchRunner(source, (96, 128), device="cpu", dtype=d)(frame) for d in (None, torch.float16)
    )
    difference = np.abs(whole - half)
    assert difference.max() > 0
    assert difference.mean() < HALF_TOLERANCE[0] and difference.max() < HALF_TOLERANCE[1]


def test_unknown_engine_lists_the_choices():
    with pytest.raises(InputError, match="openvino"):
        pick_engine("onnx")
    assert pick_engine("auto") in ENGINES


@pytest.mark.parametrize(
    "frame",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
    ],
)
def test_a_wrong_frame_says_what_was_expected(tiny_card, frame):
    with pytest.raises(InputError, match=r"uint8 RGB \(H, W, 3\)"):
        Segmenter(tiny_card).matte(frame)
