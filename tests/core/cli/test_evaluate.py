"""Evaluation as a user meets it: folders in, a table and JSON out, and what is said of bad ones."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from PIL import Image

from core.cli import main
from core.cli.evaluate_options import DETAILS
from core.labels import get_label_set
from core.metrics.folders import ENDINGS
from core.results import PanopticMap, Segment
from core.results.maps import save_panoptic_json


def run(*words: object) -> int:
    return main(["evaluate", *(str(word) for word in words)])


def png(path: Path, values: object, dtype: type = np.uint8) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.array(values, dtype)).save(path)
    return path


def nifti(path: Path, ids: np.ndarray, affine: object = (1.0, 1.0, 2.5, 1.0)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    matrix = np.diag(affine) if np.ndim(affine) == 1 else np.asarray(affine)
    nib.save(nib.Nifti1Image(np.asarray(ids, np.uint8), matrix), path)
    return path


def cut(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def block(x: slice, y: slice, z: slice) -> np.ndarray:
    ids = np.zeros((8, 8, 8), np.uint8)
    ids[x, y, z] = 1
    return ids


@pytest.fixture
def semantic(tmp_path: Path) -> tuple[Path, Path]:
    """Two frames: 7 of 8 road right, 1 taken for void; 8 of 8 sky right."""
    png(tmp_path / "p" / "ulm_000000_000019_leftImg8bit.png", [[7, 7, 7, 7], [7, 7, 7, 0]])
    png(tmp_path / "p" / "ulm_000001_000019_pred.png", [[23] * 4] * 2)
    city = tmp_path / "t" / "ulm"
    png(city / "ulm_000000_000019_gtFine_labelIds.png", [[7] * 4] * 2)
    png(city / "ulm_000000_000019_gtFine_color.png", [[1] * 4] * 2)
    png(city / "ulm_000001_000019_gtFine_labelIds.png", [[23] * 4] * 2)
    return tmp_path / "p", tmp_path / "t"


def test_semantic(semantic, tmp_path, capsys):
    assert run("semantic", *semantic, "--labels", "cityscapes", "--json", tmp_path / "out" / "s.json") == 0
    body = json.loads((tmp_path / "out" / "s.json").read_text())
    assert body["miou"] == pytest.approx((7 / 8 + 1) / 2) and body["pixel_accuracy"] == 15 / 16
    assert body["iou"]["road"] == 7 / 8 and body["iou"]["car"] is None and body["files"] == 2
    assert body["category_iou"]["flat"] == 7 / 8 and "instance_iou" not in body
    captured = capsys.readouterr()
    assert "mIoU 93.75" in captured.out and "road" in captured.out and captured.err == ""


def test_instance_weights_where_every_truth_has_its_instances(semantic, tmp_path):
    for number, fill in ((0, 7), (1, 23)):
        png(
            semantic[1] / "ulm" / f"ulm_00000{number}_000019_gtFine_instanceIds.png",
            [[fill] * 4] * 2,
            np.uint16,
        )
    png(semantic[0] / "ulm_000002_pred.png", [[26, 26, 0, 0]])
    png(semantic[1] / "ulm" / "ulm_000002_gtFine_labelIds.png", [[26] * 4])
    png(semantic[1] / "ulm" / "ulm_000002_gtFine_instanceIds.png", [[26001, 26001, 26001, 26002]], np.uint16)
    assert run("semantic", *semantic, "--json", tmp_path / "s.json") == 0
    # Two cars of one weight: 2 px of 3 and 0 of 1.
    assert json.loads((tmp_path / "s.json").read_text())["instance_iou"]["iou"]["car"] == pytest.approx(1 / 3)


def test_train_ids_are_told_and_taken(tmp_path, capsys):
    png(tmp_path / "p" / "a.png", [[0, 13, 255]])
    png(tmp_path / "t" / "a.png", [[7, 26, 4]])
    assert run("semantic", tmp_path / "p", tmp_path / "t", "--train-ids", "--json", tmp_path / "s.json") == 0
    assert json.loads((tmp_path / "s.json").read_text())["miou"] == 1
    assert run("semantic", tmp_path / "p", tmp_path / "t") == 2  # 255 is no id
    png(tmp_path / "p" / "a.png", [[0, 13, 1]])
    capsys.readouterr()
    assert run("semantic", tmp_path / "p", tmp_path / "t") == 0
    assert "--train-ids" in capsys.readouterr().err


def test_cityscapes_names_of_train_ids(tmp_path, capsys):
    """What the page saves is scored as it is called; of a truth's folder only label ids count."""
    png(tmp_path / "p" / "a_labelTrainIds.png", [[0, 13, 255]])
    png(tmp_path / "t" / "a_gtFine_labelIds.png", [[7, 26, 4]])
    for other in ("labelTrainIds", "instanceTrainIds", "instanceIds"):
        png(tmp_path / "t" / f"a_gtFine_{other}.png", [[0, 13, 1]])
    words = ("semantic", tmp_path / "p", tmp_path / "t")
    assert run(*words, "--train-ids", "--json", tmp_path / "s.json") == 0
    assert json.loads((tmp_path / "s.json").read_text())["miou"] == 1
    capsys.readouterr()
    assert run(*words) == 2
    assert "1 whose names end in" in capsys.readouterr().err


