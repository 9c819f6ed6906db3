"""The matte's loss against numbers derived by hand."""

from __future__ import annotations

import math

import pytest

torch = pytest.importorskip("torch")

from core.training.portrait.losses import distillation_loss, matte_loss, near_edges  # noqa: E402


def test_near_edges_reaches_so_far_and_no_farther():
    alpha = torch.zeros(1, 1, 9, 20)
    alpha[..., 10:] = 1
    near = near_edges(alpha, 3)
    assert near[0, 0, 4].tolist() == [0] * 7 + [1] * 6 + [0] * 7


def test_undecided_logits_cost_log_2():
    alpha, weight = torch.zeros(2, 1, 8, 8), torch.ones(2, 1, 8, 8)
    total, parts = matte_loss(torch.zeros(2, 1, 8, 8), alpha, weight)
    assert parts["bce"] == pytest.approx(math.log(2))
    assert parts["hardest"] == pytest.approx(math.log(2))
    assert parts["jaccard"] == 0, "nobody there, no region to overlap with"
    assert total.item() == pytest.approx(1.15 * math.log(2))


def test_ignored_pixels_cost_nothing():
    alpha, weight = torch.zeros(1, 1, 16, 16), torch.ones(1, 1, 16, 16)
    alpha[..., :8] = 1
    logits = torch.where(alpha > 0, 20.0, -20.0)
    wrong = logits.clone()
    wrong[..., :4, :] = 20.0
    weight[..., :4, :] = 0
    assert matte_loss(wrong, alpha, weight)[0].item() == pytest.approx(0, abs=1e-4)
    assert matte_loss(wrong, alpha, torch.ones_like(weight))[0].item() > 0.5


def test_a_pupil_equal_to_its_teacher_learns_nothing():
    teacher = torch.randn(1, 1, 12, 12, generator=torch.Generator().manual_seed(0))
    pupil = teacher.clone().requires_grad_()
    distillation_loss(pupil, teacher).backward()
    assert pupil.grad.abs().max().item() < 1e-7
