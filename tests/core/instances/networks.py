"""A small Mask R-CNN of random weights that finds things, so that what comes after it has something to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from core.instances import Limits
    from core.models.mask_rcnn import MaskRCNN

SMALL = {"width": 16, "box_width": 16, "mask_widths": [8], "expanded": [32] + [16] * 15}
LEAST_SCORE = 0.2


def picture(height: int, width: int, seed: int = 0) -> np.ndarray:
    """uint8 RGB (height, width, 3): soft spots of colour."""
    coarse = np.random.default_rng(seed).integers(0, 256, (9, 9, 3)).astype(np.uint8)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def loud_network(limits: Limits) -> MaskRCNN:
    """Sure of its classes, boxes that move, masks with edges; in evaluation mode."""
    import torch

    from core.models import build_model

    torch.manual_seed(3)
    model = build_model("mask_rcnn", **SMALL, limits=limits).eval()
    x = torch.from_numpy(picture(160, 224).transpose(2, 0, 1)[None]).float() / 127.5 - 1
    answers = []
    with torch.no_grad():
        for layer, gain in (
            (model.rpn.head.cls_logits, 60), (model.rpn.head.bbox_pred, 20),
            (model.roi_heads.box_predictor.cls_score, 60), (model.roi_heads.box_predictor.bbox_pred, 8),
        ):  # fmt: skip
            layer.weight.mul_(gain)
        last = model.roi_heads.mask_predictor.mask_fcn_logits
        hook = last.register_forward_hook(lambda module, given, answer: answers.append(answer))
        model(x)
        hook.remove()
        # Logits around 0 with a spread of 1, whatever the layers before make of a picture.
        spread = answers[0].std(dim=(0, 2, 3))
        last.bias.copy_((last.bias - answers[0].mean(dim=(0, 2, 3))) / spread)
        last.weight.div_(spread.view(-1, 1, 1, 1))
    return model
