"""Results check themselves and survive a round trip through the field's formats."""

from __future__ import annotations

import json
import tracemalloc

import nibabel as nib
import numpy as np
import pytest
from PIL import Image

from core.errors import InputError
from core.labels import get_label_set
from core.results import Instances, PanopticMap, Segment, SemanticMap, VolumeMask
from core.results.maps import save_panoptic_json

CITY, COCO, HIPPO = (get_label_set(n) for n in ("cityscapes", "coco-panoptic", "hippocampus"))


def test_a_semantic_map(tmp_path):
    ids = np.array([[7, 7, 26], [23, 0, 26]], np.uint8)
    result = SemanticMap(ids, CITY)
    assert np.array_equal(np.asarray(Image.open(result.save(tmp_path / "a_labelIds.png"))), ids)
    assert result.areas() == {"unlabeled": 1, "road": 2, "sky": 1, "car": 2}
    assert tuple(result.colored()[0, 2]) == (0, 0, 142)
    with pytest.raises(InputError, match="99"):
        SemanticMap(np.full((2, 2), 99, np.uint8), CITY)


def test_a_panoptic_map_round_trip(tmp_path):
    ids = np.array([[1, 1, 70000], [0, 300, 70000]], np.int32)
    segments = (Segment(1, 149), Segment(300, 3), Segment(70000, 3, iscrowd=True))
    result = PanopticMap(ids, segments, COCO)
    entry = result.save(tmp_path / "a.png", 7)
    assert [s["area"] for s in entry["segments_info"]] == [2, 1, 2]
    assert entry["segments_info"][2]["bbox"] == [2, 0, 1, 2]
    rgb = np.asarray(Image.open(tmp_path / "a.png"))
    assert tuple(rgb[0, 2]) == (70000 & 255, 70000 >> 8 & 255, 70000 >> 16)
    save_panoptic_json(tmp_path / "a.json", [entry], COCO)
    raw = json.loads((tmp_path / "a.json").read_text())
    assert len(raw["categories"]) == 133
    again = PanopticMap.load(tmp_path / "a.png", raw["annotations"][0], COCO)
    assert np.array_equal(again.ids, ids) and again.segments == segments
    assert again.semantic().tolist() == [[149, 149, 3], [0, 3, 3]]


@pytest.mark.parametrize("dtype", [np.int32, np.uint16, np.int64])
def test_boxes_are_those_of_the_pixels_in_numbers_of_any_kind(tmp_path, dtype):
    rng = np.random.default_rng(0)
    ids = np.where(rng.random((37, 53)) < 0.01, rng.integers(1, 40_000, (37, 53)), 0).astype(dtype)
    for array in (ids, ids.T, ids[:, ::2], ids[:1] * 0 + 5):
        result = PanopticMap(array, tuple(Segment(int(n), 3) for n in np.unique(array) if n), COCO)
        entry = result.save(tmp_path / "a.png", 7)
        for segment in entry["segments_info"]:
            ys, xs = np.nonzero(array == segment["id"])
            left, top = int(xs.min()), int(ys.min())
            assert segment["bbox"] == [left, top, int(xs.max()) + 1 - left, int(ys.max()) + 1 - top]
        json.dumps(entry)
        assert np.array_equal(PanopticMap.load(tmp_path / "a.png", entry, COCO).ids, array)


def test_saving_a_panoptic_map_takes_a_few_bytes_a_pixel(tmp_path):
    ids = np.ones((600, 800), np.int32)
    ids[:200] = 2
    result = PanopticMap(ids, (Segment(1, 3), Segment(2, 3)), COCO)
    result.save(tmp_path / "a.png", 7)
    tracemalloc.start()
    result.save(tmp_path / "a.png", 7)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 14 * ids.size


@pytest.mark.parametrize(
    "segments", [(), (Segment(1, 1), Segment(2, 1)), (Segment(1, 12),), (Segment(1, 1), Segment(1, 1))]
)
def test_a_panoptic_map_and_its_list_must_agree(segments):
    with pytest.raises(InputError):
        PanopticMap(np.ones((2, 2), np.int32), segments, COCO)


def test_instances():
    masks = np.zeros((2, 4, 6), bool)
    masks[0, 1:3, 2:5] = True
    result = Instances(masks, np.array([1, 3]), np.array([0.9, 0.1]), COCO)
    assert result.boxes().tolist() == [[2, 1, 5, 3], [0, 0, 0, 0]] and len(result) == 2
    with pytest.raises(InputError):
        Instances(masks, np.array([1]), np.array([0.9, 0.1]), COCO)


def test_millilitres_follow_the_affine():
    ids = np.zeros((10, 10, 10), np.uint8)
    ids[:5] = 1
    affine = np.diag([1.0, 1.0, 2.5, 1.0])
    assert VolumeMask(ids, affine, HIPPO).volumes_ml() == {"anterior": pytest.approx(1.25), "posterior": 0}
    turn = np.array([[0, -2, 0, 5], [2, 0, 0, 1], [0, 0, 3, 0], [0, 0, 0, 1.0]])  # oblique: columns swapped
    assert VolumeMask(ids, turn, HIPPO).voxel_ml == pytest.approx(0.012)


@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
def test_a_volume_keeps_its_scans_geometry(tmp_path, ending):
    affine = np.array([[-1, 0, 0, 90], [0, 0, 2, -126], [0, 1.5, 0, -72], [0, 0, 0, 1.0]])
    scan = nib.Nifti1Image(np.zeros((4, 5, 6), np.int16), affine)
    scan.set_sform(affine, 4)
    scan.set_qform(affine, 1)
    scan.header.set_xyzt_units("mm", "sec")
    ids = np.arange(120).reshape(4, 5, 6) % 3
    path = VolumeMask(ids, affine, HIPPO).save(tmp_path / f"a{ending}", like=scan)
    again = nib.load(path)
    assert np.array_equal(np.asarray(again.dataobj), ids) and np.allclose(again.affine, affine)
    assert int(again.header["sform_code"]) == 4 and int(again.header["qform_code"]) == 1
    assert again.header.get_zooms() == scan.header.get_zooms()
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    with pytest.raises(InputError, match="same grid"):
        VolumeMask(ids[:3], affine, HIPPO).save(path, like=scan)


def test_a_flat_affine_is_refused():
    with pytest.raises(InputError, match="invertible"):
        VolumeMask(np.zeros((2, 2, 2), np.uint8), np.zeros((4, 4)), HIPPO)
