"""The losses of Mask R-CNN, from torchvision's parts, with two things that those lack: places that nobody labelled, and
people who may be riders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.roi_heads import fastrcnn_loss, project_masks_on_boxes
from torchvision.models.detection.rpn import concat_box_prediction_layers

from core.instances.design import CLASSES
from core.models.mask_rcnn import MaskRCNN, proposing
from core.training.driving.instance_data import EITHER, IGNORED
from core.training.driving.instance_samples import Sample

MOST_IGNORED = 0.5  # a box with a larger share of unlabelled px is no background
PERSON, RIDER = (CLASSES.index(name) + 1 for name in ("person", "rider"))
UNKNOWN = -1  # torchvision's samplers take neither as a thing nor as background


@dataclass
class _Unlabelled:
    """Sums over an ignored map, so that any box's share takes four look-ups."""

    sums: Tensor  # float (H + 1, W + 1)

    @classmethod
    def of(cls, numbers: Tensor) -> _Unlabelled:
        return cls(F.pad((numbers == IGNORED).float().cumsum(0).cumsum(1), (1, 0, 1, 0)))

    def share(self, boxes: Tensor) -> Tensor:
        """float (N,): of the part of each box that lies in the picture."""
        height, width = self.sums.shape
        limits = torch.tensor([width - 1, height - 1, width - 1, height - 1])
        left, top, right, bottom = torch.minimum(boxes.round().long().clamp_min(0), limits).unbind(1)
        inside = (right - left).clamp_min(0) * (bottom - top).clamp_min(0)
        s = self.sums
        count = s[bottom, right] - s[top, right] - s[bottom, left] + s[top, left]
        return count / inside.clamp_min(1)


def proposal_losses(
    model: MaskRCNN, maps: dict[str, Tensor], samples: Sequence[Sample]
) -> tuple[list[Tensor], dict[str, Tensor]]:
    """Losses of objectness and of proposed boxes, as ``RegionProposalNetwork`` makes them; and the proposals."""
    rpn = model.rpn
    size = tuple(samples[0].image.shape[1:])
    features = list(proposing(maps).values())
    with torch.autocast("cpu", torch.bfloat16):
        logits, deltas = rpn.head(features)
    logits, deltas = [v.float() for v in logits], [v.float() for v in deltas]
    anchors = rpn.anchor_generator(ImageList(features[0].new_zeros(len(samples), 1, *size), [size] * len(samples)), features)  # fmt: skip
    per_level = [v[0].numel() for v in logits]
    objectness, moves = concat_box_prediction_layers(logits, deltas)
    with torch.no_grad():
        boxes = rpn.box_coder.decode(moves.detach(), anchors).view(len(samples), -1, 4)
        proposals, _ = rpn.filter_proposals(boxes, objectness, [size] * len(samples), per_level)
        labels, matched = rpn.assign_targets_to_anchors(anchors, [{"boxes": s.boxes} for s in samples])
        for label, sample, mine in zip(labels, samples, anchors, strict=True):
            unlabelled = _Unlabelled.of(sample.numbers).share(mine) > MOST_IGNORED
            label[(label == 0) & unlabelled] = UNKNOWN
        targets = rpn.box_coder.encode(matched, anchors)
    objects, edges = rpn.compute_loss(objectness, moves, labels, targets)
    return proposals, {"objects": objects, "proposed": edges}


def class_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean −log of the probability of each box's class; of either class's sum where it is ``EITHER``.

    Args:
        logits: float (N, 9).
        labels: int64 (N,), 0 background, 1 … 8, ``EITHER``.
    """
    known = logits.log_softmax(dim=1)
    both = known[:, [PERSON, RIDER]].logsumexp(dim=1, keepdim=True)
    return F.nll_loss(torch.cat([known, both], dim=1), labels)


def resolve(labels: Tensor, logits: Tensor) -> Tensor:
    """Labels in which ``EITHER`` has become what the network itself holds for likelier."""
    rides = logits[:, RIDER] > logits[:, PERSON]
    return torch.where(labels == EITHER, torch.where(rides, RIDER, PERSON), labels)


def head_losses(
    model: MaskRCNN, maps: dict[str, Tensor], proposals: list[Tensor], samples: Sequence[Sample]
) -> dict[str, Tensor]:
    """Losses of classes, boxes and masks, as ``RoIHeads`` makes them."""
    heads = model.roi_heads
    size = [tuple(s.image.shape[1:]) for s in samples]
    with torch.no_grad():
        given = [s.boxes for s in samples]
        proposals = heads.add_gt_proposals(proposals, given)
        matched, labels = heads.assign_targets_to_proposals(proposals, given, [s.classes for s in samples])
        for label, sample, mine in zip(labels, samples, proposals, strict=True):
            unlabelled = _Unlabelled.of(sample.numbers).share(mine) > MOST_IGNORED
            label[(label == 0) & unlabelled] = UNKNOWN
        chosen = heads.subsample(labels)
        proposals = [p[c] for p, c in zip(proposals, chosen, strict=True)]
        labels = [v[c] for v, c in zip(labels, chosen, strict=True)]
        matched = [m[c] for m, c in zip(matched, chosen, strict=True)]
        wanted = [(b if len(b) else b.new_zeros(1, 4))[m] for b, m in zip(given, matched, strict=True)]
        targets = torch.cat(heads.box_coder.encode(wanted, proposals))
    cells = heads.box_roi_pool(maps, proposals, size)
    with torch.autocast("cpu", torch.bfloat16):
        logits, moves = heads.box_predictor(heads.box_head(cells))
    logits, moves = logits.float(), moves.float()
    flat = torch.cat(labels)
    resolved = resolve(flat, logits.detach())
    _, edges = fastrcnn_loss(logits, moves, [resolved], [targets])
    losses = {"classes": class_loss(logits, flat), "boxes": edges}

    things = [v > 0 for v in labels]
    mask_boxes = [p[t] for p, t in zip(proposals, things, strict=True)]
    kinds = resolved[flat > 0]
    if len(kinds):
        cells = heads.mask_roi_pool(maps, mask_boxes, size)
        with torch.autocast("cpu", torch.bfloat16):
            masks = heads.mask_predictor(heads.mask_head(cells))
        own = masks.float()[torch.arange(len(kinds)), kinds]
        with torch.no_grad():
            shapes = torch.cat([
                _project(sample, m[t], boxes, own.shape[-1])
                for sample, m, t, boxes in zip(samples, matched, things, mask_boxes, strict=True)
            ])  # fmt: skip
        losses["masks"] = F.binary_cross_entropy_with_logits(own, shapes)
    return losses


def _project(sample: Sample, matched: Tensor, boxes: Tensor, side: int) -> Tensor:
    """float (n, side, side): what of each box belongs to the thing that it is matched with."""
    if not len(boxes):
        return boxes.new_zeros(0, side, side)
    masks = (sample.numbers[None] == torch.arange(1, len(sample.boxes) + 1)[:, None, None]).float()
    return project_masks_on_boxes(masks, boxes, matched, side)


def instance_losses(
    model: MaskRCNN, maps: dict[str, Tensor], samples: Sequence[Sample]
) -> tuple[Tensor, dict[str, float]]:
    """The sum of all five losses, and each for the log.

    Args:
        maps: the pyramid's, float32.
        samples: as many as the maps have pictures.
    """
    proposals, losses = proposal_losses(model, maps, samples)
    losses |= head_losses(model, maps, proposals, samples)
    return sum(losses.values(), torch.zeros(())), {name: v.item() for name, v in losses.items()}
