"""What stands in the page: figures, places, painted cells; and what core says of it."""

from __future__ import annotations

import numpy as np

from core.labels import get_label_set
from core.metrics import ConfusionMatrix, score_matte
from demos.scoring import overlap

WAIT = 60_000  # ms; a busy machine is slow, not wrong
PORTRAIT = get_label_set("portrait")


def figures(page, selector: str = "#sc-overlap .sc-numbers") -> dict[str, float]:
    data = page.eval_on_selector(selector, "e => ({ ...e.dataset })")
    return {key: float(value) for key, value in data.items()}


def place(page, name: str) -> overlap.Placed:
    """A shape where its handle is in the page, in cells."""
    x, y = page.evaluate(
        """name => { const stage = document.querySelector('#sc-overlap canvas').getBoundingClientRect();
        const box = document.querySelector(`#sc-overlap [data-name=${name}]`).getBoundingClientRect();
        return [(box.x - stage.x) / stage.width, (box.y - stage.y) / stage.height] }""",
        name,
    )
    shape = page.eval_on_selector(f"#sc-overlap [data-which={name}] input:checked", "e => e.value")
    return overlap.Placed(shape=shape, x=round(x * overlap.WIDTH), y=round(y * overlap.HEIGHT))


def by_core(page) -> dict[str, float]:
    """The same figures, of what stands in the page, by core's confusion matrix and matte score."""
    truth, prediction = place(page, "truth").mask(), place(page, "prediction").mask()
    matrix = ConfusionMatrix(PORTRAIT)
    matrix.add(prediction.astype(np.uint8), truth.astype(np.uint8))
    (tn, fp, _), (fn, tp, _) = matrix.score().confusion.tolist()
    return {
        "tp": tp, "fp": fp, "fn": fn, "tn": tn, "iou": matrix.score().iou["person"], "dice": 2 * tp / (2 * tp + fp + fn),
        "accuracy": matrix.score().pixel_accuracy,
        "boundary": score_matte(prediction.astype(np.float32), truth).boundary_iou,
    }  # fmt: skip


def settled(page) -> dict[str, float]:
    """The figures, once they are those of what stands in the page; fails if they never are."""
    for _ in range(WAIT // 50):
        shown, wanted = figures(page), by_core(page)
        if shown == wanted:
            return shown
        page.wait_for_timeout(50)
    raise AssertionError(f"the page says {shown}, core {wanted}")


def painted(page, stage: str = "#sc-overlap canvas") -> np.ndarray:
    """RGB of the middle of every cell, (rows, columns, 3)."""
    rows = page.eval_on_selector(
        stage,
        """(c, size) => { const [columns, rows] = size, context = c.getContext('2d'), out = [];
        for (let y = 0; y < rows; y++) for (let x = 0; x < columns; x++) {
          const at = [Math.floor((x + .5) * c.width / columns), Math.floor((y + .5) * c.height / rows)];
          out.push([...context.getImageData(...at, 1, 1).data]);
        } return out }""",
        [overlap.WIDTH, overlap.HEIGHT],
    )
    return np.array(rows).reshape(overlap.HEIGHT, overlap.WIDTH, 4)[..., :3]


def cell(page, x: int, y: int, stage: str = "#sc-overlap canvas") -> tuple[float, float]:
    """Where in the window the middle of a cell is."""
    page.locator(stage).scroll_into_view_if_needed()
    box = page.locator(stage).bounding_box()
    return box["x"] + (x + 0.5) * box["width"] / overlap.WIDTH, box["y"] + (y + 0.5) * box[
        "height"
    ] / overlap.HEIGHT


def drag(page, start: tuple[int, int], end: tuple[int, int], stage: str = "#sc-overlap canvas") -> None:
    page.mouse.move(*cell(page, *start, stage))
    page.mouse.down()
    page.mouse.move(*cell(page, *end, stage), steps=7)
    page.mouse.up()