def test_progress_is_drawn_on_a_terminal_and_wiped(semantic, capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert run("semantic", *semantic) == 0
    drawn = capsys.readouterr().err
    assert (
        "semantic [########################] 100 %" in drawn
        and "files/s" in drawn
        and drawn.endswith("\r\x1b[K")
    )


def test_missing_is_an_error_or_left_out_and_extra_is_noted(semantic, tmp_path, capsys):
    png(semantic[0] / "bonn_000000_pred.png", [[7]])
    png(semantic[1] / "jena_000000_gtFine_labelIds.png", [[7]])
    assert run("semantic", *semantic) == 2
    error = capsys.readouterr().err
    assert "1 of 3" in error and "jena_000000_gtFine_labelIds.png" in error and "--skip-missing" in error
    assert run("semantic", *semantic, "--skip-missing", "--json", tmp_path / "s.json") == 0
    body = json.loads((tmp_path / "s.json").read_text())
    assert body["missing"] == ["jena_000000_gtFine_labelIds.png"] and body["extra"] == [
        "bonn_000000_pred.png"
    ]
    assert "bonn_000000_pred.png" in capsys.readouterr().err


COCO = get_label_set("coco-panoptic")


def panoptic_side(path: Path, ids: np.ndarray, segments: tuple[Segment, ...]) -> Path:
    path.with_suffix("").mkdir(parents=True)
    entry = PanopticMap(ids.astype(np.int32), segments, COCO).save(path.with_suffix("") / "a.png", 1)
    return save_panoptic_json(path, [entry], COCO)


@pytest.fixture
def panoptic(tmp_path: Path) -> tuple[Path, Path]:
    """Road: 6 px of 8, 2 more on void, which do not count; a person without a prediction."""
    truth = np.array([[5] * 4, [5] * 4, [9, 0, 0, 0]])
    prediction = np.array([[4] * 4, [4, 4, 0, 0], [0, 4, 4, 0]])
    theirs = panoptic_side(tmp_path / "t" / "truth.json", truth, (Segment(5, 149), Segment(9, 1)))
    return panoptic_side(tmp_path / "p" / "ours.json", prediction, (Segment(4, 149),)), theirs


def test_panoptic(panoptic, tmp_path, capsys):
    assert run("panoptic", *panoptic, "--json", tmp_path / "p.json") == 0
    body = json.loads((tmp_path / "p.json").read_text())
    # Road: union 8 + 8 − 6 less the 2 on void.
    assert (body["pq"], body["sq"], body["rq"]) == (0.75 / 2, 0.75 / 2, 0.5)
    assert body["stuff"] == {"pq": 0.75, "sq": 0.75, "rq": 1, "n": 1}
    assert body["things"] == {"pq": 0, "sq": 0, "rq": 0, "n": 1}
    assert body["per_class"]["person"]["fn"] == 1
    assert "37.50" in capsys.readouterr().out


def rewrite(path: Path, change) -> Path:
    body = json.loads(path.read_text())
    change(body)
    path.write_text(json.dumps(body))
    return path


def test_panoptic_images_without_prediction_can_be_left_out(panoptic, tmp_path, capsys):
    rewrite(panoptic[1], lambda b: b["annotations"].append({**b["annotations"][0], "image_id": 2, "file_name": "b.png"}))  # fmt: skip
    rewrite(panoptic[0], lambda b: b["annotations"].append({**b["annotations"][0], "image_id": 3, "file_name": "c.png"}))  # fmt: skip
    assert run("panoptic", *panoptic) == 2 and "b.png" in capsys.readouterr().err
    assert run("panoptic", *panoptic, "--skip-missing", "--json", tmp_path / "p.json") == 0
    body = json.loads((tmp_path / "p.json").read_text())
    assert (body["missing"], body["extra"], body["pq"]) == (["b.png"], ["c.png"], 0.375)


def test_coco_instances(tmp_path, capsys):
    square = [[0, 0, 10, 0, 10, 10, 0, 10]]
    truth = {
        "images": [{"id": 1, "height": 20, "width": 20}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 3, "segmentation": square, "area": 100, "bbox": [0, 0, 10, 10]}],
        "categories": [{"id": 3, "name": "car"}],
    }  # fmt: skip
    answer = [{"image_id": 1, "category_id": 3, "segmentation": square, "score": 0.5}]
    (tmp_path / "t.json").write_text(json.dumps(truth))
    (tmp_path / "p.json").write_text(json.dumps(answer))
    assert run("instance", tmp_path / "p.json", tmp_path / "t.json", "--json", tmp_path / "o.json") == 0
    body = json.loads((tmp_path / "o.json").read_text())
    assert (
        body["ap"] == pytest.approx(1)
        and body["ap_large"] is None
        and body["per_class"] == {"car": body["ap"]}
    )
    assert "AP at IoU .50" in capsys.readouterr().out


