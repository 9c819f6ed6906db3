"""The medical panel in a real browser: a drawn head, a network whose answer is known, files of one's own."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import nibabel as nib
import numpy as np
import pytest
from fastapi import FastAPI

from core.medical.phantom import draw_head
from core.medical.tasks import get_task, segment
from core.medical.volume import read_volume
from demos.medical import examples, work
from demos.medical.panel import build_medical_tab
from demos.medical.server import medical_router
from demos.medical.visits import Visits
from tests.core.medical.tiny import bright_network
from tests.e2e.pages import watched_pages
from tests.e2e.panels import panel_alone

WAIT = 120_000
SOFTWARE_3D = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")


@pytest.fixture(scope="module")
def visits() -> Visits:
    return Visits()


@pytest.fixture(scope="module")
def clinic(tmp_path_factory, visits) -> Iterator[str]:
    """Address of a server with the medical tab alone, in both languages; the first head is a coarse one."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("clinic")
        patch.setenv("TRIPTYCH_WEIGHTS", str(folder / "weights"))
        patch.setenv("TRIPTYCH_CACHE", str(folder / "cache"))
        patch.setattr(examples, "SHAPE", (50, 60, 62))
        patch.setattr(examples, "SPACING", (4.0, 4.0, 4.0))
        patch.setattr(work, "_subjects", {})
        examples.drawn_head.cache_clear()
        bright = {"kind": "percentile", "low": 0.5, "high": 99.5}
        bright_network(folder / "weights", "brain", "brain", ids=[0, 1, 1], intensity=bright)
        app = FastAPI()
        app.include_router(medical_router(visits))

        def build(w: dict[str, str]) -> None:
            with gr.Tab(w["md_tab"]):
                build_medical_tab(w)

        with panel_alone(app, build) as address:
            yield address
        examples.drawn_head.cache_clear()


@pytest.fixture
def open_clinic(browser, clinic) -> Iterator:
    """``open_clinic(path="/", using=browser, **context options)``: the page once the first head is shown.

    No script may fail, and no request may leave this machine.
    """
    with watched_pages(browser) as visit:

        def make(path: str = "/", using=browser, **options):
            page = visit(clinic + path, using, **options)
            page.wait_for_selector("#medical[data-state=shown]", timeout=WAIT)
            settle(page)
            return page

        yield make


def settle(page) -> None:
    """Until nothing is worked on and what changed is painted."""
    page.wait_for_selector(".md-progress", state="hidden", timeout=WAIT)
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def token(page) -> str:
    return page.get_attribute("#medical", "data-token")


def upload(page, *paths: Path) -> None:
    """Open files and wait until they are shown."""
    before = token(page)
    page.set_input_files("[data-scan-files]", [str(path) for path in paths])
    page.wait_for_function(
        "before => document.getElementById('medical').dataset.token !== before", arg=before, timeout=WAIT
    )
    settle(page)


def picture(page, plane: str, layer: str = "canvas") -> str:
    return page.eval_on_selector(f"[data-plane={plane}] {layer}", "(canvas) => canvas.toDataURL()")


def number(page, plane: str) -> int:
    return int(re.search(r"\d+", page.inner_text(f"[data-plane={plane}] .md-number"))[0])


def place(page) -> list[float]:
    """The crosshair in mm, as told below the planes."""
    page.mouse.move(5, 5)
    told = page.inner_text(".md-readout").split("·")[1].replace("mm", "").replace("−", "-")
    return [float(v) for v in told.split(",")]


@pytest.fixture(scope="module")
def ct(tmp_path_factory) -> Path:
    affine = np.diag([-6.0, 6, 6, 1])  # stored from right to left
    affine[:3, 3] = (105, -125, -140)
    path = tmp_path_factory.mktemp("ct") / "my head.nii.gz"
    nib.save(nib.Nifti1Image(draw_head((36, 40, 42), affine=affine, seed=2).image("CT"), affine), path)
    return path


def test_the_first_screen_has_a_result_and_says_what_it_is(open_clinic):
    page = open_clinic()
    text = page.inner_text("#medical")
    assert "Research use only, not a medical device." in text and "Drawn by this program" in text
    assert page.inner_text("[data-name]") == "Drawn head, T1"
    row = page.locator(".md-legend tr[data-label=brain]")
    assert float(row.locator(".md-ml").inner_text().replace("\u2009", "")) > 100
    assert 0 < float(row.locator(".md-dice").inner_text()) < 1, "against what the head was drawn from"
    assert "what the head was drawn from" in text
    box = page.locator("[data-plane=axial] canvas").first.bounding_box()
    assert box["y"] + 150 < 900, "it stands on the first screen"
    pictures = {picture(page, plane) for plane in ("axial", "coronal", "sagittal")}
    assert len(pictures) == 3


