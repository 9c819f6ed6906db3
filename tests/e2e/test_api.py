"""A program asks the real server by name, through Gradio's own client, and gets what core gives."""

from __future__ import annotations

import runpy
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import nibabel as nib
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from core.driving.street import StreetScene
from core.labels import get_label_set
from core.media.images import read_image, write_image
from core.medical.phantom import draw_head
from core.medical.report import make_report
from core.medical.tasks import get_task, segment
from core.medical.volume import read_volume
from core.portrait.effect import Effect
from core.portrait.photo import PortraitPhoto
from core.segmenter import load_segmenter
from demos.portrait.example import example_photo


@pytest.fixture(scope="module")
def given(tmp_path_factory) -> SimpleNamespace:
    """A photo, a frame and a scan as files."""
    folder = tmp_path_factory.mktemp("given")
    Image.fromarray(example_photo().pixels).save(folder / "me.png")
    Image.fromarray(StreetScene(3).frame(512, 256).image).save(folder / "street.png")
    head = draw_head((40, 48, 50), (5.0, 5.0, 5.0), seed=1).volume("CT")
    nib.save(nib.Nifti1Image(head.data, head.affine), folder / "head.nii.gz")
    return SimpleNamespace(photo=folder / "me.png", frame=folder / "street.png", scan=folder / "head.nii.gz")


@pytest.fixture(scope="module")
def asked(server, given, tmp_path_factory) -> Iterator[SimpleNamespace]:
    """All that the README's lines leave in their variables."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gradio_client.client.DEFAULT_TEMP_DIR", str(tmp_path_factory.mktemp("answers")))
        patch.setattr(sys, "argv", ["api_snippet.py", *map(str, vars(given).values()), server])
        left = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("api_snippet.py"))))
    yield left
    left.triptych.close()


@pytest.fixture
def client(server, tmp_path):
    made = Client(server, download_files=tmp_path, verbose=False)
    yield made
    made.close()


def test_a_photo_is_blurred_as_core_blurs_it(asked, given, tmp_path):
    assert Path(asked.blurred).name == "me-blur.jpg"
    photo = read_image(given.photo)
    picture = PortraitPhoto(photo.pixels, load_segmenter("portrait-fine")).render(Effect(f_number=1.8))
    ours = read_image(write_image(tmp_path / "ours.jpg", picture, like=photo)).pixels
    theirs = read_image(asked.blurred).pixels
    assert theirs.shape == ours.shape
    assert np.abs(theirs.astype(int) - ours).mean() < 0.1


def test_a_frame_is_parsed_as_core_parses_it(asked, given):
    city = get_label_set("cityscapes")
    assert [Path(p).name for p in (asked.label_ids, asked.overlay)] == ["street_labelIds.png", "street_overlay.png"]  # fmt: skip
    ids = np.asarray(Image.open(asked.label_ids))
    ours = load_segmenter("driving-fast").semantic(read_image(given.frame).pixels).semantic().ids
    assert ids.shape == (256, 512) and (ids == ours).mean() > 0.999
    assert np.asarray(Image.open(asked.overlay)).shape == (256, 512, 3)
    shares = {row["name"]: row["share"] for row in asked.report["classes"]}
    assert shares == pytest.approx(
        {city.by_id(int(i)).name: (ids == i).mean() for i in np.unique(ids)}, abs=1e-6
    )
    assert asked.report["road_scene"] is True and asked.report["weights"] == "driving-fast"


def test_a_volume_is_segmented_as_core_segments_it(asked, given):
    finding = segment(read_volume(given.scan), get_task("ct-tissues"))
    mask = nib.load(asked.mask)
    assert np.array_equal(np.asarray(mask.dataobj), np.asarray(finding.mask().ids))
    assert np.array_equal(mask.affine, nib.load(given.scan).affine)
    ours = make_report(finding)
    assert asked.volumes["labels"] == ours["labels"] and asked.volumes["warnings"] == ours["warnings"]
    assert sum(row["ml"] for row in asked.volumes["labels"]) > 100


def test_other_settings_and_a_pair_of_files(client, given, tmp_path):
    cut = client.predict(handle_file(given.photo), output="cutout", keep=[[0.5, 0.5]], api_name="/portrait")
    assert Path(cut).name == "me-cutout.png" and Image.open(cut).mode == "RGBA"
    scan = nib.load(given.scan)
    nib.save(nib.Nifti1Pair(np.asarray(scan.dataobj), scan.affine), tmp_path / "pair.hdr")
    _, report = client.predict(
        handle_file(tmp_path / "pair.hdr"), voxels=handle_file(tmp_path / "pair.img"), api_name="/medical"
    )
    assert report["scan"]["file"] == "pair.hdr" and report["scan"]["shape"] == [40, 48, 50]


@pytest.mark.parametrize(
    "name, first, more, told",
    [
        ("/portrait", "scan", {}, "head.nii.gz is not a photo: expected a JPEG"),
        ("/portrait", "photo", {"f_number": 0.1}, "f-number 0.1: expected a number from 0.7 to 64"),
        ("/portrait", "photo", {"output": "halo"}, "output 'halo': expected one of blur, matte"),
        ("/portrait", "photo", {"output": "image"}, "no background picture"),
        ("/portrait", "photo", {"keep": [0.5, 0.5]}, "expected a list of points"),
        ("/portrait", "photo", {"keep": [[2, 0]]}, "expected x and y from 0 to 1"),
        ("/portrait", "photo", {"weights": "driving-fast"}, "expected weights of task matte"),
        ("/driving", "frame", {"opacity": 3}, "an opacity of 3: expected a number from 0 to 1"),
        ("/driving", "frame", {"view": "x-ray"}, "no view is called 'x-ray'"),
        ("/medical", "photo", {}, "me.png is not a NIfTI file"),
        ("/medical", "scan", {"task": "nose"}, "no task is called 'nose': expected one of"),
        ("/medical", "scan", {"part": "left"}, "ct-tissues has no parts"),
    ],
)
def test_what_is_wrong_is_told(client, given, name, first, more, told):
    with pytest.raises(AppError) as caught:
        client.predict(handle_file(getattr(given, first)), **more, api_name=name)
    assert told in str(caught.value) and "&#" not in str(caught.value)


def test_what_is_wrong_is_told_in_korean(server, given):
    korean = Client(f"{server}/ko/", download_files=False, verbose=False)
    with pytest.raises(AppError, match=r"head\.nii\.gz 파일은 사진이 아닙니다"):
        korean.predict(handle_file(given.scan), api_name="/portrait")
    korean.close()


def test_the_api_names_these_three_and_describes_them(client):
    api = client.view_api(return_format="dict")
    assert sorted(api["named_endpoints"]) == ["/driving", "/medical", "/portrait"]
    assert api["unnamed_endpoints"] == {}
    assert all(len(told["description"]) > 100 for told in api["named_endpoints"].values())


def test_results_are_gone_with_the_session(server, server_files, given, tmp_path):
    before = set(server_files.rglob("pages/results/*/*"))
    client = Client(server, download_files=tmp_path, verbose=False)
    client.predict(handle_file(given.frame), api_name="/driving")
    made = set(server_files.rglob("pages/results/*/*")) - before
    assert {path.name for path in made} == {"street_labelIds.png", "street_overlay.png"}
    client.close()
    for _ in range(600):
        if not any(path.exists() for path in made):
            return
        time.sleep(0.1)
    pytest.fail(f"still there: {made}")
