"""A checkpoint of a U-Net that knows one thing: bright is class 1, very bright class 2. Its answer is therefore known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

PLAN: dict[str, Any] = {
    "ids": [0, 1, 2],
    "working": [3.0, 3.0, 3.0],
    "tolerance": 1.1,
    "intensity": {"kind": "window", "low": 0.0, "high": 1000.0},
    "planes": ["axial", "coronal", "sagittal"],
    "context": 1,
    "batch": 4,
    "multiple": 2,
    "mirror": None,
    "one_piece": [],
    "rest": 0,
    "together": False,
    "anchors": None,
    "air": None,
    "trained": [1.0, 6.0],
    "precision": "float32",
}


def bright_network(folder: Path, name: str = "tiny", labels: str = "hippocampus", **changes: Any):
    """Card ``name`` in ``folder``: over .35 of the input's range class 1, over .7 class 2.

    The first level carries the middle slice through in its first channel; all else is set to nothing.
    """
    import torch

    from core.models import build_model
    from core.weights import Card, save_checkpoint

    arguments = {"channels": 3, "classes": 3, "widths": [4, 4]}
    model = build_model("slice_unet", **arguments)
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, torch.nn.Conv2d):
                module.weight.zero_()
                if module.bias is not None:
                    module.bias.zero_()
        for convs, source in ((model.down[0], 1), (model.up[0].convs, 4)):
            convs[0][0].weight[0, source, 1, 1] = 1  # of the neighbours, or of lower level and skip
            convs[1][0].weight[0, 0, 1, 1] = 1
        # Logits 0, k (x − .35), 2 k (x − .525): the second overtakes the first at .7.
        model.head.weight[1, 0], model.head.weight[2, 0] = 400.0, 800.0
        model.head.bias[1], model.head.bias[2] = -140.0, -420.0
    card = Card(
        name=name, title="for tests", task="volume", architecture="slice_unet", arguments=arguments, labels=labels,
        transform=PLAN | changes, licence="none", data=[], recipe="", measured={}, limits=[], sha256="", bytes=0,
        folder=folder / name,
    )  # fmt: skip
    return save_checkpoint(card, model.state_dict())
