"""Training of ``driving-maskrcnn``: seeded, resumable, with a log and an averaged network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import torch
from torch import Tensor, nn

from core.models import build_model
from core.models.mask_rcnn import MaskRCNN
from core.training.common import imagenet_trunk, scale, trunk_groups
from core.training.driving.instance_losses import instance_losses
from core.training.driving.instance_samples import SHARES, InstanceSamples, Sample, as_batch, load_instances
from core.training.frozen import PartlyFrozen
from core.training.loop import averaged_state, endless, fit, read_recipe

AREA = 1024 * 512  # px at which the network sees a whole frame


@dataclass(frozen=True)
class InstanceRecipe:
    """One training run.

    ``height``, ``width``: of a crop. ``frozen_blocks``: the stem and that many trunk blocks keep their weights. The
    statistics of all of the trunk's BatchNorm stay ImageNet's: a batch has few pictures.
    """

    model: str = "mask_rcnn"
    iterations: int = 2400
    batch: int = 4
    height: int = 384
    width: int = 512
    rate: float = 1e-3
    trunk_rate: float = 0.3  # relative to ``rate``
    weight_decay: float = 0.01
    warm_up: int = 200
    frozen_blocks: int = 3
    average: float = 0.998
    seed: int = 1
    workers: int = 1


class InstanceStepper:
    """The pyramid of a batch, arranged for a CPU as :class:`PartlyFrozen` does."""

    def __init__(self, model: MaskRCNN, recipe: InstanceRecipe) -> None:
        self.model = model
        self.features = PartlyFrozen(
            model.trunk, recipe.frozen_blocks, recipe.batch, (recipe.height, recipe.width)
        )

    def __call__(self, image: Tensor) -> dict[str, Tensor]:
        self.model.trunk.eval()  # its statistics stay
        features = self.features(image)
        with torch.autocast("cpu", torch.bfloat16):
            maps = self.model.pyramid(features)
        return {name: m.float() for name, m in maps.items()}


def train_instances(
    data: Path,
    prepared: Path | None,
    people: Path | None,
    run: Path,
    recipe: InstanceRecipe,
    *,
    arguments: dict | None = None,
    initial: dict[str, Tensor] | None = None,
    initial_name: str = "",
    stop_after: int | None = None,
) -> nn.Module:
    """Train a Mask R-CNN; files, resuming and the averaged network as in :func:`core.training.loop.fit`.

    Args:
        data: the driving folder.
        prepared: where drawn frames lie (None: without them).
        people: the portrait folder, for COCO's things (None: without them).
        arguments: of the architecture.
        initial: a whole state to start from instead of ImageNet's trunk.
        initial_name: what that state is called, for the card.
        stop_after: stop, resumably, after this iteration.
    """
    torch.manual_seed(recipe.seed)
    cv2.setNumThreads(1)  # OpenCV's own threads would not survive the fork of the sample makers
    model = build_model(recipe.model, **(arguments or {}))
    if initial is not None:
        model.load_state_dict(initial)
    else:
        model.trunk.load_state_dict(imagenet_trunk())
    model = model.to(memory_format=torch.channels_last)
    stepper = InstanceStepper(model, recipe)
    groups = trunk_groups(model, recipe.trunk_rate)

    def loss_of(samples: Sequence[Sample]) -> tuple[Tensor, dict[str, float]]:
        maps = stepper(scale(torch.stack([s.image for s in samples])))
        return instance_losses(model, maps, samples)

    stored = load_instances(data, prepared, people)

    samples = InstanceSamples(stored, (recipe.height, recipe.width), AREA, recipe.seed)

    described = asdict(recipe) | {
        "arguments": arguments or {}, "initial": initial_name, "shares": SHARES,
    }  # fmt: skip
    return fit(model, recipe, run, endless(samples, recipe, as_batch), loss_of, described, stop_after, groups)


def load_instance_run(run: Path) -> MaskRCNN:
    """The averaged network of a run, finished or not, in evaluation mode."""
    recipe = read_recipe(run)
    model = build_model(recipe["model"], **recipe["arguments"])
    model.load_state_dict(averaged_state(run))
    return model.eval()