def test_cityscapes_instances(tmp_path):
    truth = np.full((20, 30), 7)
    truth[:12, :12], truth[:12, 15:27] = 26000, 26001
    png(tmp_path / "t" / "ulm_gtFine_instanceIds.png", truth, np.uint16)
    png(tmp_path / "p" / "masks" / "0.png", (truth == 26000) * 255)
    (tmp_path / "p" / "ulm_pred.txt").write_text("masks/0.png 26 0.9\n\n")
    assert run("instance", tmp_path / "p", tmp_path / "t", "--json", tmp_path / "o.json") == 0
    body = json.loads((tmp_path / "o.json").read_text())
    assert body["rules"] == "cityscapes" and body["ap"] == body["per_class"]["car"]["ap"] == 0.5
    for line in ("masks/0.png 26\n", "masks/\0.png 26 0.9\n"):
        (tmp_path / "p" / "ulm_pred.txt").write_text(line)
        assert run("instance", tmp_path / "p", tmp_path / "t") == 2


def test_mattes(tmp_path, capsys):
    png(tmp_path / "p" / "a_matte.png", [[255, 255, 0, 0]])
    png(tmp_path / "t" / "a.png", [[65535, 0, 0, 0]], np.uint16)
    assert run("matte", tmp_path / "p", tmp_path / "t", "--json", tmp_path / "m.json") == 0
    body = json.loads((tmp_path / "m.json").read_text())
    assert (body["iou"], body["mae"], body["mse"]) == (0.5, 0.25, 0.25)
    assert body["per_file"]["a"]["iou"] == 0.5 and "boundary IoU" in capsys.readouterr().out


def test_volumes(tmp_path, capsys):
    first, second = slice(1, 5), slice(1, 3)
    nifti(tmp_path / "p" / "a.nii.gz", block(first, first, slice(2, 4)))
    nifti(tmp_path / "t" / "a_seg.nii.gz", block(first, first, second))
    nifti(tmp_path / "p" / "b.nii.gz", block(first, first, second))
    nifti(tmp_path / "t" / "b_seg.nii", np.zeros((8, 8, 8)))
    assert (
        run("volume", tmp_path / "p", tmp_path / "t", "--tolerance", "3", "--json", tmp_path / "v.json") == 0
    )
    body = json.loads((tmp_path / "v.json").read_text())
    a = body["per_file"]["a"]["1"]
    assert (a["dice"], a["jaccard"], a["hausdorff_mm"], a["surface_dice"]) == (0.5, 1 / 3, 2.5, 1)
    assert a["difference_ml"] == 0 and a["volume_ml"] == pytest.approx(0.08)
    # In b something was found that is not there: no distance, and the mean says so.
    assert body["dice"] == 0.25 and body["hausdorff95_mm"] == "Infinity" and body["tolerance_mm"] == 3
    assert "inf" in capsys.readouterr().out


