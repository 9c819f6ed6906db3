"""A slice alone: where it lies, and what it is said to be."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import InputError
from core.medical.grid import Grid
from core.medical.intensity import Intensity
from core.medical.one_slice import ask_about_slice, segment_slice, slice_planes, take_slice
from core.medical.phantom import draw_head
from core.medical.slices import SliceOptions
from core.medical.slicewise import Plan, segment_slicewise
from core.medical.tasks import get_task, segment
from core.medical.volume import Volume
from demos.portrait.messages import explain
from demos.words import words
from tests.core.medical.tiny import bright_network


def test_a_slice_lies_where_it_was():
    data = np.arange(60, dtype=np.int16).reshape(3, 4, 5)
    affine = np.array([[2, 0, 0.5, -7], [0, 3, 0, 1], [0, 0, 4, 2], [0, 0, 0, 1.0]])
    volume = Volume(data, Grid((3, 4, 5), affine))
    for plane, axis in (("sagittal", 0), ("coronal", 1), ("axial", 2)):
        alone = take_slice(volume, plane, 2)
        assert np.array_equal(alone.data, np.take(data, [2], axis))
        at = [0, 0, 0, 1]
        there = list(at)
        there[axis] = 2
        assert np.allclose(alone.affine @ at, affine @ there)
    for plane, index in (("axial", 5), ("axial", -1), ("oblique", 0)):
        with pytest.raises(InputError):
            take_slice(volume, plane, index)


def test_rules_segment_one_slice_without_probabilities():
    finding = segment(draw_head((40, 44, 44), (5.5, 5.5, 5.8), seed=3).volume("CT"), get_task("ct-tissues"))
    answer = segment_slice(finding.volume, get_task("ct-tissues"), "axial", 30)
    whole = finding.ids[:, :, 30]
    assert answer.ids.shape == whole.shape and answer.probabilities is None and answer.classes == ()
    assert (answer.ids == whole).mean() > 0.9


@pytest.mark.parametrize("plane,size", [("axial", (12, 14)), ("coronal", (12, 16)), ("sagittal", (14, 16))])
def test_a_networks_probabilities_come_back_on_the_slices_own_grid(plane, size):
    asked = []

    def predict(stack, seen):
        asked.append((stack.shape, seen))
        bright = stack[:, stack.shape[1] // 2]
        return np.stack([1 - bright, bright / 4, 3 * bright / 4], axis=1)

    plan = Plan(
        ids=(0, 2, 2), working=(2.0, 2.0, 2.0), intensity=Intensity("window", 0, 100),
        options=SliceOptions(classes=3, context=1, multiple=4),
    )  # fmt: skip
    data = np.zeros((12, 14, 16), np.int16)
    data[4:8, 4:10, 4:12] = 100
    volume = Volume(data, Grid(data.shape, np.eye(4)))
    ids, maps = ask_about_slice(take_slice(volume, plane, 6), plane, plan, predict)
    assert len(asked) == 1 and asked[0][1] == plane and asked[0][0][1] == 3, (
        "one slice, with itself as neighbours"
    )
    assert ids.shape == size and maps.shape == (2, *size), "classes of one id are one"
    truth = take_slice(volume, plane, 6).data.squeeze() == 100
    assert np.array_equal(ids == 2, truth) and np.allclose(maps.sum(axis=0), 1, atol=1e-5)
    assert maps[1][truth].min() > 0.49 and maps[1][~truth].max() < 0.51


def test_a_plane_that_the_network_was_not_trained_on_is_refused(tmp_path, monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.setenv("TRIPTYCH_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("TRIPTYCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("core.medical.networks._networks", {})
    bright_network(tmp_path / "weights", planes=["axial"])
    task = get_task("tiny")
    assert slice_planes(task) == ("axial",)
    assert slice_planes(get_task("ct-tissues")) == ("axial", "coronal", "sagittal")
    data = np.random.default_rng(0).integers(0, 1000, (12, 14, 16)).astype(np.int16)
    scan = Volume(data, Grid(data.shape, np.diag([3.0, 3, 3, 1])))
    assert segment_slice(scan, task, "axial", 5).ids.any()
    for plane in ("coronal", "sagittal"):
        with pytest.raises(InputError, match=f"tiny was not trained on {plane} slices.*axial") as caught:
            segment_slice(scan, task, plane, 5)
        assert f"단면({plane})" in explain(caught.value, words("ko"))


def test_a_volume_that_grows_too_large_is_refused_before_any_memory_is_taken():
    """Half a metre between voxels: a header's mistake, and terabytes at the network's spacing."""
    grid = Grid((64, 64, 64), np.diag([500.0, 500.0, 500.0, 1.0]))
    scan = Volume(np.zeros((64, 64, 64), np.int16), grid)
    plan = Plan((0, 1), (1.0, 1.0, 1.0), Intensity("window", 0, 1), SliceOptions(classes=2))

    def never(*_: object) -> np.ndarray:
        raise AssertionError("the network is not asked")

    for use in (
        lambda: segment_slicewise(scan, never, plan),
        lambda: ask_about_slice(take_slice(scan, "axial", 3), "axial", plan, never),
    ):
        with pytest.raises(InputError, match=r"voxels need .+ GB for 2 classes.*spacing"):
            use()
