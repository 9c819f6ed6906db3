"""A view as the browser gets it, and the picture in which its script looks up what is at a pixel."""

from __future__ import annotations

import cv2
import numpy as np

from core.driving import FADING, VIEWS, Look
from core.driving.views import overlay
from core.media.frames import encode_frame
from core.metrics.explain import label_outcomes, paint_outcomes
from demos.driving.networks import TRUTH
from demos.driving.scene import Scene
from demos.driving.truth import CITY

NO_TRUTH = 255
"""In the third channel of a probe: the truth of this pixel is not known."""

_FLAT = ("color", "ids")  # exact colours: JPEG would change them


def views_of(scene: Scene, weights: str) -> list[str]:
    """The views that a scene has with a network, or of its truth."""
    names: list[str] = list(VIEWS)
    if weights != TRUTH:
        return names + (["errors", "truth"] if scene.truth else [])
    names.remove("confidence")
    if scene.truth and scene.truth.panoptic is None:
        names = [name for name in names if name not in ("instances", "panoptic")]
    return names


def fades(view: str) -> bool:
    """Whether opacity means something to a view."""
    return view in (*FADING, "errors", "truth")


def render(scene: Scene, weights: str, view: str, opacity: float) -> np.ndarray:
    """A view at preview size, uint8 RGB (H, W, 3); no network is asked for a scene that it has seen.

    Raises:
        InputError: no such view of this scene, an opacity beyond 0 to 1, or no such network.
    """
    parsed = scene.answer(weights).parsed
    if view in ("errors", "truth") and scene.truth is not None:
        truth = scene.truth.resized(*scene.size)
        if view == "truth":
            return overlay(scene.preview, truth.semantic.colored(), opacity)
        painted = paint_outcomes(label_outcomes(parsed.semantic.ids, truth.semantic.ids, CITY))
        return overlay(scene.preview, painted, opacity)
    return parsed.render(Look(view, opacity))  # type: ignore[arg-type]


def encode(view: str, picture: np.ndarray) -> tuple[bytes, str]:
    """A view's bytes and their media type."""
    if view in _FLAT:
        return _png(picture), "image/png"
    return encode_frame(picture, 90), "image/jpeg"


def probe(scene: Scene, weights: str) -> bytes:
    """A PNG of preview size: label id, confidence (0 to 255), and the truth's label id or ``NO_TRUTH``."""
    answer = scene.answer(weights)
    ids = answer.parsed.semantic.ids
    sure = np.full_like(ids, 255)
    if answer.scores is not None:
        sure = cv2.convertScaleAbs(answer.parsed.confidence, alpha=255)
    truth = np.full_like(ids, NO_TRUTH)
    if scene.truth is not None and weights != TRUTH:
        truth = scene.truth.resized(*scene.size).semantic.ids
    return _png(np.dstack([ids, sure, truth]))


def _png(picture: np.ndarray) -> bytes:
    return cv2.imencode(".png", picture[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 2])[1].tobytes()
