"""What a reader does with the driving panel's stage, and sees there."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import numpy as np
from PIL import Image

from core.driving.street import StreetScene
from core.labels import get_label_set
from core.segmenter import Segmenter
from core.weights import load_card
from demos.driving.examples import EXAMPLES, SIZE

WAIT = 120_000
CITY = get_label_set("cityscapes")
STAGE = "#driving-viewer .dr-stage"


def wait_for_stage(page, condition: str = "") -> None:
    page.wait_for_selector(
        f"#driving-viewer .dr-above:not([inert]) .dr-stage{condition} img[src^=blob]", timeout=WAIT
    )


def show(page, view: str) -> None:
    page.click(f"#driving-viewer [data-view={view}].dr-pill")
    wait_for_stage(page, f"[data-view={view}]")


def shown(page, what: str = "img") -> np.ndarray:
    """The picture, or the shade over it, as the browser holds it, uint8 (H, W, 4)."""
    url = page.eval_on_selector(
        f"{STAGE} {what}",
        """async (e) => { if (e.decode) await e.decode();
        const c = document.createElement('canvas'); c.width = e.naturalWidth || e.width; c.height = e.naturalHeight || e.height;
        c.getContext('2d').drawImage(e, 0, 0); return c.toDataURL('image/png') }""",
    )
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).convert("RGBA"))


def point(page, x: float, y: float, stage: str = STAGE) -> str:
    """What the page says of a place, in shares of the picture's width and height."""
    page.locator(stage).scroll_into_view_if_needed()
    box = page.locator(stage).bounding_box()
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    page.wait_for_selector(f"{stage} .dr-chip:not([hidden])", timeout=WAIT)
    return page.inner_text(f"{stage} .dr-chip")


def download(page, kind: str) -> tuple[str, bytes]:
    with page.expect_download(timeout=WAIT) as waiting:
        page.click(f"a[data-file={kind}]")
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def answer_of(roads: str, name: str = "driving-fast"):
    """What core says of the first street, by another engine."""
    frame = StreetScene(EXAMPLES[0]).frame(*SIZE)
    return frame, Segmenter(load_card(name), engine="torch-cpu").semantic(frame.image)
