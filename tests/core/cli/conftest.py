"""The video maker of the media tests, and a segmenter that sees a person wherever it is bright."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.core.cli.roads import ReadsColours, card
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


@pytest.fixture
def road_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The default weights for roads, read by a stand-in; weights of another task beside them."""
    import core.segmenter

    folder = tmp_path / ".weights"
    card(folder, "driving-fast", "semantic")
    card(folder, "portrait-fine", "matte")
    monkeypatch.setenv("TRIPTYCH_WEIGHTS", str(folder))
    monkeypatch.setattr(core.segmenter, "load_segmenter", lambda *_args, **_options: ReadsColours())
