"""A small network in a weights folder of the test's own: what a checkpoint is, at a thousandth of the cost."""

from __future__ import annotations

from pathlib import Path

import pytest

TINY = {"decoder": [8, 8, 8, 8, 8], "expanded": [32] + [8] * 15}


@pytest.fixture
def tiny_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Card ``tiny``: random weights, seeded; also sets TRIPTYCH_WEIGHTS and an empty TRIPTYCH_CACHE."""
    import torch

    from core.models import build_model
    from core.weights import Card, save_checkpoint

    monkeypatch.setenv("TRIPTYCH_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("TRIPTYCH_CACHE", str(tmp_path / "cache"))
    torch.manual_seed(0)
    model = build_model("matte_unet", **TINY)
    with torch.no_grad():
        model.head.weight.mul_(400)  # logits that reach both ends of the sigmoid
    card = Card(
        name="tiny", title="for tests", task="matte", architecture="matte_unet", arguments=TINY,
        labels="portrait", licence="none", data=[], recipe="", measured={}, limits=[],
        transform={"area": 96 * 128, "multiple": 32, "mean": [127.5] * 3, "std": [127.5] * 3},
        sha256="", bytes=0, folder=tmp_path / "weights" / "tiny",
    )  # fmt: skip
    return save_checkpoint(card, model.state_dict())


# 19 classes, whatever the arguments: the narrowest network of the fast design.
TINY_ROADS = {"widths": [16, 16, 16, 16], "stem": [8, 8], "expanded": [32] + [8] * 15}


@pytest.fixture
def tiny_roads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Card ``tiny-roads`` of task ``semantic``: random weights, seeded; folders as in ``tiny_card``."""
    import torch

    from core.models import build_model
    from core.weights import Card, save_checkpoint

    monkeypatch.setenv("TRIPTYCH_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("TRIPTYCH_CACHE", str(tmp_path / "cache"))
    torch.manual_seed(0)
    model = build_model("driving_fast", **TINY_ROADS)
    with torch.no_grad():
        model.head.weight.mul_(30)  # probabilities from near 0 to near 1
    card = Card(
        name="tiny-roads", title="for tests", task="semantic", architecture="driving_fast", arguments=TINY_ROADS,
        labels="cityscapes", licence="none", data=[], recipe="", measured={}, limits=[],
        transform={"area": 64 * 128, "multiple": 32, "mean": [127.5] * 3, "std": [127.5] * 3},
        sha256="", bytes=0, folder=tmp_path / "weights" / "tiny-roads",
    )  # fmt: skip
    return save_checkpoint(card, model.state_dict())
