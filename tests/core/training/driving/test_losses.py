"""Values worked out by hand, and what a coarse label must and must not teach."""

from __future__ import annotations

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from core.training.driving import losses  # noqa: E402
from core.training.driving.data import FIRST_ROW, JOINT_TABLE  # noqa: E402

TABLE = torch.tensor([[True, True, False], [False, False, True]])  # two coarse classes of three fine ones


def log_of(*probabilities: float) -> torch.Tensor:
    """Logits (1, K, 1, 1) whose softmax these are."""
    return torch.tensor(probabilities).log().view(1, -1, 1, 1)


def test_a_coarse_pixel_costs_the_log_of_the_sum():
    merged = losses.merged_log_probabilities(log_of(0.5, 0.2, 0.3) + 7, TABLE)  # logits may be shifted
    assert torch.allclose(merged.exp().flatten(), torch.tensor([0.7, 0.3]))
    loss = losses.merged_cross_entropy(merged, torch.tensor([[[0]]]))
    assert loss.item() == pytest.approx(-math.log(0.7), abs=1e-6)


def test_void_costs_nothing_and_extreme_logits_stay_finite():
    logits = torch.tensor([-200.0, -300.0, 200.0]).view(1, 3, 1, 1).requires_grad_()
    merged = losses.merged_log_probabilities(logits, TABLE)
    assert losses.merged_cross_entropy(merged, torch.tensor([[[255]]])).item() == 0
    loss = losses.merged_cross_entropy(merged, torch.tensor([[[0]]])).sum()
    loss.backward()
    assert loss.item() == pytest.approx(400, abs=1) and torch.isfinite(logits.grad).all()


def test_a_coarse_label_does_not_choose_among_its_parts():
    logits = log_of(0.3, 0.3, 0.4).clone().requires_grad_()
    losses.merged_cross_entropy(
        losses.merged_log_probabilities(logits, TABLE), torch.tensor([[[0]]])
    ).sum().backward()
    pull = -logits.grad.flatten()
    assert pull[0] == pytest.approx(pull[1]) and pull[0] > 0 > pull[2]


def test_jaccard_by_hand():
    # Two pixels of class 0 with .7 and .9 of it, one of class 1 with .6 of it, one void.
    p = torch.tensor([[0.7, 0.9, 0.4, 0.2], [0.3, 0.1, 0.6, 0.8]]).view(1, 2, 1, 4)
    loss = losses.merged_jaccard(p.log(), torch.tensor([[[0, 0, 1, 255]]]))
    expected = [1 - 1.6 / (2.0 + 2 - 1.6), 1 - 0.6 / (1.0 + 1 - 0.6)]
    assert loss.tolist() == pytest.approx(expected, abs=1e-6)


def test_classes_that_no_label_shows_are_left_out():
    p = torch.tensor([[0.5], [0.5]]).view(1, 2, 1, 1).log()
    assert len(losses.merged_jaccard(p, torch.tensor([[[1]]]))) == 1
    assert len(losses.merged_jaccard(p, torch.tensor([[[255]]]))) == 0


def test_rare_rows_weigh_more_and_the_mean_weight_is_one():
    pixels = torch.tensor([900.0, 90.0, 10.0, 0.0])
    weights = losses.row_weights(pixels)
    assert weights[0] < weights[1] < weights[2] and weights[3] == 1
    assert (weights * pixels / pixels.sum()).sum().item() == pytest.approx(1)


def batch_of_three() -> tuple[torch.Tensor, torch.Tensor]:
    """Logits that are right, and rows, of a Cityscapes, a CamVid and an IDD picture of cars and sky."""
    car, sky = 13, 10
    fine = torch.tensor([car, sky]).repeat(3, 8, 4)
    rows = torch.stack([
        fine[0],
        torch.where(fine[1] == car, 8, 0) + FIRST_ROW["camvid"],
        torch.where(fine[2] == car, 3, 6) + FIRST_ROW["idd-lite"],
    ])  # fmt: skip
    logits = 12.0 * torch.nn.functional.one_hot(fine, 19).permute(0, 3, 1, 2).float()
    return logits, rows.to(torch.uint8)


def test_one_batch_of_three_label_sets():
    logits, rows = batch_of_three()
    nothing, weights = torch.full_like(rows, 255), torch.ones(len(JOINT_TABLE))
    right, parts = losses.driving_loss(logits, rows, nothing, weights, 0.4)
    assert right.item() < 0.01 and "taught" not in parts
    bus_for_car = logits[:, [*range(13), 15, 14, 13, *range(16, 19)]]
    for picture, tolerated in ((0, False), (1, True), (2, True)):
        one = slice(picture, picture + 1)
        loss, _ = losses.driving_loss(bus_for_car[one], rows[one], nothing[one], weights, 0.4)
        assert (loss.item() < 0.01) == tolerated, (
            "a bus is a CamVid car and an IDD vehicle, but no Cityscapes car"
        )


def test_the_teacher_decides_what_the_label_leaves_open():
    logits, rows = batch_of_three()
    taught = torch.full_like(rows, 255)
    taught[1][rows[1] == FIRST_ROW["camvid"] + 8] = 15  # that car is a bus
    weights = torch.ones(len(JOINT_TABLE))
    loss, parts = losses.driving_loss(logits, rows, taught, weights, 0.5)
    assert parts["taught"] == pytest.approx(12, abs=0.1)
    assert loss.item() == pytest.approx(0.5 * parts["taught"], abs=0.02)


def test_a_batch_without_a_label_is_no_error():
    logits = torch.zeros(1, 19, 4, 4, requires_grad=True)
    void = torch.full((1, 4, 4), 255, dtype=torch.uint8)
    loss, _ = losses.driving_loss(logits, void, void, torch.ones(len(JOINT_TABLE)), 0.4)
    loss.backward()
    assert loss.item() == 0 and np.isfinite(logits.grad.numpy()).all()


def test_distillation_is_zero_for_the_same_answer_only():
    logits, _ = batch_of_three()
    assert losses.distillation_loss(logits, logits).item() == pytest.approx(0, abs=1e-6)
    assert losses.distillation_loss(logits, logits.flip(1)).item() > 1
