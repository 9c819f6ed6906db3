"""Losses of partly known labels, against numbers derived by hand."""

from __future__ import annotations

import math

import pytest

torch = pytest.importorskip("torch")

from core.training.medical.losses import partial_log_probabilities, slice_loss  # noqa: E402

# One pixel with probabilities .2 (background), .5, .3.
LOGITS = torch.tensor([0.2, 0.5, 0.3]).log().reshape(1, 3, 1, 1)
ALL, NO_SECOND = torch.tensor([[True, True, True]]), torch.tensor([[True, True, False]])
EVEN = torch.ones(3)


def test_background_stands_for_every_unknown_class():
    logs = partial_log_probabilities(LOGITS, NO_SECOND)
    assert logs[0, 0, 0, 0].exp().item() == pytest.approx(0.2 + 0.3)
    assert logs[0, 1, 0, 0].exp().item() == pytest.approx(0.5)
    logs = partial_log_probabilities(LOGITS, ALL)
    assert logs[0, :, 0, 0].exp().tolist() == pytest.approx([0.2, 0.5, 0.3])


def test_cross_entropy_by_hand():
    background = torch.zeros(1, 1, 1, dtype=torch.uint8)
    loss, parts = slice_loss(LOGITS, background, ALL, EVEN)
    assert loss.item() == pytest.approx(-math.log(0.2)) and parts["ce"] == pytest.approx(loss.item())
    loss, _ = slice_loss(LOGITS, background, NO_SECOND, EVEN)
    assert loss.item() == pytest.approx(-math.log(0.5))


def test_an_unknown_class_gets_no_push_from_background():
    """Where an organ was not outlined, taking a pixel for it costs nothing and changes nothing."""
    background = torch.zeros(1, 1, 1, dtype=torch.uint8)
    logits = torch.tensor([0.0, -9.0, 9.0]).reshape(1, 3, 1, 1).requires_grad_()
    loss, _ = slice_loss(logits, background, NO_SECOND, EVEN)
    loss.backward()
    assert loss.item() < 1e-3 and logits.grad.abs().max() < 1e-3
    logits.grad = None
    loss, _ = slice_loss(logits, background, ALL, EVEN)
    loss.backward()
    assert loss.item() > 8 and logits.grad[0, 2, 0, 0] > 0.9


def test_dice_by_hand_counts_only_what_is_known_and_there():
    # Two pixels, class 1 in the first; class 2 nowhere.
    p = torch.tensor([[[[0.3, 0.8]], [[0.6, 0.1]], [[0.1, 0.1]]]])
    target = torch.tensor([[[1, 0]]], dtype=torch.uint8)
    _, parts = slice_loss(p.log(), target, ALL, EVEN)
    assert parts["dice"] == pytest.approx((2 * 0.6 + 1) / (0.6 + 0.1 + 1 + 1))
    # A second slice in which class 1 is unknown changes nothing of it.
    both, targets = torch.cat((p, p)), torch.cat((target, torch.zeros_like(target)))
    known = torch.tensor([[True, True, True], [True, False, True]])
    _, parts = slice_loss(both.log(), targets, known, EVEN)
    assert parts["dice"] == pytest.approx((2 * 0.6 + 1) / (0.6 + 0.1 + 1 + 1))


def test_weights_and_void():
    logits = torch.zeros(1, 3, 1, 3)
    logits[0, 1, 0, 1] = 2.0
    target = torch.tensor([[[0, 1, 255]]], dtype=torch.uint8)
    one = math.log(3)
    other = math.log(2 + math.exp(2)) - 2
    _, parts = slice_loss(logits, target, ALL, torch.tensor([1.0, 3.0, 1.0]))
    assert parts["ce"] == pytest.approx((one + 3 * other) / 4, rel=1e-5)
    logits[0, 2, 0, 2] = 30
    _, again = slice_loss(logits, target, ALL, torch.tensor([1.0, 3.0, 1.0]))
    assert again == pytest.approx(parts)
    nothing = torch.full((1, 1, 3), 255, dtype=torch.uint8)
    loss, _ = slice_loss(logits.requires_grad_(), nothing, ALL, EVEN)
    loss.backward()
    assert loss.item() == 0 and torch.isfinite(logits.grad).all()
