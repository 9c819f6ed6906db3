"""The live view in a real browser, with the real network and a camera whose frames carry their number."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import threading
import time
from urllib.parse import urlparse

import numpy as np
import pytest
from PIL import Image
from websockets.sync.client import ClientConnection, connect

from demos.live.server import STREAM_PATH, STREAMS
from tests.e2e.fake_camera import READ_NUMBER, camera_options, write_camera

WAIT = 60_000

# Keeps what the page gets from the browser, to pull its cable out later.
KEEP_STREAMS = """
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
window.streams = [], window.asked = [];
navigator.mediaDevices.getUserMedia = async (wish) => { asked.push(wish); const s = await ask(wish); streams.push(s); return s; };
"""
UNPLUG = """() => { const track = streams.at(-1).getVideoTracks()[0];
  track.stop(); track.dispatchEvent(new Event('ended')); }"""


@pytest.fixture(scope="module")
def camera(launch, tmp_path_factory):
    """A browser with a camera."""
    return launch(*camera_options(write_camera(tmp_path_factory.mktemp("camera") / "camera.y4m")))


@pytest.fixture
def open_live(open_page, camera):
    """As ``open_page``, in front of the live tab."""

    def make(path: str = "/", using=camera, **options):
        page = open_page(path, using, **options)
        page.click(f"button[role=tab]:has-text('{'라이브' if path == '/ko/' else 'Live'}')")
        page.wait_for_selector("#live-start", timeout=WAIT)
        return page

    return make


def start(page) -> None:
    """Start the camera and see the first processed frames."""
    page.evaluate("() => { delete document.querySelector('#live-figures').dataset.rate }")
    page.click("#live-start")
    page.wait_for_function("() => document.querySelector('#live-figures').dataset.rate > 0", timeout=WAIT)


def numbers(page, count: int = 1000, seconds: float = 60) -> list[int]:
    """The numbers of the next ``count`` different frames that are shown, or of those within so many seconds."""
    return page.evaluate(
        f"""async ([count, seconds]) => {{ const read = {READ_NUMBER}, seen = [];
        const canvas = document.querySelector('#live-canvas'), end = performance.now() + 1000 * seconds;
        while (seen.length < count && performance.now() < end) {{
          const number = read(canvas, canvas.width, canvas.height);
          if (number >= 0 && number !== seen.at(-1)) seen.push(number);
          await new Promise(requestAnimationFrame);
        }}
        return seen; }}""",
        [count, seconds],
    )


def moves(page) -> None:
    """Fails unless new frames appear."""
    assert len(numbers(page, count=4)) == 4, page.inner_text("#live .status")


def stands_still(page) -> None:
    """Fails if new frames appear; what was under way may still come."""
    numbers(page, seconds=0.5)
    assert len(numbers(page, seconds=1.5)) <= 1


def room(page) -> np.ndarray:
    """What is shown left of the person, below the number: float (H, W, 3)."""
    values = page.evaluate(
        """() => { const seen = document.querySelector('#live-canvas'), copy = new OffscreenCanvas(32, 340);
        const brush = copy.getContext('2d'); brush.drawImage(seen, 0, 120, 32, 340, 0, 0, 32, 340);
        return [...brush.getImageData(0, 0, 32, 340).data] }"""
    )
    return np.array(values, float).reshape(340, 32, 4)[..., :3]


def middle_colour(page) -> np.ndarray:
    return np.median(room(page).reshape(-1, 3), axis=0)


def steepness(picture: np.ndarray) -> float:
    """How fast brightness changes at its stripes' edges."""
    return float(np.percentile(np.abs(np.diff(picture[..., 1], axis=0)), 95))


def wait_for_room(page, is_there, timeout: float = 30) -> None:
    deadline = time.monotonic() + timeout
    while not is_there(colour := middle_colour(page)):
        assert time.monotonic() < deadline, colour
        time.sleep(0.2)


def choose(page, label: str) -> None:
    page.click(f"#live-output label:has-text('{label}')")


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


