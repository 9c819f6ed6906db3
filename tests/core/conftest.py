"""Small networks in a weights folder of the test's own: what a checkpoint is, at a thousandth of the cost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

TINY = {"decoder": [8, 8, 8, 8, 8], "expanded": [32] + [8] * 15}
# 19 classes, whatever the arguments: the narrowest network of the fast design.
TINY_ROADS = {"widths": [16, 16, 16, 16], "stem": [8, 8], "expanded": [32] + [8] * 15}


@pytest.fixture
def tiny_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Card ``tiny``: random weights, seeded; also sets TRIPTYCH_WEIGHTS and an empty TRIPTYCH_CACHE."""
    return _checkpoint(
        tmp_path, monkeypatch, 96 * 128,
        400,  # logits that reach both ends of the sigmoid
        name="tiny", task="matte", architecture="matte_unet", arguments=TINY, labels="portrait",
    )  # fmt: skip


@pytest.fixture
def tiny_roads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Card ``tiny-roads`` of task ``semantic``: random weights, seeded; folders as in ``tiny_card``."""
    return _checkpoint(
        tmp_path, monkeypatch, 64 * 128,
        30,  # probabilities from near 0 to near 1
        name="tiny-roads", task="semantic", architecture="driving_fast", arguments=TINY_ROADS, labels="cityscapes",
    )  # fmt: skip


@pytest.fixture
def tiny_things(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Card ``tiny-things`` of task ``instance``: random weights that find things; folders as in ``tiny_card``."""
    from dataclasses import asdict

    from core.instances import Limits
    from tests.core.instances.networks import LEAST_SCORE, SMALL, loud_network

    limits = Limits(min_score=LEAST_SCORE)
    _own_folders(tmp_path, monkeypatch)
    return _save(
        tmp_path, loud_network(limits), 160 * 224, {"limits": asdict(limits)},
        name="tiny-things", task="instance", architecture="mask_rcnn", arguments=SMALL, labels="cityscapes",
    )  # fmt: skip


def _checkpoint(folder: Path, monkeypatch: pytest.MonkeyPatch, area: int, loudness: float, **described: Any):
    """A saved card of random weights whose last layer is ``loudness`` times as loud; ``described``: its own fields."""
    import torch

    from core.models import build_model

    _own_folders(folder, monkeypatch)
    torch.manual_seed(0)
    model = build_model(described["architecture"], **described["arguments"])
    with torch.no_grad():
        model.head.weight.mul_(loudness)
    return _save(folder, model, area, {}, **described)


def _own_folders(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIPTYCH_WEIGHTS", str(folder / "weights"))
    monkeypatch.setenv("TRIPTYCH_CACHE", str(folder / "cache"))
    # The same seed gives the same hash: another test's segmenter would be taken for this one's, whole or damaged.
    monkeypatch.setattr("core.segmenter._segmenters", {})


def _save(folder: Path, model: Any, area: int, more: dict[str, Any], **described: Any):
    from core.weights import Card, save_checkpoint

    card = Card(
        title="for tests", licence="none", data=[], recipe="", measured={}, limits=[],
        transform={"area": area, "multiple": 32, "mean": [127.5] * 3, "std": [127.5] * 3} | more,
        sha256="", bytes=0, folder=folder / "weights" / described["name"], **described,
    )  # fmt: skip
    return save_checkpoint(card, model.state_dict())
