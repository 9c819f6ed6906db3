"""The live view in a real browser, with the real network: its settings, its figures, its pictures."""

from __future__ import annotations

import re
import time

import numpy as np
import pytest
from PIL import Image

from demos.live.server import STREAM_PATH
from tests.e2e.fake_camera import camera_options, write_camera
from tests.e2e.live.watching import (
    KEEP_STREAMS,
    WAIT,
    choose,
    moves,
    numbers,
    room,
    stands_still,
    start,
    steepness,
    wait_for_room,
)


def test_a_stream_moves_is_processed_and_changes_while_it_runs(open_live, server_files):
    page = open_live()
    sockets: list[str] = []
    page.on("websocket", lambda s: sockets.append(s.url))
    files = sorted(p for p in server_files.rglob("*") if p.is_file())
    start(page)
    seen = numbers(page, count=30)
    assert len(seen) == 30, "it moves"
    steps = np.diff(seen)
    assert ((steps > 0) | (steps < -60)).all(), "frames come in order; after the last comes the first"
    assert re.search(r"\d+ frames a second · \d+ ms behind the camera", page.inner_text("#live-figures"))
    # Medians of parts: they add up to the median of the whole when no other program comes between, so not at every moment.
    page.wait_for_function(
        """() => { const figures = document.querySelector('#live-figures').dataset;
          const parts = ['held', 'encoded', 'wire', 'waited', 'worked', 'coded', 'decoded'];
          return Math.abs(parts.reduce((sum, part) => sum + Number(figures[part]), 0) / figures.latency - 1) < .35; }""",
        timeout=WAIT,
    )
    blurred = room(page)
    choose(page, "Colour")
    wait_for_room(page, lambda colour: np.abs(colour - (0, 177, 64)).max() < 30)
    choose(page, "Matte")
    wait_for_room(page, lambda colour: colour.max() < 60)
    choose(page, "Blurred")
    page.fill("#live-f-number input[type=number]", "16")
    page.keyboard.press("Enter")
    wait_for_room(page, lambda colour: colour.max() > 90)
    deadline = time.monotonic() + 30
    while steepness(room(page)) < 2 * steepness(blurred):
        assert time.monotonic() < deadline, "f/16 blurs less than f/2.8"
        time.sleep(0.2)
    moves(page)
    assert len([url for url in sockets if STREAM_PATH in url]) == 1, "all over one connection"
    assert sorted(p for p in server_files.rglob("*") if p.is_file()) == files, "nothing is written to disk"


def test_another_picture_behind_and_one_that_cannot_be_read(open_live, tmp_path):
    page = open_live()
    start(page)
    choose(page, "Picture")
    Image.new("RGB", (60, 50), (0, 0, 220)).save(tmp_path / "sea.png")
    field = "#live-image input[type=file]"
    page.set_input_files(field, str(tmp_path / "sea.png"))
    wait_for_room(page, lambda colour: np.abs(colour - (0, 0, 220)).max() < 30)
    (tmp_path / "bad.png").write_bytes(b"no picture")
    page.click("#live-image button[aria-label='Remove Image']")
    page.set_input_files(field, str(tmp_path / "bad.png"))
    page.wait_for_selector("text=This browser cannot open that picture", timeout=WAIT)
    page.wait_for_function("() => document.querySelector('#live-status').textContent === ''", timeout=WAIT)


def test_mirror_size_stop_and_start(open_live):
    page = open_live(script=KEEP_STREAMS)
    sockets: list[str] = []
    page.on("websocket", lambda s: sockets.append(s.url))
    start(page)
    transform = "() => getComputedStyle(document.querySelector('#live-canvas')).transform"
    assert page.evaluate(transform).startswith("matrix(-1")
    page.click("#live-mirror input")
    page.wait_for_function(
        "() => getComputedStyle(document.querySelector('#live-canvas')).transform === 'none'"
    )
    page.select_option("#live-resolution", "1280x720")
    page.wait_for_function("() => streams.length === 2", timeout=WAIT)
    assert page.evaluate("() => asked.at(-1).video.width.ideal") == 1280
    page.wait_for_function("() => document.querySelector('#live-status').textContent === ''", timeout=WAIT)
    moves(page)
    assert len([url for url in sockets if STREAM_PATH in url]) == 1, (
        "another size keeps the connection and its place"
    )
    page.click("#live-stop")
    page.wait_for_selector("text=The camera is off.", timeout=WAIT)
    assert page.is_hidden("#live-canvas"), "the last picture is not left behind the words"
    stands_still(page)
    start(page)
    moves(page)


def test_this_picture_can_be_saved(open_live, launch, tmp_path):
    nobody_moves = write_camera(tmp_path / "camera.y4m", frames=1)
    page = open_live(using=launch(*camera_options(nobody_moves)))
    start(page)
    pictures = []
    for mirrored in (True, False):
        page.set_checked("#live-mirror input", mirrored)
        shown = f"() => document.querySelector('#live-canvas').classList.contains('mirrored') === {str(mirrored).lower()}"
        page.wait_for_function(shown)
        with page.expect_download(timeout=WAIT) as waiting:
            page.click("#live-save")
        assert waiting.value.suggested_filename == "triptych-live.png"
        waiting.value.save_as(tmp_path / "saved.png")
        with Image.open(tmp_path / "saved.png") as saved:
            pictures.append(np.asarray(saved.convert("RGB"), float))
    assert pictures[0].shape == pictures[1].shape == (480, 640, 3)
    same, flipped = (
        np.abs(pictures[0] - pictures[1]).mean(),
        np.abs(pictures[0] - pictures[1][:, ::-1]).mean(),
    )
    assert same > 20 and flipped < 3


@pytest.mark.parametrize("path,width", [("/", 390), ("/ko/", 390), ("/ko/", 1280)])
def test_on_a_phone_and_in_korean(open_live, path, width):
    page = open_live(path, viewport={"width": width, "height": 844})
    start(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    said = page.inner_text("#live .status")
    assert ("초당" in said) == (path == "/ko/") and ("frames" in said) == (path == "/")
