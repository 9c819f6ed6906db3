"""Cross-entropy and Dice for labels of which some are not known everywhere."""

from __future__ import annotations

import torch
from torch import Tensor


def partial_log_probabilities(logits: Tensor, known: Tensor) -> Tensor:
    """Log-probabilities in which background stands for itself and for every class that is not known.

    Where nobody outlined an organ, a pixel without a label may well be that organ: what is known is that it is none
    of the others (the marginal loss of Shi et al., Medical Image Analysis 70, 2021).

    Args:
        logits: (N, C, H, W), class 0 is background.
        known: bool (N, C).

    Returns:
        (N, C, H, W); the entries of unknown classes are their own and compared with nothing.
    """
    logs = logits.log_softmax(dim=1)
    known = known.clone()
    known[:, 0] = False
    merged = logs.masked_fill(known[:, :, None, None], float("-inf")).logsumexp(dim=1, keepdim=True)
    return torch.cat((merged, logs[:, 1:]), dim=1)


def slice_loss(
    logits: Tensor, target: Tensor, known: Tensor, weights: Tensor, dice: float = 1.0
) -> tuple[Tensor, dict[str, float]]:
    """Weighted cross-entropy plus ``dice`` times soft Dice over the batch.

    Dice counts, for each class, the slices in which it is known, and only classes that some pixel of the batch has:
    a class that is not there has no overlap to improve, and cross-entropy keeps it away.

    Args:
        logits: float (N, C, H, W).
        target: uint8 (N, H, W), class ids; 255 counts nowhere.
        known: bool (N, C).
        weights: (C,), of cross-entropy.

    Returns:
        The loss, and its parts as numbers.
    """
    logs = partial_log_probabilities(logits, known)
    counted = target != 255
    ids = torch.where(counted, target, 0).long()
    weight = weights[ids] * counted
    entropy = (-logs.gather(1, ids[:, None])[:, 0] * weight).sum() / weight.sum().clamp(min=1e-6)
    share = (known[:, 1:, None, None] & counted[:, None]).float()
    probabilities = logs[:, 1:].exp() * share
    truth = torch.zeros_like(logs).scatter_(1, ids[:, None], 1)[:, 1:] * share
    both = (probabilities * truth).sum(dim=(0, 2, 3))
    total = probabilities.sum(dim=(0, 2, 3)) + truth.sum(dim=(0, 2, 3))
    present = truth.sum(dim=(0, 2, 3)) > 0
    overlap = (2 * both + 1) / (total + 1)
    missing = (1 - overlap)[present].mean() if bool(present.any()) else logs.sum() * 0
    return entropy + dice * missing, {"ce": entropy.item(), "dice": 1 - missing.item()}
