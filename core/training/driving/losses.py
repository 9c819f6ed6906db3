"""One network of 19 classes learns from coarser labels too: a pixel counts by the sum of what it may be."""

from __future__ import annotations

import itertools

import torch
import torch.nn.functional as F
from torch import Tensor

from core.training.driving.data import FIRST_ROW, JOINT_TABLE, VOID

HARDEST = 0.2  # share of the pixels that count a second time


def merged_log_probabilities(logits: Tensor, table: Tensor) -> Tensor:
    """log of the summed probabilities of the classes of every row, exact for the smallest probabilities too.

    Args:
        logits: float (N, K, H, W).
        table: bool (C, K); row c lists the classes that the coarse class c covers.

    Returns:
        float (N, C, H, W).
    """
    fine = logits.log_softmax(dim=1)
    if torch.equal(table, torch.eye(len(table), logits.shape[1], dtype=torch.bool)):
        return fine
    rows = []
    for row in table:
        members = row.nonzero().flatten().tolist()
        rows.append(fine[:, members[0]] if len(members) == 1 else fine[:, members].logsumexp(dim=1))
    return torch.stack(rows, dim=1)


def merged_cross_entropy(log_probabilities: Tensor, target: Tensor) -> Tensor:
    """−log of the probability of a pixel's label.

    Args:
        log_probabilities: (N, C, H, W) of :func:`merged_log_probabilities`.
        target: uint8 or int64 (N, H, W), 0 … C − 1; 255 is void.

    Returns:
        float (N, H, W), 0 on void pixels.
    """
    return F.nll_loss(log_probabilities, target.long(), ignore_index=VOID, reduction="none")


def merged_jaccard(log_probabilities: Tensor, target: Tensor) -> Tensor:
    """1 − soft intersection over union of every class that the labels show, over all pictures of the batch.

    Arguments as in :func:`merged_cross_entropy`.

    Returns:
        float (classes shown,); empty where nothing is labelled.
    """
    known = (target != VOID).flatten()
    labels = target.flatten()[known].long()
    probability = log_probabilities.exp().movedim(1, -1).flatten(0, 2)[known]
    classes = log_probabilities.shape[1]
    own = probability.gather(1, labels.unsqueeze(1)).squeeze(1)
    both = torch.zeros(classes, dtype=probability.dtype).index_add(0, labels, own)
    size = torch.bincount(labels, minlength=classes).to(probability.dtype)
    union = probability.sum(dim=0) + size - both
    shown = size > 0
    return 1 - both[shown] / union[shown]


def row_weights(pixels: Tensor) -> Tensor:
    """Weight of every row from how often it was seen: 1 / log(1.1 + share), scaled to a mean of 1 over all pixels.

    Paszke et al., "ENet" (2016), with a gentler constant than their 1.02. Rows never seen weigh 1.

    Args:
        pixels: float (R,), counts.
    """
    share = pixels / pixels.sum().clamp_min(1)
    weights = 1 / torch.log(1.1 + share)
    return torch.where(pixels > 0, weights / (weights * share).sum().clamp_min(1e-9), 1.0)


def driving_loss(
    logits: Tensor, target: Tensor, taught: Tensor, weights: Tensor, taught_weight: float
) -> tuple[Tensor, dict[str, float]]:
    """Loss of a batch.

    Args:
        logits: float (N, 19, H, W).
        target: uint8 (N, H, W), rows of ``JOINT_TABLE``; 255 void. All pixels of one picture are in one label set.
        taught: uint8 (N, H, W), the teacher's class where it agrees with the label; 255 elsewhere.
        weights: float (R,), from :func:`row_weights`.
        taught_weight: of the cross-entropy against ``taught``.

    Returns:
        The loss and its parts: weighted merged cross-entropy, the mean of its hardest fifth, merged Jaccard, cross-entropy
        against the teacher's classes.
    """
    table = torch.from_numpy(JOINT_TABLE)
    highest = torch.where(target == VOID, 0, target).flatten(1).amax(dim=1)
    starts = [*FIRST_ROW.values(), len(table)]
    entropies, emphases, jaccards = [], [], []
    for first, end in itertools.pairwise(starts):
        chosen = (highest >= first) & (highest < end)
        if not chosen.any():
            continue
        labels = torch.where(target[chosen] == VOID, VOID, target[chosen] - first)
        merged = merged_log_probabilities(logits[chosen], table[first:end])
        valid = labels != VOID
        entropies.append(merged_cross_entropy(merged, labels)[valid])
        emphases.append(weights[first:end][labels[valid].long()])
        jaccards.append(merged_jaccard(merged, labels))
    entropy, emphasis, jaccard = (torch.cat(v) for v in (entropies, emphases, jaccards))
    if not len(entropy):
        return logits.sum() * 0, {}
    mean = (entropy * emphasis).sum() / emphasis.sum()
    hardest = entropy.topk(max(1, int(HARDEST * len(entropy)))).values.mean()
    jaccard = jaccard.mean()
    parts = {"entropy": mean, "hardest": hardest, "jaccard": jaccard}
    loss = mean + 0.3 * hardest + 0.5 * jaccard
    if taught_weight and (known := taught != VOID).any():
        classes = F.cross_entropy(logits, taught.long(), ignore_index=VOID, reduction="sum") / known.sum()
        loss, parts["taught"] = loss + taught_weight * classes, classes
    return loss, {name: part.item() for name, part in parts.items()}


def distillation_loss(logits: Tensor, teacher: Tensor) -> Tensor:
    """Kullback-Leibler divergence from a teacher network's softmax, mean over pixels. Both (N, 19, H, W) logits."""
    divergence = F.kl_div(
        logits.log_softmax(dim=1), teacher.log_softmax(dim=1), reduction="none", log_target=True
    )
    return divergence.sum(dim=1).mean()
