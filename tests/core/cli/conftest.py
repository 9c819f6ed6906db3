"""The video maker of the media tests, and a segmenter that sees a person wherever it is bright."""

from __future__ import annotations

import numpy as np
import pytest

from tests.core.media.conftest import make_video as make_video
from tests.core.media.conftest import mjpeg as mjpeg
from tests.core.media.conftest import serve_bytes as serve_bytes


class BrightIsPerson:
    """Stands in for a network: quick, and its answer is known."""

    def matte(self, frame: np.ndarray) -> np.ndarray:
        return (frame.max(axis=2) > 180).astype(np.float32)


@pytest.fixture
def bright(monkeypatch: pytest.MonkeyPatch) -> None:
    import core.segmenter

    monkeypatch.setattr(core.segmenter, "load_segmenter", lambda *_args, **_options: BrightIsPerson())
