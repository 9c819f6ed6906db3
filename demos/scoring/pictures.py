"""The error picture as an image in the page."""

from __future__ import annotations

import base64
import html

import cv2
import numpy as np

from core.metrics.explain import Outcome, paint_outcomes

_LONGEST = 1600  # px shown; more would only make the page heavy


def error_image(outcomes: np.ndarray, text: str, picture: np.ndarray | None = None) -> str:
    """An ``<img>`` of the outcomes' colours, pixel by pixel; true negatives are clear where there is no picture.

    Args:
        outcomes: uint8 (H, W), see `core.metrics.explain.Outcome`.
        text: what it says to those who do not see it.
        picture: what was segmented, uint8 RGB (H, W, 3).
    """
    outcomes = _shown(outcomes, cv2.INTER_NEAREST)
    if picture is not None:
        return _image(paint_outcomes(outcomes, _shown(picture, cv2.INTER_AREA)), text)
    clear = np.where(outcomes == Outcome.TRUE_NEGATIVE, np.uint8(0), np.uint8(255))
    return _image(np.dstack([paint_outcomes(outcomes), clear]), text)


def color_image(table: np.ndarray, ids: np.ndarray, text: str) -> str:
    """An ``<img>`` of ids, uint8 (H, W), in a table's colours, uint8 RGB (256, 3)."""
    return _image(table[_shown(ids, cv2.INTER_NEAREST)], text)


def _shown(array: np.ndarray, interpolation: int) -> np.ndarray:
    height, width = array.shape[:2]
    scale = _LONGEST / max(height, width)
    if scale >= 1:
        return array
    return cv2.resize(
        array, (max(1, round(width * scale)), max(1, round(height * scale))), interpolation=interpolation
    )


def _image(pixels: np.ndarray, text: str) -> str:
    order = [2, 1, 0, 3][: pixels.shape[2]]  # OpenCV's
    data = base64.b64encode(cv2.imencode(".png", pixels[..., order])[1].tobytes()).decode()
    return f'<img class=sc-errors src="data:image/png;base64,{data}" alt="{html.escape(text)}">'
