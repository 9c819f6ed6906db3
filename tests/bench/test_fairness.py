"""Peers do no work that ours is spared, and all are timed in the same minutes."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from core.weights import list_cards  # noqa: E402
from tests.bench import driving, harness, volumes  # noqa: E402


def test_all_sides_are_timed_in_turns():
    order = []
    jobs = [lambda side=side: order.append(side) for side in "abc"]
    assert len(harness.medians(jobs, rounds=2, each=1, warm_up=1)) == 3
    assert "".join(order) == "aabbcc" * 3


def test_small_slices_are_not_padded_to_a_large_window():
    assert volumes.window((40, 56)) == (40, 56)
    assert volumes.window((128, 64)) == (96, 64)


def test_the_same_network_in_pytorch_brings_its_logits_to_the_frame_once(monkeypatch):
    class Network(nn.Module):
        def coarse(self, x):
            return x.new_zeros(1, 19, x.shape[2] // 4, x.shape[3] // 4).index_fill(1, torch.tensor([7]), 1.0)

        def forward(self, x):
            raise AssertionError("logits at the size of the input, to be resized again")

    name = next(card.name for card in list_cards() if card.task == "semantic")
    monkeypatch.setattr("core.weights.load_state", lambda card, model: model)
    monkeypatch.setattr("core.models.build_model", lambda *_, **__: Network())
    threads = torch.get_num_threads()
    ids = driving.eager(name, np.zeros((driving.HEIGHT, driving.WIDTH, 3), np.uint8))()
    torch.set_num_threads(threads)
    assert ids.shape == (driving.HEIGHT, driving.WIDTH) and (ids == 7).all()
