"""``python -m tests.bench.slices``: how long a step through the slices of a volume takes, as the browser sees it.

A 256³ head is given to the medical panel, which segments it; then the wheel moves slices with scan, mask and outlines shown.
A step is over when the frame with the new slice was handed to the screen.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

from core.medical.phantom import draw_head
from core.offline import go_offline
from tests.bench.live_servers import ours
from tests.bench.volumes import SEED
from tests.e2e.browser import BROWSER_OPTIONS, find_browser

WAIT = 180_000
PLANES = ("axial", "coronal", "sagittal")
_STEPS = """async ([plane, steps]) => {
  const canvas = document.querySelector(`[data-plane=${plane}] canvas`), times = [];
  const number = () => document.querySelector(`[data-plane=${plane}] .md-number`).textContent;
  const painted = () => new Promise((done) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = done;
    port2.postMessage(0);
  }));
  for (let n = 0; n < steps; n++) {
    await painted();
    const before = number(), began = performance.now();
    const deltaY = n < steps / 2 ? 100 : -100;
    canvas.dispatchEvent(new WheelEvent('wheel', { deltaY, bubbles: true, cancelable: true }));
    do await painted(); while (number() === before);
    times.push(performance.now() - began);
  }
  return times;
}"""


def give(page: Page, scan: Path) -> float:
    """Give the panel a scan; seconds until its mask is shown."""
    page.wait_for_selector("#medical[data-state=shown]", timeout=WAIT)
    began = time.perf_counter()
    page.set_input_files("[data-scan-files]", scan)
    page.wait_for_selector(".md-progress:not([hidden])", timeout=WAIT)
    page.wait_for_function("document.querySelector('.md-progress').hidden", timeout=WAIT)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--side", type=int, default=256, help="voxels along each side of the head")
    parser.add_argument("--steps", type=int, default=60, help="in each plane, half of them back")
    options = parser.parse_args()
    go_offline()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as p:
        folder = Path(name)
        spacing = 256 / options.side
        scan = draw_head((options.side,) * 3, (spacing,) * 3, seed=SEED).save(folder / "head.nii")
        browser = p.chromium.launch(executable_path=find_browser(), args=BROWSER_OPTIONS)
        with ours(folder / "server") as server:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(f"{server.url}#medical")
            print(f"{options.side}³ head: mask shown {give(page, scan):.1f} s after the file was chosen")
            for plane in PLANES:
                times = page.evaluate(_STEPS, [plane, options.steps])
                middle, late, most = np.percentile(times, (50, 95, 100))
                print(
                    f"{plane:9} a step {middle:.0f} ms in the median, 95 % within {late:.0f} ms, all within {most:.0f} ms"
                )
            browser.close()


if __name__ == "__main__":
    main()
