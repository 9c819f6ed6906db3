"""What the live view's tests do with its page: start it, read its frames, look at what is shown."""

from __future__ import annotations

import time

import numpy as np

from tests.e2e.fake_camera import READ_NUMBER

WAIT = 60_000

# Keeps what the page gets from the browser, to pull its cable out later.
KEEP_STREAMS = """
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
window.streams = [], window.asked = [];
navigator.mediaDevices.getUserMedia = async (wish) => { asked.push(wish); const s = await ask(wish); streams.push(s); return s; };
"""
UNPLUG = """() => { const track = streams.at(-1).getVideoTracks()[0];
  track.stop(); track.dispatchEvent(new Event('ended')); }"""


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
