"""The training loop: one 19-class network from all label sets; seeded, resumable, with a log and an averaged network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.errors import InputError
from core.models import build_model
from core.models.driving_fast import REPLACED_BLOCKS, FastTrunk
from core.models.semantic import Coarse
from core.training.common import imagenet_trunk, scale, trunk_groups
from core.training.driving.data import JOINT_TABLE
from core.training.driving.losses import distillation_loss, driving_loss, row_weights
from core.training.driving.samples import SHARES, Samples, count_rows, load
from core.training.frozen import Frozen, PartlyFrozen
from core.training.loop import averaged_state, endless, fit, read_recipe

Batch = tuple[Tensor, Tensor, Tensor]
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
    """Forward passes arranged for a CPU: logits at the network's own stride, as :class:`PartlyFrozen` has them."""

    def __init__(self, model: nn.Module, recipe: Recipe) -> None:
        self.model = model
        self.features: Callable[[Tensor], list[Tensor]]
        if isinstance(model.trunk, FastTrunk):
            if recipe.frozen_blocks:
                raise InputError("driving_fast has no ImageNet stem to freeze", "--frozen-blocks 0")
            self.features = self._fast_features
            for block in model.trunk.blocks:
                block.mixed_precision = True
        else:
            size = (recipe.height, recipe.width)
            self.features = PartlyFrozen(model.trunk, recipe.frozen_blocks, recipe.batch, size)

    def _fast_features(self, image: Tensor) -> list[Tensor]:
        with torch.autocast("cpu", torch.bfloat16):
            stem = self.model.trunk.stem(image)
        return self.model.trunk.late(stem.float())

    def __call__(self, image: Tensor) -> Tensor:
        features = self.features(image)
        with torch.autocast("cpu", torch.bfloat16):
            logits = self.model.decode(features)
        return logits.float()


def start_weights(model: nn.Module, stem: Path | None, trunk: Path | None = None) -> None:
    """ImageNet's trunk; for ``driving_fast`` its later blocks, and the dense stem where it was taught.

    Args:
        trunk: run of a ``driving_fast`` that lends its later blocks to another network. They have learnt to work
            on a stem that was taught ImageNet's features, so they fit behind ImageNet's own stem.
    """
    whole = imagenet_trunk()
    if not isinstance(model.trunk, FastTrunk):
        model.trunk.load_state_dict(whole)
        if trunk is not None:
            lent = load_run(trunk).trunk.blocks
            for block, learnt in zip(model.trunk.blocks[REPLACED_BLOCKS:], lent, strict=True):
                block.load_state_dict(learnt.state_dict())
        return
    if trunk is not None:
        raise InputError("a driving_fast starts from ImageNet and a stem", "--stem, without --trunk")
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
    trunk: Path | None = None,
    initial: dict[str, Tensor] | None = None,
    initial_name: str = "",
    teacher: Callable[[Tensor], Tensor] | None = None,
    teacher_name: str = "",
    stop_after: int | None = None,
) -> nn.Module:
    """Train ``recipe.model``; goes on from ``run/last.pt`` where there is one.

    Writes ``run/last.pt`` (resumable, every four minutes), ``run/log.jsonl``, ``run/recipe.json`` and, at the end,
    ``run/best.pt`` (the averaged weights).

    Args:
        arguments: of the architecture.
        stem: the dense stem taught by ``stem``, for ``driving_fast``.
        trunk: run of a ``driving_fast`` whose later blocks the other networks start from.
        initial: a whole state to start from instead of ImageNet's trunk.
        initial_name: what that state is called, for the card.
        teacher: logits (N, 19, h, w) to learn from besides the labels, given the scaled pictures.
        teacher_name: what it is called, for the card.
        stop_after: stop, resumably, after this iteration.
    """
    torch.manual_seed(recipe.seed)
    cv2.setNumThreads(1)  # OpenCV's own threads would not survive the fork of the sample makers
    model = build_model(recipe.model, **(arguments or {}))
    if initial is not None:
        model.load_state_dict(initial)
    else:
        start_weights(model, stem, trunk)
    model = model.to(memory_format=torch.channels_last)
    stepper = Stepper(model, recipe)
    groups = trunk_groups(model, recipe.trunk_rate)
    stored = load(data, prepared)
    weights = row_weights(torch.from_numpy(count_rows(stored, len(JOINT_TABLE))).float())

    samples = Samples(stored, (recipe.height, recipe.width), AREAS[recipe.model], recipe.seed)

    def loss_of(batch: Batch) -> tuple[Tensor, dict[str, float]]:
        image, target, taught = batch
        picture = scale(image)
        logits = at_labels(stepper(picture), target)
        loss, parts = driving_loss(logits, target, taught, weights, recipe.taught)
        if teacher is not None:
            distilled = distillation_loss(logits, at_labels(teacher(picture), target))
            loss = loss + recipe.distilled * distilled
            parts["distilled"] = distilled.item()
        return loss, parts

    described = asdict(recipe) | {
        "arguments": arguments or {}, "initial": initial_name, "teacher": teacher_name, "shares": SHARES,
    }  # fmt: skip
    if stem is not None:
        described["stem"] = f"{stem.parent.name}/{stem.name}"
    if trunk is not None:
        described["trunk"] = trunk.name
    averaged = fit(model, recipe, run, endless(samples, recipe), loss_of, described, stop_after, groups)
    torch.save(averaged.state_dict(), run / "best.pt")
    return averaged


def load_run(run: Path) -> nn.Module:
    """The averaged network of a run, finished or not, in evaluation mode."""
    recipe = read_recipe(run)
    model = build_model(recipe["model"], **recipe["arguments"])
    model.load_state_dict(averaged_state(run))
    return model.eval()


def network_teacher(run: Path, recipe: Recipe) -> Callable[[Tensor], Tensor]:
    """Another run's averaged network as a teacher, seeing every crop at the scale that it was trained for."""
    theirs = read_recipe(run)
    ratio = (AREAS[theirs["model"]] / AREAS[recipe.model]) ** 0.5
    size = (round(recipe.height * ratio / 32) * 32, round(recipe.width * ratio / 32) * 32)
    frozen = Frozen(Coarse(load_run(run)))

    def teacher(picture: Tensor) -> Tensor:
        return frozen(F.interpolate(picture, size, mode="bilinear", align_corners=False))

    return teacher
