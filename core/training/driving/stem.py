"""The dense stem of ``driving_fast`` learns to answer as Lite0's stem and first three blocks do, pictures only."""

from __future__ import annotations

import time
from pathlib import Path

import cv2
import torch
from torch import Tensor

from core.models.driving_fast import REPLACED_BLOCKS, DenseStem
from core.models.efficientnet_lite import EfficientNetLite
from core.training.common import Log, imagenet_trunk, learning_rate, save_state, scale
from core.training.driving.samples import SHARES, Samples, load
from core.training.driving.train import AREAS, Recipe
from core.training.frozen import Early, compiled
from core.training.loop import endless
from core.training.recipes import write_recipe


def feature_loss(answer: Tensor, wanted: Tensor) -> Tensor:
    """Mean squared error of (N, C, H, W) features, each channel in units of its own variance in the batch."""
    variance = wanted.var((0, 2, 3), keepdim=True).clamp_min(1e-4)
    return ((answer - wanted) ** 2 / variance).mean()


def teach_stem(
    data: Path, prepared: Path, run: Path, recipe: Recipe, widths: tuple[int, ...] = (16, 32)
) -> Path:
    """Train a stem for ``recipe.iterations`` steps; writes ``run/stem.pt`` (returned), ``run/log.jsonl``, ``run/recipe.json``."""
    torch.manual_seed(recipe.seed)
    cv2.setNumThreads(1)
    run.mkdir(parents=True, exist_ok=True)
    described = {name: getattr(recipe, name) for name in ("iterations", "batch", "rate", "warm_up", "seed")}
    write_recipe(run, described | {"arguments": {"stem": widths}, "shares": SHARES}, 0)
    trunk = EfficientNetLite().eval()
    trunk.load_state_dict(imagenet_trunk())
    wanted_of = compiled(Early(trunk, REPLACED_BLOCKS), recipe.batch, (recipe.height, recipe.width))
    stem = DenseStem(widths).to(memory_format=torch.channels_last).train()
    optimiser = torch.optim.AdamW(stem.parameters(), lr=recipe.rate, weight_decay=1e-4)
    samples = Samples(load(data, prepared), (recipe.height, recipe.width), AREAS["driving_fast"], recipe.seed)
    batches = endless(samples, recipe)(0)
    log = Log(run / "log.jsonl")
    for iteration in range(recipe.iterations):
        began = time.monotonic()
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(recipe, iteration)
        picture = scale(next(batches)[0])
        wanted = torch.from_numpy(list(wanted_of.infer([picture.contiguous().numpy()]).values())[-1].copy())
        with torch.autocast("cpu", torch.bfloat16):
            answer = stem(picture)
        loss = feature_loss(answer.float(), wanted)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        log.add({"loss": loss.item(), "s": time.monotonic() - began})
        if (iteration + 1) % 50 == 0:
            log.write(iteration + 1)
    save_state(run / "stem.pt", stem.state_dict())
    return run / "stem.pt"
