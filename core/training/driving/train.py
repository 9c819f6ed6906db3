"""The training loop: one 19-class network from all label sets; seeded, resumable, with a log and an averaged network."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader

from core.errors import InputError
from core.models import build_model
from core.models.driving_fast import REPLACED_BLOCKS, FastTrunk
from core.models.efficientnet_lite import EfficientNetLite
from core.models.semantic import Coarse
from core.training.common import (
    Early,
    Log,
    averaged_model,
    compiled,
    imagenet_trunk,
    learning_rate,
    save_state,
    scale,
)
from core.training.driving.data import JOINT_TABLE
from core.training.driving.losses import distillation_loss, driving_loss, row_weights
from core.training.driving.samples import Samples, count_rows, load

CHECKPOINT_EVERY_S = 240
LOG_EVERY = 50
MODELS = ("driving_fast", "fcn", "unet", "deeplab")
# Pixels at which each network sees a whole frame: 576 × 288, 768 × 384.
AREAS = {"driving_fast": 576 * 288, "fcn": 768 * 384, "unet": 768 * 384, "deeplab": 768 * 384}


@dataclass(frozen=True)
class Recipe:
    """One training run.

    ``height``, ``width``: of a crop. ``frozen_blocks``: the stem and that many trunk blocks keep their weights (not for
    ``driving_fast``, whose stem is new). ``taught``: weight of the Coral teacher's classes. ``distilled``: weight
    of a teacher network's answer, where one is given.
    """

    model: str = "driving_fast"
    iterations: int = 15000
    batch: int = 12
    height: int = 256
    width: int = 384
    rate: float = 1.5e-3
    trunk_rate: float = 0.3  # relative to ``rate``
    weight_decay: float = 0.01
    warm_up: int = 300
    frozen_blocks: int = 0
    taught: float = 0.4
    distilled: float = 1.0
    average: float = 0.999
    seed: int = 1
    workers: int = 1


class Stepper:
    """Forward passes arranged for a CPU with two cores: logits at the network's own stride.

    What is frozen runs in OpenVINO. Dense and 1×1 convolutions run in bfloat16, depthwise ones in float32,
    each where it is the faster.
    """

    def __init__(self, model: nn.Module, recipe: Recipe) -> None:
        self.model, self.frozen, self.request = model, recipe.frozen_blocks, None
        self.frozen_parts: list[nn.Module] = []
        trunk: EfficientNetLite | FastTrunk = model.trunk
        if self.frozen:
            if isinstance(trunk, FastTrunk):
                raise InputError("driving_fast has no ImageNet stem to freeze", "--frozen-blocks 0")
            self.frozen_parts = [trunk.stem, trunk.stem_bn, *trunk.blocks[: self.frozen]]
            for part in self.frozen_parts:
                part.requires_grad_(False).eval()
            self.request = compiled(Early(trunk, self.frozen), recipe.batch, (recipe.height, recipe.width))
        for block in trunk.blocks:
            block.mixed_precision = True

    def train(self) -> None:
        """Training mode, but the frozen parts' statistics stay."""
        self.model.train()
        for part in self.frozen_parts:
            part.eval()

    def features(self, image: Tensor) -> list[Tensor]:
        trunk = self.model.trunk
        if isinstance(trunk, FastTrunk):
            with torch.autocast("cpu", torch.bfloat16):
                stem = trunk.stem(image)
            return trunk.late(stem.float())
        if self.request is None:
            return trunk(image)
        answer = self.request.infer([image.contiguous().numpy()])
        early = [
            torch.from_numpy(f.copy()).contiguous(memory_format=torch.channels_last) for f in answer.values()
        ]
        return early + trunk.late(early[-1], self.frozen)

    def __call__(self, image: Tensor) -> Tensor:
        features = self.features(image)
        with torch.autocast("cpu", torch.bfloat16):
            logits = self.model.decode(features)
        return logits.float()


def start_weights(model: nn.Module, stem: Path | None) -> None:
    """ImageNet's trunk; for ``driving_fast`` its later blocks, and the dense stem where it was taught."""
    whole = imagenet_trunk()
    if not isinstance(model.trunk, FastTrunk):
        model.trunk.load_state_dict(whole)
        return
    later = {}
    for name, value in whole.items():
        if name.startswith("blocks."):
            _, index, tail = name.split(".", 2)
            if int(index) >= REPLACED_BLOCKS:
                later[f"{int(index) - REPLACED_BLOCKS}.{tail}"] = value
    model.trunk.blocks.load_state_dict(later)
    if stem is not None:
        model.trunk.stem.load_state_dict(torch.load(stem, weights_only=True))


def at_labels(logits: Tensor, labels: Tensor) -> Tensor:
    """Logits brought to the labels' size, half the crop's."""
    if logits.shape[2:] == labels.shape[1:]:
        return logits
    return F.interpolate(logits, labels.shape[1:], mode="bilinear", align_corners=False)


