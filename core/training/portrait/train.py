"""The training loop: seeded, resumable, with a log, an average of the weights and a picture of its progress."""

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
from core.training.common import imagenet_trunk, scale, trunk_groups
from core.training.frozen import PartlyFrozen
from core.training.loop import averaged_state, endless, fit, read_recipe
from core.training.portrait.losses import distillation_loss, matte_loss
from core.training.portrait.samples import SHARES, Samples, load
from core.weights import load_card, load_state

Batch = tuple[Tensor, Tensor, Tensor]


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
    emptiness: float = 1.0  # how many times as often as usual the sources without people are drawn
    lifelike: float = 0.0  # share of the batches that show pictures nearly as they come
    frozen_norms: bool = False  # the batch normalisations' means and variances stay
    expanded: str = ""  # widths of the fast trunk's 16 blocks, with commas, 0 for none ("": as they were)


class Stepper:
    """Forward passes arranged for a CPU as :class:`PartlyFrozen` does: logits (N, 1, S, S)."""

    def __init__(self, model: nn.Module, recipe: Recipe) -> None:
        size = recipe.input_size or recipe.size
        self.model = model
        self.features = PartlyFrozen(model.trunk, recipe.frozen_blocks, recipe.batch, size)

    def __call__(self, image: Tensor) -> Tensor:
        features = self.features(image)
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
    fuse: bool = False,
) -> nn.Module:
    """Train ``matte_unet(**arguments)``; goes on from ``run/last.pt`` where there is one.

    Writes ``run/last.pt`` (resumable, every four minutes), ``run/log.jsonl`` and, at the end, ``run/best.pt``
    (the averaged weights). ``initial``: a state to start from (None: ImageNet's trunk).
    ``initial_name``: what that state is called, for the card. ``teacher``: logits (N, 1, S, S) to learn from besides the labels, given the scaled pictures.
    ``teacher_name``: what it is called, for the card. ``fuse``: let torch.compile join small operations; three minutes to
    begin with, a fifth less a step after.
    """
    if recipe.lifelike and (recipe.input_size or recipe.frozen_blocks):
        raise InputError(
            "lifelike batches come in three shapes",
            "an input size of 0 and no frozen blocks, which are made for one shape",
            "leave out --lifelike, or give --input-size 0 --frozen-blocks 0",
        )
    torch.manual_seed(recipe.seed)
    cv2.setNumThreads(1)  # OpenCV's own threads would not survive the fork of the sample makers
    model = build_model("matte_unet", **arguments)
    if initial is not None:
        model.load_state_dict(initial, strict=initial_is_whole(initial))
    else:
        model.trunk.load_state_dict(imagenet_trunk())
    model = model.to(memory_format=torch.channels_last)
    stepper: Callable[[Tensor], Tensor] = Stepper(model, recipe)
    if fuse:
        stepper = torch.compile(stepper.__call__, dynamic=False)
    samples = Samples(
        load(data, prepared), recipe.size, recipe.seed, recipe.emptiness, recipe.lifelike, recipe.batch
    )

    def loss_of(batch: Batch) -> tuple[Tensor, dict[str, float]]:
        image, alpha, weight = batch
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
            taught = distillation_loss(logits, teacher(picture))
            loss, parts["taught"] = 0.5 * loss + taught, taught.item()
        return loss, parts

    described = asdict(recipe) | {
        "arguments": arguments, "initial": initial_name, "teacher": teacher_name, "shares": SHARES,
    }  # fmt: skip
    groups = trunk_groups(model, recipe.trunk_rate)
    averaged = fit(
        model,
        recipe,
        run,
        endless(samples, recipe),
        loss_of,
        described,
        stop_after,
        groups,
        recipe.frozen_norms,
    )
    torch.save(averaged.state_dict(), run / "best.pt")
    return averaged


def load_run(run: Path, *others: Path) -> nn.Module:
    """The averaged network of a run, finished or not, in evaluation mode.

    ``others``: runs, or checkpoints' names, of the same architecture whose weights are averaged with it. Runs that went on from one another lie in one
    valley, and the mean is better than either (Wortsman et al., "Model soups", 2022).
    """
    model = build_model("matte_unet", **read_recipe(run)["arguments"])
    states = [averaged_state(run), *(load_initial(other).state_dict() for other in others)]
    mean = {
        name: sum(state[name] for state in states) / len(states) if value.is_floating_point() else value
        for name, value in states[0].items()
    }
    model.load_state_dict(mean)
    return model.eval()


def load_initial(source: Path) -> nn.Module:
    """The network of a run's folder or, where there is none, of the checkpoint of that name in ``weights``."""
    if (source / "recipe.json").is_file():
        return load_run(source)
    card = load_card(str(source))
    return load_state(card, build_model(card.architecture, **card.arguments))
