"""What a matte is trained for: the right value everywhere, the right region, the right edge."""

from __future__ import annotations

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor


def near_edges(alpha: Tensor, reach: int) -> Tensor:
    """(N, 1, H, W), 1 within ``reach`` px of an edge of ``alpha``: its local maximum minus its local minimum."""
    window = np.ones((2 * reach + 1,) * 2, np.uint8)
    # OpenCV's running minimum: forty times faster on a CPU than max_pool2d, and nobody asks for gradients of it.
    spread = [
        cv2.morphologyEx(plane, cv2.MORPH_GRADIENT, window) for plane in alpha.detach().squeeze(1).numpy()
    ]
    return torch.from_numpy(np.stack(spread)).unsqueeze(1)


def matte_loss(logits: Tensor, alpha: Tensor, weight: Tensor) -> tuple[Tensor, dict[str, float]]:
    """Loss of a batch.

    Args:
        logits: (N, 1, H, W).
        alpha: (N, 1, H, W) in 0 … 1.
        weight: (N, 1, H, W) in 0 … 1; 0 is ignored.

    Returns:
        The loss and its parts by name: cross-entropy (weighted up near edges), soft Jaccard (of pictures
        with a person), L1 of the alpha in the edge zone, L1 of the alpha's gradients, the hardest 2 % of empty pictures.
    """
    probability = torch.sigmoid(logits)
    near = near_edges(alpha, 6)
    emphasis = weight * (1 + 2 * near)
    entropy = F.binary_cross_entropy_with_logits(logits, alpha, weight=emphasis, reduction="sum")
    entropy = entropy / emphasis.sum().clamp_min(1)

    both = (weight * probability * alpha).sum((1, 2, 3))
    union = (weight * (probability + alpha - probability * alpha)).sum((1, 2, 3))
    peopled = (weight * alpha).mean((1, 2, 3)) > 0.005
    jaccard = (1 - (both + 1) / (union + 1))[peopled].mean() if peopled.any() else logits.new_zeros(())

    # An empty room must give an empty matte: what counts there are the worst pixels, not the average one.
    hardest = logits.new_zeros(())
    if not peopled.all():
        wrong = (F.softplus(logits) * weight)[~peopled].flatten(1)
        wrong = torch.where((alpha * weight)[~peopled].flatten(1) > 0, 0, wrong)  # tiny people are no mistake
        hardest = wrong.topk(wrong.shape[1] // 50, dim=1).values.mean() * (~peopled).float().mean()

    edge = weight * near
    band = (edge * (probability - alpha).abs()).sum() / edge.sum().clamp_min(1)
    gradient = logits.new_zeros(())
    for dim in (2, 3):
        # Both pixels of a difference must count: one of them ignored would teach the other its own error.
        last = edge.shape[dim] - 1
        w = edge.narrow(dim, 1, last) * edge.narrow(dim, 0, last)
        gradient = gradient + (w * (probability - alpha).diff(dim=dim).abs()).sum() / w.sum().clamp_min(1)
    total = entropy + 0.5 * jaccard + 0.5 * band + 0.5 * gradient + 0.15 * hardest
    parts: dict[str, Tensor] = {
        "bce": entropy,
        "jaccard": jaccard,
        "band": band,
        "gradient": gradient,
        "hardest": hardest,
    }
    return total, {name: part.item() for name, part in parts.items()}


def distillation_loss(logits: Tensor, teacher: Tensor) -> Tensor:
    """Cross-entropy against the teacher's alpha, (N, 1, H, W) logits both; edges count three times."""
    target = torch.sigmoid(teacher)
    near = near_edges(target, 4)
    emphasis = 1 + 2 * near
    loss = F.binary_cross_entropy_with_logits(logits, target, weight=emphasis, reduction="sum")
    return loss / emphasis.sum()