def test_the_wheel_moves_a_slice_and_the_others_crosshair(open_clinic):
    page = open_clinic()
    before = number(page, "axial"), place(page)
    base, cross = picture(page, "coronal"), picture(page, "coronal", ".md-cross")
    axial = picture(page, "axial")
    page.hover("[data-plane=axial] canvas")
    page.mouse.wheel(0, -100)
    settle(page)
    assert number(page, "axial") == before[0] + 1
    assert picture(page, "axial") != axial, "another slice"
    assert picture(page, "coronal") == base and picture(page, "coronal", ".md-cross") != cross
    assert place(page)[2] == before[1][2] + 4.0
    page.mouse.move(5, 5)
    # A click in one plane moves both others.
    sagittal, coronal = number(page, "sagittal"), number(page, "coronal")
    page.click("[data-plane=axial] canvas >> nth=0", position={"x": 120, "y": 90})
    settle(page)
    assert number(page, "sagittal") != sagittal and number(page, "coronal") != coronal


def test_keys_move_slices(open_clinic):
    page = open_clinic()
    page.focus("[data-plane=sagittal] canvas")
    start = number(page, "sagittal")
    for key, moved in (
        ("ArrowUp", 1),
        ("ArrowRight", 2),
        ("ArrowDown", 1),
        ("PageUp", 11),
        ("Home", 1 - start),
        ("End", 50 - start),
    ):
        page.keyboard.press(key)
        settle(page)
        assert number(page, "sagittal") == start + moved, key


def test_both_conventions_put_the_patients_left_where_they_say(open_clinic):
    page = open_clinic()
    spot = {"x": 60, "y": 150}
    page.click("[data-plane=axial] canvas >> nth=0", position=spot)
    settle(page)
    assert place(page)[0] > 0, "radiological: the patient's right is on the left of the picture"
    old = picture(page, "axial"), picture(page, "sagittal")
    page.click("[data-convention=neurological]")
    page.click("[data-plane=axial] canvas >> nth=0", position=spot)
    settle(page)
    assert place(page)[0] < 0 and picture(page, "axial") != old[0]


def test_a_label_can_be_hidden(open_clinic):
    page = open_clinic()
    shown = picture(page, "axial")
    page.uncheck(".md-legend tr[data-label=brain] input")
    settle(page)
    hidden = picture(page, "axial")
    page.click("[data-show=none]")
    settle(page)
    assert hidden != shown and picture(page, "axial") == hidden, "nothing but the scan is left"
    page.click("[data-show=mask]")
    page.click("[data-all='1']")
    settle(page)
    assert picture(page, "axial") == shown


def test_uncertainty_errors_and_outlines_are_pictures_of_their_own(open_clinic):
    page = open_clinic()
    seen = {"mask": picture(page, "axial")}
    for kind in ("uncertainty", "errors", "none"):
        page.click(f"[data-show={kind}]")
        settle(page)
        seen[kind] = picture(page, "axial")
    page.click("[data-show=mask]")
    page.uncheck("[data-outline]")
    settle(page)
    seen["filled"] = picture(page, "axial")
    assert seen["uncertainty"] == seen["none"], "a network of single voxels says the same along every plane"
    assert len(set(seen.values())) == 4


def test_a_scan_of_ones_own(open_clinic, ct, tmp_path):
    page = open_clinic()
    upload(page, ct)
    assert page.inner_text("[data-name]") == "my head.nii.gz"
    found = segment(read_volume(ct), get_task("ct-tissues"))
    bone = page.locator(".md-legend tr[data-label=bone] .md-ml").inner_text()
    assert float(bone.replace("\u2009", "")) == round(found.mask().volumes_ml()["bone"])
    assert " HU" in page.inner_text(".md-readout")
    look = picture(page, "axial")
    page.click("[data-window=bone]")
    settle(page)
    assert (page.input_value("[data-level]"), page.input_value("[data-width]")) == ("400", "1800")
    assert picture(page, "axial") != look
    page.fill("[data-width]", "900")
    page.keyboard.press("Enter")
    settle(page)
    assert page.get_attribute("[data-window=bone]", "aria-pressed") == "false"
    # Dragging with the right button: wider to the right.
    box = page.locator("[data-plane=axial] canvas").first.bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down(button="right")
    page.mouse.move(box["x"] + 180, box["y"] + 100, steps=3)
    page.mouse.up(button="right")
    settle(page)
    assert float(page.input_value("[data-width]")) > 900
    with page.expect_download(timeout=WAIT) as waiting:
        page.click("[data-file=mask]")
    assert waiting.value.suggested_filename == "my head-ct-tissues.nii.gz".replace(" ", "-")
    waiting.value.save_as(tmp_path / "mask.nii.gz")
    mask = nib.load(tmp_path / "mask.nii.gz")
    assert np.array_equal(np.asarray(mask.dataobj), found.mask().ids)
    with page.expect_download(timeout=WAIT) as waiting:
        page.click("[data-file=report]")
    waiting.value.save_as(tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_text())["notice"].startswith("Research use only")