def test_in_how_many_volumes_a_label_is(tmp_path, capsys):
    some, rare = block(slice(1, 5), slice(1, 5), slice(1, 5)), block(slice(5, 7), slice(5, 7), slice(5, 7))
    for name in "ab":
        nifti(tmp_path / "p" / f"{name}.nii", some)
        nifti(tmp_path / "t" / f"{name}.nii", some + 2 * rare * (name == "b"))
    assert run("volume", tmp_path / "p", tmp_path / "t", "--json", tmp_path / "v.json") == 0
    labels = json.loads((tmp_path / "v.json").read_text())["per_label"]
    assert [labels[i]["files"] for i in "12"] == [2, 1] and labels["2"]["dice"] == 0.5
    assert "counts as found" in capsys.readouterr().out


def test_a_mask_that_is_stored_with_a_slope(tmp_path):
    image = nib.Nifti1Image(SOLID.astype(float), np.eye(4))
    image.set_data_dtype(np.uint8)  # 0 and 255 with a slope of 1/255, as SPM writes it
    (tmp_path / "p").mkdir()
    nib.save(image, tmp_path / "p" / "a.nii")
    assert float(nib.load(tmp_path / "p" / "a.nii").get_fdata().max()) != 1
    nifti(tmp_path / "t" / "a.nii", SOLID, (1, 1, 1, 1))
    assert run("volume", tmp_path / "p", tmp_path / "t", "--json", tmp_path / "v.json") == 0
    assert json.loads((tmp_path / "v.json").read_text())["dice"] == 1


def test_millilitres_of_a_tilted_gantry_are_those_of_its_voxels(tmp_path, capsys):
    cube = block(slice(0, 4), slice(0, 4), slice(0, 4))
    affine = np.array(
        [[1, 0, 0, 0], [0, 1, 3, 0], [0, 0, 4, 0], [0, 0, 0, 1.0]]
    )  # slices are 5 mm apart, along a slant
    image = nib.Nifti1Image(cube.astype(np.uint8), affine)
    nib.save(image, tmp_path / "p.nii")
    assert run("volume", tmp_path / "p.nii", tmp_path / "p.nii", "--json", tmp_path / "v.json") == 0
    body = json.loads((tmp_path / "v.json").read_text())
    assert body["volume_ml"] == pytest.approx(64 * 4 / 1000)
    assert "37° from right angles" in capsys.readouterr().err


def test_labels_are_whole_numbers_that_fit(tmp_path, capsys):
    for value, told in ((np.inf, "inf"), (0.5, "0.5"), (3e9, "3e+09")):
        cube = np.zeros((3, 3, 3), np.float32)
        cube[1, 1, 1] = value
        nib.save(nib.Nifti1Image(cube, np.eye(4)), tmp_path / "p.nii")
        assert run("volume", tmp_path / "p.nii", tmp_path / "p.nii") == 2
        assert f"has values such as {told}" in capsys.readouterr().err


def test_volumes_by_name_of_label(tmp_path):
    nifti(tmp_path / "p.nii.gz", block(slice(0, 4), slice(0, 4), slice(0, 4)))
    assert run("volume", tmp_path / "p.nii.gz", tmp_path / "p.nii.gz", "--labels", "hippocampus", "--json", tmp_path / "v.json") == 0  # fmt: skip
    body = json.loads((tmp_path / "v.json").read_text())
    assert list(body["per_label"]) == ["anterior", "posterior"] and body["dice"] == 1


def semantic_pair(path: Path, ours: object = ((7, 7),), theirs: object = ((7, 7),)) -> list[object]:
    png(path / "p" / "a.png", ours)
    png(path / "t" / "a.png", theirs)
    return ["semantic", path / "p", path / "t"]


def volume_pair(path: Path, ours: np.ndarray, affine: object) -> list[object]:
    nifti(path / "p" / "a.nii.gz", ours, affine)
    nifti(path / "t" / "a.nii.gz", block(slice(1, 5), slice(1, 5), slice(1, 5)))
    return ["volume", path / "p", path / "t"]


