"""A browser before a live page, and a probe in it that compares what the camera gave with what is shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from tests.e2e.browser import BROWSER_OPTIONS, find_browser
from tests.e2e.fake_camera import READ_NUMBER, camera_options

WAIT = 120_000  # ms; a network may have to be compiled first
PARTS = ("held", "encoded", "wire", "waited", "coded", "worked", "decoded")
"""Where the page's script says a frame's time went, in its order; ``worked`` is network and effect."""

# A second track of the same camera tells when each number was captured; every repaint, what is shown is read.
# A number that the second track skipped in this loop of the camera still has its time of the loop before.
_LOOP_MS = 9500
_PROBE = f"""async ([selector, width, height]) => {{
  const read = {READ_NUMBER};
  const video = document.createElement('video');
  Object.assign(video, {{ muted: true, playsInline: true }});
  video.srcObject = await navigator.mediaDevices.getUserMedia({{ video: {{ width, height, frameRate: 30 }} }});
  await video.play();
  const captured = new Map();
  const onFrame = (at, about) => {{
    video.requestVideoFrameCallback(onFrame);
    const number = read(video, video.videoWidth, video.videoHeight);
    if (number >= 0) captured.set(number, about.captureTime ?? at);
  }};
  video.requestVideoFrameCallback(onFrame);
  let began = performance.now(), latencies = [], shown = 0, parts = [], last = -1;
  const onPaint = () => {{
    requestAnimationFrame(onPaint);
    const seen = document.querySelector(selector);
    const [w, h] = [seen?.naturalWidth ?? seen?.width ?? 0, seen?.naturalHeight ?? seen?.height ?? 0];
    if (!w || !h) return;
    const number = read(seen, w, h);
    if (number < 0 || number === last) return;
    last = number;
    shown += 1;
    const age = performance.now() - (captured.get(number) ?? -Infinity);
    if (age < {_LOOP_MS}) latencies.push(age);
  }};
  requestAnimationFrame(onPaint);
  setInterval(() => {{
    const told = document.querySelector('#live-figures')?.dataset;
    if (told?.latency) parts.push({{ ...told }});
  }}, 500);
  window.takeProbe = () => {{
    const taken = {{ seconds: (performance.now() - began) / 1000, shown, latencies, parts }};
    began = performance.now(); latencies = []; shown = 0; parts = [];
    return taken;
  }};
}}"""


@dataclass
class Sample:
    """What was seen: ``shown`` different frames in ``seconds``; ``latencies`` in ms; ``parts``: medians told by the page."""

    seconds: float = 0.0
    shown: int = 0
    latencies: list[float] = field(default_factory=list)
    parts: dict[str, float] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        return self.shown / self.seconds if self.seconds else 0.0

    def latency(self, percentile: float) -> float:
        """Nearest rank, ms; NaN where nothing was shown."""
        ranked = sorted(self.latencies)
        return ranked[min(len(ranked) - 1, int(percentile / 100 * len(ranked)))] if ranked else float("nan")

    def __add__(self, other: Sample) -> Sample:
        return Sample(
            self.seconds + other.seconds, self.shown + other.shown, self.latencies + other.latencies,
            other.parts or self.parts,
        )  # fmt: skip


class Visit:
    """One page with its camera running."""

    def __init__(self, page: Any) -> None:
        self._page = page

    def take(self) -> Sample:
        """What was seen since the last time."""
        taken = self._page.evaluate("() => takeProbe()")
        parts = {
            name: median(float(told[name]) for told in taken["parts"])
            for name in (*PARTS, "latency")
            if taken["parts"]
        }
        return Sample(taken["seconds"], taken["shown"], taken["latencies"], parts)

    def wait(self, seconds: float) -> None:
        self._page.wait_for_timeout(1000 * seconds)

    def close(self) -> None:
        self._page.context.close()


@contextmanager
def chromium(camera: Path) -> Iterator[Any]:
    """A headless browser whose camera is a file.

    Raises:
        SystemExit: there is none on this machine.
    """
    from playwright.sync_api import sync_playwright

    path = find_browser()
    if path is None:
        raise SystemExit("error: no Chromium or Chrome was found; install one")
    awake = [
        "--disable-background-timer-throttling", "--disable-renderer-backgrounding",
        "--disable-backgrounding-occluded-windows",
    ]  # fmt: skip
    with sync_playwright() as p:
        browser = p.chromium.launch(
            executable_path=path, args=[*BROWSER_OPTIONS, *awake, *camera_options(camera)]
        )
        try:
            yield browser
        finally:
            browser.close()


def visit_ours(browser: Any, url: str, size: tuple[int, int]) -> Visit:
    """Our live tab, started."""
    page = _page(browser, url)
    page.click("button[role=tab]:has-text('Live')")
    page.wait_for_selector("#live-start", timeout=WAIT)
    page.evaluate(
        "size => { document.querySelector('#live-resolution').value = size }", f"{size[0]}x{size[1]}"
    )
    page.click("#live-start")
    page.wait_for_function("() => document.querySelector('#live-figures').dataset.rate > 0", timeout=WAIT)
    page.evaluate(_PROBE, ["#live-canvas", *size])
    return Visit(page)


def visit_gradio(browser: Any, url: str, size: tuple[int, int]) -> Visit:
    """The peer's page, started."""
    page = _page(browser, url)
    page.click("#camera button:has(.icon-wrap)")
    page.click("#camera .button-wrap button >> nth=0", timeout=WAIT)
    page.wait_for_selector("#result img", timeout=WAIT)
    page.evaluate(_PROBE, ["#result img", *size])
    return Visit(page)


def _page(browser: Any, url: str) -> Any:
    page = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US").new_page()
    page.set_default_timeout(WAIT)
    page.goto(url)
    return page