def test_a_ground_truth_gives_scores_and_a_picture_of_errors(open_clinic, ct, tmp_path):
    page = open_clinic()
    upload(page, ct)
    found = segment(read_volume(ct), get_task("ct-tissues"))
    found.mask().save(tmp_path / "truth.nii.gz", found.volume.grid.header)
    before = picture(page, "coronal")
    page.set_input_files("[data-truth-files]", str(tmp_path / "truth.nii.gz"))
    page.wait_for_selector(".md-legend .md-dice", timeout=WAIT)
    settle(page)
    row = page.locator(".md-legend tr[data-label=bone]")
    assert (row.locator(".md-dice").inner_text(), row.locator(".md-hd95").inner_text()) == ("1.000", "0.0")
    assert (
        page.get_attribute("[data-show=errors]", "aria-pressed") == "true"
        and picture(page, "coronal") != before
    )


def test_bad_files_are_told_and_the_last_result_stays(open_clinic, ct, tmp_path):
    for path, text in (("/", "is not a NIfTI file"), ("/ko/", "notes.nii 파일은 NIfTI가 아닙니다")):
        page = open_clinic(path)
        upload(page, ct)
        before = token(page), picture(page, "axial")
        (tmp_path / "notes.nii").write_text("no scan at all")
        page.set_input_files("[data-scan-files]", str(tmp_path / "notes.nii"))
        page.wait_for_selector(f".md-error:has-text('{text}')", timeout=WAIT)
        settle(page)
        assert (token(page), picture(page, "axial")) == before
        page.click("[data-run]")  # and still answers
        page.wait_for_selector(".md-error", state="hidden", timeout=WAIT)
        settle(page)


def test_a_series_has_time_points(open_clinic, tmp_path):
    data = draw_head((24, 26, 28), (9.0, 9.0, 9.0)).image("CT")
    nib.save(nib.Nifti1Image(np.stack([data, data + 100], -1), np.diag([9.0, 9, 9, 1])), tmp_path / "two.nii")
    page = open_clinic()
    assert page.is_hidden("[data-time]")
    upload(page, tmp_path / "two.nii")
    value = float(re.search(r"[−\d]+", page.inner_text(".md-readout"))[0].replace("−", "-"))
    page.select_option("[data-time] select", "1")
    page.wait_for_function(
        "was => parseFloat(document.querySelector('.md-readout span').textContent.replace('−', '-')) === was + 100",
        arg=value, timeout=WAIT,
    )  # fmt: skip


def test_one_slice_alone_shows_probabilities(open_clinic):
    page = open_clinic()
    whole = picture(page, "axial")
    page.click(".md-one summary")
    page.click("[data-slice=axial]")
    page.wait_for_selector("[data-maps] button >> nth=2", timeout=WAIT)
    settle(page)
    assert re.match("Axial slice 32, .* ms. Probability of:", page.inner_text("[data-one]"))
    mask = picture(page, "axial")
    page.click("[data-maps] button:has-text('brain')")
    settle(page)
    assert len({whole, mask, picture(page, "axial")}) == 3
    page.focus("[data-plane=axial] canvas")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    settle(page)
    assert picture(page, "axial") == whole, "another slice ends it"


def test_the_surface_turns(open_clinic, launch):
    page = open_clinic(using=launch(*SOFTWARE_3D))
    page.click(".md-make")
    page.wait_for_selector("[data-surface][data-state=shown]", timeout=WAIT)
    canvas = page.locator("[data-surface] canvas")
    seen = canvas.evaluate("(c) => c.toDataURL()")
    empty = canvas.evaluate(
        "(c) => Object.assign(document.createElement('canvas'), { width: c.width, height: c.height }).toDataURL()"
    )
    assert seen != empty
    canvas.press("ArrowLeft")
    settle(page)
    assert canvas.evaluate("(c) => c.toDataURL()") != seen


def test_leaving_the_page_deletes_what_was_uploaded(open_clinic, visits, ct):
    page = open_clinic()
    upload(page, ct)
    visit = visits.get(token(page))
    assert visit is not None and visit.folder.exists()
    page.goto("about:blank")
    deadline = time.monotonic() + 60
    while visit.folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not visit.folder.exists() and visits.get(visit.token) is None


def test_korean_on_a_phone(open_clinic):
    page = open_clinic("/ko/", viewport={"width": 360, "height": 780})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    text = page.inner_text("#medical")
    assert "연구용입니다. 의료기기가 아닙니다." in text and "뇌" in text and "그린 머리" in text
    assert not re.search("slice|window|label|show|drawn|choose", text, re.IGNORECASE)
    label = page.get_attribute("[data-plane=axial] canvas", "aria-label")
    assert "축상면" in label