def panoptic_pair(path: Path, which: str, change) -> list[object]:
    ids = np.array([[5, 5, 0]])
    sides = {
        name: panoptic_side(path / name / f"{name}.json", ids, (Segment(5, 1),)) for name in ("ours", "truth")
    }
    rewrite(sides[which], change)
    return ["panoptic", sides["ours"], sides["truth"]]


def broken(words: list[object], path: Path) -> list[object]:
    cut(path)
    return words


def listing(path: Path, line: str) -> list[object]:
    (path / "a.txt").write_text(line)
    return ["instance", path, png(path / "t" / "a_gtFine_instanceIds.png", [[26001]], np.uint16).parent]


def coco_pair(path: Path, answer: object) -> list[object]:
    truth = {
        "images": [{"id": 1, "height": 4, "width": 4}],
        "annotations": [],
        "categories": [{"id": 3, "name": "c"}],
    }
    (path / "t.json").write_text(json.dumps(truth))
    (path / "p.json").write_text(json.dumps(answer))
    return ["instance", path / "p.json", path / "t.json"]


def coco_answer(**changes: object) -> list[dict]:
    code = {"size": [4, 4], "counts": [0, 16]}
    return [{"image_id": 1, "category_id": 3, "segmentation": code, "score": 0.5, **changes}]