def train(
    data: Path,
    prepared: Path,
    run: Path,
    recipe: Recipe,
    *,
    arguments: dict | None = None,
    stem: Path | None = None,
    initial: dict[str, Tensor] | None = None,
    teacher: Callable[[Tensor], Tensor] | None = None,
    stop_after: int | None = None,
) -> nn.Module:
    """Train ``recipe.model``; goes on from ``run/last.pt`` where there is one.

    Writes ``run/last.pt`` (resumable, every four minutes), ``run/log.jsonl``, ``run/recipe.json`` and, at the end,
    ``run/best.pt`` (the averaged weights).

    Args:
        arguments: of the architecture.
        stem: the dense stem taught by ``stem``, for ``driving_fast``.
        initial: a whole state to start from instead of ImageNet's trunk.
        teacher: logits (N, 19, h, w) to learn from besides the labels, given the scaled pictures.
        stop_after: stop, resumably, after this iteration.
    """
    torch.manual_seed(recipe.seed)
    cv2.setNumThreads(1)  # OpenCV's own threads would not survive the fork of the sample makers
    run.mkdir(parents=True, exist_ok=True)
    model = build_model(recipe.model, **(arguments or {}))
    if initial is not None:
        model.load_state_dict(initial)
    else:
        start_weights(model, stem)
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

    stored = load(data, prepared)
    weights = row_weights(torch.from_numpy(count_rows(stored, len(JOINT_TABLE))).float())
    # A resumed run draws fresh samples rather than the first ones again.
    seed = recipe.seed * 1_000_003 + start
    samples = Samples(stored, (recipe.height, recipe.width), AREAS[recipe.model], seed)
    prefetch = 4 if recipe.workers else None
    batches = iter(DataLoader(samples, recipe.batch, num_workers=recipe.workers, prefetch_factor=prefetch))
    described = asdict(recipe) | {"arguments": arguments or {}}
    if stem is not None:
        described["stem"] = f"{stem.parent.name}/{stem.name}"
    (run / "recipe.json").write_text(json.dumps(described, indent=1))

    def save(iteration: int) -> None:
        state = {
            "model": model.state_dict(), "averaged": averaged.state_dict(),
            "optimiser": optimiser.state_dict(), "iteration": iteration,
        }  # fmt: skip
        save_state(run / "last.pt", state)

    stepper.train()
    log = Log(run / "log.jsonl")
    saved = time.monotonic()
    last = recipe.iterations if stop_after is None else min(recipe.iterations, stop_after)
    for iteration in range(start, last):
        began = time.monotonic()
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(recipe, iteration) * group["factor"]
        image, target, taught = next(batches)
        picture = scale(image)
        logits = at_labels(stepper(picture), target)
        loss, parts = driving_loss(logits, target, taught, weights, recipe.taught)
        if teacher is not None:
            distilled = distillation_loss(logits, at_labels(teacher(picture), target))
            loss = loss + recipe.distilled * distilled
            parts["distilled"] = distilled.item()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(trainable, 5.0)
        optimiser.step()
        averaged.update_parameters(model)
        log.add({"loss": loss.item()} | parts | {"s": time.monotonic() - began})
        if (iteration + 1) % LOG_EVERY == 0:
            log.write(iteration + 1)
        if time.monotonic() - saved > CHECKPOINT_EVERY_S:
            save(iteration + 1)
            saved = time.monotonic()
    save(last)
    torch.save(averaged.module.state_dict(), run / "best.pt")
    return averaged.module


def read_recipe(run: Path) -> dict:
    """``recipe.json`` of a run.

    Raises:
        InputError: there is none.
    """
    path = run / "recipe.json"
    if not path.is_file():
        raise InputError(f"{run} is not a run", "a folder with recipe.json and last.pt", "give it with --run")
    return json.loads(path.read_text())


def load_run(run: Path) -> nn.Module:
    """The averaged network of a run, finished or not, in evaluation mode."""
    recipe = read_recipe(run)
    model = build_model(recipe["model"], **recipe["arguments"])
    state = torch.load(run / "last.pt", weights_only=True)["averaged"]
    model.load_state_dict({k.removeprefix("module."): v for k, v in state.items() if k.startswith("module.")})
    return model.eval()


def network_teacher(run: Path, recipe: Recipe) -> Callable[[Tensor], Tensor]:
    """Another run's averaged network as a teacher, seeing every crop at the scale that it was trained for."""
    theirs = read_recipe(run)
    ratio = (AREAS[theirs["model"]] / AREAS[recipe.model]) ** 0.5
    size = (round(recipe.height * ratio / 32) * 32, round(recipe.width * ratio / 32) * 32)
    request = compiled(Coarse(load_run(run)), recipe.batch, size)

    def teacher(picture: Tensor) -> Tensor:
        large = F.interpolate(picture, size, mode="bilinear", align_corners=False)
        return torch.from_numpy(request.infer([large.contiguous().numpy()])[0].copy())

    return teacher
