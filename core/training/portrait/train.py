"""The training loop: seeded, resumable, with a log, an average of the weights and a picture of its progress."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader

from core.models import build_model
from core.models.efficientnet_lite import EfficientNetLite
from core.training.common import Early, averaged_model, compiled, imagenet_trunk, learning_rate, scale
from core.training.portrait.losses import distillation_loss, matte_loss
from core.training.portrait.samples import Samples, load
from core.weights import load_card, load_state

CHECKPOINT_EVERY_S = 240


@dataclass(frozen=True)
class Recipe:
    """One training run. ``frozen_blocks``: the stem and that many trunk blocks keep their weights."""

    iterations: int = 6000
    batch: int = 16
    size: int = 256
    input_size: int = (
        0  # the network sees samples shrunk to this; its answer is compared at ``size`` (0: the same)
    )
    rate: float = 1.5e-3
    trunk_rate: float = 0.3  # relative to ``rate``
    weight_decay: float = 0.01
    warm_up: int = 200
    frozen_blocks: int = 5
    average: float = 0.998
    seed: int = 1
    workers: int = 1


class Stepper:
    """Forward passes arranged for a CPU with two cores.

    What is frozen runs in OpenVINO (0.04 s instead of 0.2 s a batch of 16 at 256²). Dense and 1×1
    convolutions run in bfloat16, depthwise ones in float32, each where it is the faster.
    """

    def __init__(self, model: nn.Module, recipe: Recipe) -> None:
        self.model, self.frozen = model, recipe.frozen_blocks
        trunk: EfficientNetLite = model.trunk
        self.frozen_parts: list[nn.Module] = []
        self.request = None
        if self.frozen:
            self.frozen_parts = [trunk.stem, trunk.stem_bn, *trunk.blocks[: self.frozen]]
            for part in self.frozen_parts:
                part.requires_grad_(False).eval()
            self.request = compiled(Early(trunk, self.frozen), recipe.batch, recipe.input_size or recipe.size)
        for block in trunk.blocks:
            block.mixed_precision = True

    def train(self) -> None:
        """Training mode, but the frozen parts' statistics stay."""
        self.model.train()
        for part in self.frozen_parts:
            part.eval()

    def __call__(self, image: Tensor) -> Tensor:
        trunk = self.model.trunk
        if self.request is None:
            features = trunk(image)
        else:
            answer = self.request.infer([image.contiguous().numpy()])
            early = [
                torch.from_numpy(f.copy()).contiguous(memory_format=torch.channels_last)
                for f in answer.values()
            ]
            features = early + trunk.late(early[-1], self.frozen)
        with torch.autocast("cpu", torch.bfloat16):
            logits = self.model.decode(features)
        return logits.float()


def initial_is_whole(initial: dict[str, Tensor]) -> bool:
    """False where ``initial`` is a trunk without a decoder (the decoder then starts at random)."""
    return any(not name.startswith("trunk.") for name in initial)