SOLID = block(slice(1, 5), slice(1, 5), slice(1, 5))
MOVED = [[1, 0, 0, 4], [0, 1, 0, 0], [0, 0, 2.5, 0], [0, 0, 0, 1]]
NOISE = np.random.default_rng(0).integers(0, 2, (8, 8, 8))
BAD = {
    "sizes": (lambda p: semantic_pair(p, [[7, 7, 7]]), ["a: the prediction is (1, 3), the truth (1, 2)"]),
    "unknown id": (lambda p: semantic_pair(p, [[7, 77]]), ["a: ids [77] in the prediction", "cityscapes"]),
    "unknown truth": (lambda p: semantic_pair(p, theirs=[[7, 77]]), ["a: ids [77] in the truth"]),
    "colours": (lambda p: semantic_pair(p, np.zeros((1, 2, 3))), ["p/a.png is in colour"]),
    "truncated PNG": (lambda p: broken(semantic_pair(p, NOISE[0], NOISE[0]), p / "t" / "a.png"), ["t/a.png is damaged"]),
    "no folder": (lambda p: ["semantic", p / "none", p], ["none does not exist"]),
    "empty folder": (lambda p: ["semantic", *([p] * 2)], ["holds nothing to evaluate", ".png"]),
    "nothing in common": (lambda p: [*semantic_pair(p)[:2], png(p / "q" / "b.png", [[7]]).parent], ["1 of 1", "b.png"]),
    "one name twice": (lambda p: [*semantic_pair(p)[:2], png(p / "t" / "a_mask.png", [[7]]).parent], ["a_mask.png have one name"]),
    "unknown labels": (lambda p: [*semantic_pair(p), "--labels", "citscapes"], ["citscapes", "one of"]),
    "option of another task": (lambda p: [*semantic_pair(p), "--tolerance", "1"], ["--tolerance with semantic"]),
    "output": (lambda p: [*semantic_pair(p), "--json", p], ["is a folder"]),
    "PNG id not in JSON": (lambda p: panoptic_pair(p, "ours", lambda b: b["annotations"][0]["segments_info"].clear()), ["a.png: the prediction has ids [5] only in the map"]),
    "JSON id not in PNG": (lambda p: panoptic_pair(p, "truth", lambda b: b["annotations"][0]["segments_info"].append({"id": 8, "category_id": 1})), ["a.png: the truth has ids [8] only in the list"]),
    "category": (lambda p: panoptic_pair(p, "ours", lambda b: b["annotations"][0]["segments_info"][0].update(category_id=12)), ["category 12"]),
    "image twice": (lambda p: panoptic_pair(p, "ours", lambda b: b["annotations"].append(b["annotations"][0])), ["ours.json has two annotations of image_id 1"]),
    "truncated panoptic PNG": (lambda p: broken(panoptic_pair(p, "ours", dict), p / "truth" / "truth" / "a.png"), ["truth/a.png is damaged"]),
    "truncated JSON": (lambda p: broken(panoptic_pair(p, "ours", dict), p / "ours" / "ours.json"), ["ours.json is not JSON"]),
    "results of an unknown image": (lambda p: coco_pair(p, coco_answer(image_id=9)), ["p.json has predictions of image 9"]),
    "results of an unknown class": (lambda p: coco_pair(p, coco_answer(category_id=9)), ["p.json has predictions of category 9"]),
    "mask of another size": (lambda p: coco_pair(p, coco_answer(segmentation={"size": [2, 2], "counts": [0, 4]})), ["p.json, result 0", "[4, 4]"]),
    "broken mask": (lambda p: coco_pair(p, coco_answer(segmentation="?")), ["p.json, result 0: a broken segmentation"]),
    "run lengths that are too short": (lambda p: coco_pair(p, coco_answer(segmentation={"size": [4, 4], "counts": [0, 4]})), ["p.json, result 0: run lengths of 4 px", "16"]),
    "run lengths in words": (lambda p: coco_pair(p, coco_answer(segmentation={"size": [4, 4], "counts": [8, "8"]})), ["p.json, result 0: run lengths that are no whole numbers"]),
    "compressed ones": (lambda p: coco_pair(p, coco_answer(segmentation={"size": [4, 4], "counts": "04"})), ["p.json, result 0: run lengths of 4 px"]),
    "no results": (lambda p: coco_pair(p, {"a": 1}), ["p.json is no COCO result"]),
    "matte of another size": (lambda p: ["matte", *semantic_pair(p, [[0, 9, 9]])[1:]], ["a: the prediction is (1, 3)"]),
    "a score that is no number": (lambda p: listing(p, "a_0.png 26 nan"), ["a.txt, line 1", "nan"]),
    "no matte": (lambda p: ["matte", *semantic_pair(p, [[[9, 0, 0], [0, 0, 0]]])[1:]], ["p/a.png is no matte"]),
    "size of volumes": (lambda p: volume_pair(p, SOLID[:6], (1, 1, 2.5, 1)), ["a: the prediction is (6, 8, 8) voxels"]),
    "spacing": (lambda p: volume_pair(p, SOLID, (1, 1, 2, 1)), ["a: the prediction's spacing is 1 × 1 × 2 mm"]),
    "affine": (lambda p: volume_pair(p, SOLID, MOVED), ["a: the affines", "4 mm"]),
    "truncated NIfTI": (lambda p: broken(volume_pair(p, NOISE, (1, 1, 2.5, 1)), p / "p" / "a.nii.gz"), ["p/a.nii.gz is damaged"]),
    "organ unknown": (lambda p: [*volume_pair(p, SOLID * 9, (1, 1, 2.5, 1)), "--labels", "hippocampus"], ["p/a.nii.gz has ids [9]"]),
    "only background": (lambda p: ["volume", *([nifti(p / "z.nii", SOLID * 0)] * 2)], ["nothing but 0"]),
    "tolerance": (lambda p: [*volume_pair(p, SOLID, (1, 1, 2.5, 1)), "--tolerance", "-1"], ["0 mm or more"]),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line_that_names_the_file_and_exit_code_2(tmp_path, capsys, case):
    make, expected = BAD[case]
    assert run(*make(tmp_path)) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("error: ") and captured.err.count("\n") == 1 and captured.out == ""
    assert all(words in captured.err for words in expected), captured.err


def test_help_says_how_files_are_paired_and_loads_nothing_heavy():
    assert all(ending in DETAILS for ending in ENDINGS)
    code = "import sys\nimport core.cli\ntry: core.cli.main(['evaluate', '--help'])\nexcept SystemExit: pass\nprint([m for m in ('torch', 'cv2', 'numpy', 'nibabel', 'PIL') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]") and "X_gtFine_labelIds.png" in done.stdout


def test_an_evaluation_needs_no_network_library(semantic):
    code = f"import sys\nfrom core.cli import main\nprint(main(['evaluate', 'semantic', {str(semantic[0])!r}, {str(semantic[1])!r}]), 'torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split()[-2:] == ["0", "False"]