def test_a_camera_unplugged_and_back(open_live):
    page = open_live(script=KEEP_STREAMS)
    start(page)
    page.evaluate(UNPLUG)
    page.wait_for_selector("text=The camera was unplugged", timeout=WAIT)
    stands_still(page)
    page.evaluate("() => navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    moves(page)
    assert page.inner_text("#live-status") == ""


def test_a_camera_stopped_by_hand_does_not_come_back_by_itself(open_live):
    page = open_live(script=KEEP_STREAMS)
    start(page)
    page.evaluate(UNPLUG)
    page.wait_for_selector("text=The camera was unplugged", timeout=WAIT)
    page.click("#live-start")
    moves(page)
    page.click("#live-stop")
    page.wait_for_selector("text=The camera is off.", timeout=WAIT)
    page.evaluate("() => navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    stands_still(page)
    assert page.evaluate("() => streams.every((s) => s.getTracks().every((t) => t.readyState === 'ended'))")


def test_permission_denied(open_live, launch):
    deaf = launch("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream=deny")
    page = open_live(using=deaf)
    page.click("#live-start")
    page.wait_for_selector("text=does not let this page use the camera", timeout=WAIT)
    assert page.is_visible("#live-start"), "and it can be tried again"


def test_no_camera(open_live, browser):
    page = open_live(using=browser)
    page.click("#live-start")
    page.wait_for_selector("text=No camera was found", timeout=WAIT)


def test_a_camera_in_use(open_live):
    page = open_live(
        script="navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotReadableError') }"
    )
    page.click("#live-start")
    page.wait_for_selector("text=in use by another program", timeout=WAIT)


def test_a_page_that_is_neither_https_nor_localhost(open_live, launch, server):
    far = launch("--host-resolver-rules=MAP triptych.test 127.0.0.1")
    page = open_live(using=far, address=f"http://triptych.test:{urlparse(server).port}")
    page.click("#live-start")
    page.wait_for_selector("text=only to pages on https or on this machine", timeout=WAIT)


class Visitor:
    """A program that holds, or waits for, a place on the server."""

    def __init__(self, wire: ClientConnection) -> None:
        self.wire = wire

    def hears(self, kind: str, seconds: float = 30) -> dict:
        """The next message of this kind."""
        deadline = time.monotonic() + seconds
        while (message := json.loads(self.wire.recv(deadline - time.monotonic())))["type"] != kind:
            pass
        return message


@pytest.fixture
def visitor(server):
    with contextlib.ExitStack() as wires:
        url = server.replace("http", "ws") + STREAM_PATH
        yield lambda: Visitor(wires.enter_context(connect(url, compression=None)))


def test_a_full_server_says_how_many_wait_and_begins_by_itself(open_live, visitor):
    page = open_live()
    inside = [visitor() for _ in range(STREAMS)]
    for one in inside:
        one.hears("ready")
    before = visitor()
    before.hears("waiting")
    page.click("#live-start")
    page.wait_for_selector(f"text=All {STREAMS} places are taken; 1 waiting before you", timeout=WAIT)
    inside[0].wire.close()
    before.hears("ready")
    page.wait_for_selector(f"text=All {STREAMS} places are taken; 0 waiting before you", timeout=WAIT)
    inside[1].wire.close()
    moves(page)
    assert page.inner_text("#live-status") == ""


@pytest.mark.parametrize("how", ["closed", "left", "stopped"])
def test_a_page_that_goes_frees_its_place(open_live, visitor, how):
    page = open_live()
    start(page)
    for _ in range(STREAMS - 1):
        visitor().hears("ready")
    waiting = visitor()
    waiting.hears("waiting")
    {
        "closed": page.close,
        "left": lambda: page.goto("about:blank"),
        "stopped": lambda: page.click("#live-stop"),
    }[how]()
    waiting.hears("ready", 10)


class Cable:
    """A TCP proxy in front of the server that can be cut and joined."""

    def __init__(self, port: int) -> None:
        self._target, self._wires, self.cut, self.silent = port, [], False, False
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            if self.cut:
                near.close()
                continue
            far = socket.create_connection(("127.0.0.1", self._target))
            self._wires += [near, far]
            for a, b in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=(a, b), daemon=True).start()

    def _pass_on(self, a: socket.socket, b: socket.socket) -> None:
        try:
            while data := a.recv(65536):
                if not self.silent:
                    b.sendall(data)
        except OSError:
            pass
        for wire in (a, b):
            with contextlib.suppress(OSError):  # its other end was first
                wire.shutdown(socket.SHUT_RDWR)

    def pull(self) -> None:
        self.cut = True
        for wire in self._wires:
            with contextlib.suppress(OSError):  # its other end was first
                wire.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.pull()
        self._listening.close()


def test_a_lost_connection_is_told_and_comes_back_by_itself(open_live, server):
    cable = Cable(urlparse(server).port)
    try:
        page = open_live(address=f"http://127.0.0.1:{cable.port}")
        sockets: list[str] = []
        page.on("websocket", lambda s: sockets.append(s.url))
        start(page)
        cable.pull()
        page.wait_for_selector("text=The connection is lost; trying again", timeout=WAIT)
        choose(page, "Colour")
        page.wait_for_timeout(3000)
        assert 2 <= len(sockets) <= 6, "it tries again, at growing intervals"
        cable.cut = False
        wait_for_room(page, lambda colour: np.abs(colour - (0, 177, 64)).max() < 30)
        assert page.inner_text("#live-status") == ""
        # What Gradio would load the page anew for, and the live view would be gone.
        found = "() => fetch('gradio_api/app_id').then((answer) => answer.ok, () => false)"
        assert not page.evaluate(found)
        page.click("#live-stop")
        assert page.evaluate(found)
    finally:
        cable.close()


def test_a_connection_that_falls_silent_is_given_up(open_live, server):
    """As when a laptop changes its network: nobody closes anything."""
    cable = Cable(urlparse(server).port)
    try:
        page = open_live(address=f"http://127.0.0.1:{cable.port}")
        page.evaluate("() => { document.querySelector('#live').dataset.patience = 6000 }")
        start(page)
        cable.silent = True
        page.wait_for_function(
            "() => document.querySelector('#live-figures').textContent === ''", timeout=WAIT
        )
        assert page.inner_text("#live-status") == "", "not yet"
        page.wait_for_selector("text=The connection is lost; trying again", timeout=WAIT)
        cable.pull()
        cable.silent = cable.cut = False
        moves(page)
    finally:
        cable.close()


def test_a_camera_that_nobody_looks_at_is_switched_off(open_live):
    page = open_live(script=KEEP_STREAMS + "window.later = 0; const real = performance.now.bind(performance);"
                     "performance.now = () => real() + later;")  # fmt: skip
    start(page)
    page.click("button[role=tab]:has-text('Photo')")
    page.wait_for_timeout(500)
    assert page.evaluate("() => streams[0].getTracks()[0].readyState") == "live", (
        "a glance elsewhere is no end"
    )
    page.evaluate("() => { window.later = 61000 }")
    page.wait_for_function("() => streams[0].getTracks()[0].readyState === 'ended'", timeout=WAIT)
    page.click("button[role=tab]:has-text('Live')")
    page.wait_for_selector("text=nobody looked at it for a minute", timeout=WAIT)
    page.evaluate("() => { window.later = 0 }")
    start(page)
    moves(page)


@pytest.mark.parametrize("path,width", [("/", 390), ("/ko/", 390), ("/ko/", 1280)])
def test_on_a_phone_and_in_korean(open_live, path, width):
    page = open_live(path, viewport={"width": width, "height": 844})
    start(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    said = page.inner_text("#live .status")
    assert ("초당" in said) == (path == "/ko/") and ("frames" in said) == (path == "/")