def train(
    data: Path,
    run: Path,
    arguments: dict,
    recipe: Recipe,
    *,
    prepared: Path,
    initial: dict[str, Tensor] | None = None,
    initial_name: str = "",
    teacher: Callable[[Tensor], Tensor] | None = None,
    teacher_name: str = "",
    stop_after: int | None = None,
) -> nn.Module:
    """Train ``matte_unet(**arguments)``; goes on from ``run/last.pt`` where there is one.

    Writes ``run/last.pt`` (resumable, every four minutes), ``run/log.jsonl`` and, at the end, ``run/best.pt``
    (the averaged weights). ``initial``: a state to start from (None: ImageNet's trunk).
    ``initial_name``: what that state is called, for the card. ``teacher``: logits (N, 1, S, S) to learn from besides the labels, given the scaled pictures.
    ``teacher_name``: what it is called, for the card.
    """
    torch.manual_seed(recipe.seed)
    cv2.setNumThreads(1)  # OpenCV's own threads would not survive the fork of the sample makers
    run.mkdir(parents=True, exist_ok=True)
    model = build_model("matte_unet", **arguments)
    if initial is not None:
        model.load_state_dict(initial, strict=initial_is_whole(initial))
    else:
        model.trunk.load_state_dict(imagenet_trunk())
    model = model.to(memory_format=torch.channels_last)
    stepper = Stepper(model, recipe)
    trunk_ids = {id(p) for p in model.trunk.parameters()}
    trainable = [p for p in model.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in trainable if id(p) in trunk_ids], "factor": recipe.trunk_rate},
        {"params": [p for p in trainable if id(p) not in trunk_ids], "factor": 1.0},
    ]
    optimiser = torch.optim.AdamW(groups, lr=recipe.rate, weight_decay=recipe.weight_decay)
    averaged = averaged_model(model, recipe.average)
    start = 0
    if (run / "last.pt").exists():
        state = torch.load(run / "last.pt", weights_only=True)
        model.load_state_dict(state["model"])
        averaged.load_state_dict(state["averaged"])
        optimiser.load_state_dict(state["optimiser"])
        start = state["iteration"]

    # A resumed run draws fresh samples rather than the first ones again.
    samples = Samples(load(data, prepared), recipe.size, recipe.seed * 1000 + start)
    loader = DataLoader(
        samples, recipe.batch, num_workers=recipe.workers, prefetch_factor=6 if recipe.workers else None
    )
    batches = iter(loader)
    described = asdict(recipe) | {"arguments": arguments, "initial": initial_name, "teacher": teacher_name}
    (run / "recipe.json").write_text(json.dumps(described, indent=1))

    def save(iteration: int) -> None:
        state = {
            "model": model.state_dict(), "averaged": averaged.state_dict(),
            "optimiser": optimiser.state_dict(), "iteration": iteration,
        }  # fmt: skip
        torch.save(state, run / "last.pt.part")
        os.replace(run / "last.pt.part", run / "last.pt")

    stepper.train()
    saved = began = time.monotonic()
    sums: dict[str, float] = {}
    counted = 0
    last = recipe.iterations if stop_after is None else min(recipe.iterations, stop_after)
    for iteration in range(start, last):
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(recipe, iteration) * group["factor"]
        image, alpha, weight = next(batches)
        picture = scale(image)
        if recipe.input_size:
            small = F.interpolate(picture, (recipe.input_size,) * 2, mode="bilinear", antialias=True)
            logits = stepper(small.contiguous(memory_format=torch.channels_last))
            logits = F.interpolate(logits, picture.shape[2:], mode="bilinear", align_corners=False)
        else:
            logits = stepper(picture)
        alpha, weight = (t.unsqueeze(1).float().div_(255) for t in (alpha, weight))
        loss, parts = matte_loss(logits, alpha, weight)
        if teacher is not None:
            answer = teacher(picture)
            taught = distillation_loss(logits, answer)
            loss, parts["taught"] = 0.5 * loss + taught, taught.item()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(trainable, 5.0)
        optimiser.step()
        averaged.update_parameters(model)
        counted += 1
        for name, value in ({"loss": loss.item()} | parts).items():
            sums[name] = sums.get(name, 0.0) + value
        if (iteration + 1) % 50 == 0:
            seconds = (time.monotonic() - began) / counted
            row = {"iteration": iteration + 1, "s": round(seconds, 3)} | {
                k: round(v / counted, 4) for k, v in sums.items()
            }
            with open(run / "log.jsonl", "a") as log:
                log.write(json.dumps(row) + "\n")
            print(row, flush=True)
            sums, counted, began = {}, 0, time.monotonic()
        if time.monotonic() - saved > CHECKPOINT_EVERY_S:
            save(iteration + 1)
            saved = time.monotonic()
    save(last)
    torch.save(averaged.module.state_dict(), run / "best.pt")
    return averaged.module


def load_run(run: Path, *others: Path) -> nn.Module:
    """The averaged network of a run, finished or not, in evaluation mode.

    ``others``: runs of the same architecture whose weights are averaged with it. Runs that went on from one another lie in one
    valley, and the mean is better than either (Wortsman et al., "Model soups", 2022).
    """
    model = build_model("matte_unet", **json.loads((run / "recipe.json").read_text())["arguments"])
    states = [torch.load(folder / "last.pt", weights_only=True)["averaged"] for folder in (run, *others)]
    mean = {
        name: sum(state[name] for state in states) / len(states) if value.is_floating_point() else value
        for name, value in states[0].items()
    }
    model.load_state_dict({k.removeprefix("module."): v for k, v in mean.items() if k.startswith("module.")})
    return model.eval()


def load_initial(source: Path) -> nn.Module:
    """The network of a run's folder or, where there is none, of the checkpoint of that name in ``weights``."""
    if (source / "recipe.json").is_file():
        return load_run(source)
    card = load_card(str(source))
    return load_state(card, build_model(card.architecture, **card.arguments))


__all__ = ["Recipe", "Stepper", "compiled", "imagenet_trunk", "load_initial", "load_run", "train"]
