"""The numbers of a checkpoint: safetensors only, loaded strictly, never unpickled."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError
from core.instances.design import CLASSES, Limits
from core.labels import get_label_set
from core.transforms import PictureInput
from core.weights.card import CARD_FILE, Card, refuse_link, scan_cards

if TYPE_CHECKING:
    from torch import Tensor, nn

_TASKS = ("matte", "semantic", "instance", "panoptic", "volume")
_LEAST_BYTES = 2
"""Of a number in a checkpoint: half precision."""


def file_sha256(path: Path) -> str:
    """Hex SHA-256 of a file.

    Raises:
        InputError: it cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror})", "the checkpoint's file") from None
    return digest.hexdigest()


def verify(card: Card) -> None:
    """Check a checkpoint's file against its card.

    Raises:
        InputError: missing, a link out of its folder, or of another size or SHA-256.
    """
    path = card.state_path
    refuse_link(path)
    if not path.is_file():
        raise InputError(
            f"{path} is missing", "the file that its card describes", "restore weights/ from git"
        )
    size = path.stat().st_size
    if size != card.bytes:
        raise InputError(f"{path} is damaged: {size} bytes", f"{card.bytes}", "restore it from git")
    if file_sha256(path) != card.sha256:
        raise InputError(
            f"{path} is damaged: its SHA-256 differs from its card's", card.sha256, "restore it from git"
        )


def build_network(card: Card) -> nn.Module:
    """The network that a card describes, with random numbers.

    Raises:
        InputError: no such architecture, arguments that it cannot have, or a network that its file cannot hold.
    """
    import torch

    from core.models import build_model

    place = card.folder / CARD_FILE
    try:
        with torch.device("meta"):  # takes no memory
            sketch = build_model(card.architecture, **card.arguments)
    except InputError:
        raise
    except Exception as error:  # layers raise whatever they stumble over in their arguments
        raise InputError(
            f"{place}: arguments that {card.architecture} cannot have ({error})", "the card's own", "restore it from git"
        ) from None  # fmt: skip
    numbers = sum(v.numel() for v in sketch.state_dict().values())
    if numbers * _LEAST_BYTES > card.bytes:
        raise InputError(
            f"{place} describes a network of {numbers:,} numbers", f"what {card.bytes:,} bytes can hold", "restore it from git"
        )  # fmt: skip
    return build_model(card.architecture, **card.arguments)


def check_use(card: Card) -> None:
    """Check what a card says of its labels and of how a picture becomes its network's input.

    Raises:
        InputError: an unknown task or label set, labels that lack the network's, or a transform of no use.
    """
    if card.task not in _TASKS:
        raise InputError(f"{card.name}: no task is called {card.task!r}", f"one of {', '.join(_TASKS)}")
    labels = get_label_set(card.labels)
    if card.task == "volume":
        return  # its plan is read by the rooms that know volumes
    PictureInput.from_dict(card.transform, card.name)
    if card.task == "instance":
        Limits.from_dict(card.transform.get("limits", {}))
        for name in CLASSES:
            labels.by_name(name)


def verify_all(
    plans: Mapping[str, Callable[[Card], object]] | None = None,
) -> dict[str, InputError | None]:
    """Every checkpoint's name and what is wrong with it (None: nothing). Builds and loads each one.

    Args:
        plans: by task, what else reads a card and raises `InputError` where it is of no use.
    """
    cards, unreadable = scan_cards()
    outcome: dict[str, InputError | None] = {**unreadable}
    for card in cards:
        try:
            check_use(card)
            if plans and card.task in plans:
                plans[card.task](card)
            load_state(card, build_network(card))
            outcome[card.name] = None
        except InputError as error:
            outcome[card.name] = error
    return dict(sorted(outcome.items()))


def load_state(card: Card, model: nn.Module) -> nn.Module:
    """Load a card's numbers into ``model``, as float32 and strictly; returns it in evaluation mode.

    Raises:
        InputError: damaged, or any name or shape that does not match (all of them are named).
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    verify(card)
    try:
        state = load_file(card.state_path)
    except SafetensorError as error:
        raise InputError(
            f"{card.state_path} is not a safetensors file ({error})", "restore it from git"
        ) from None
    wanted = {k: v for k, v in model.state_dict().items() if not k.endswith("num_batches_tracked")}
    problems = [f"{k}: missing" for k in wanted if k not in state]
    problems += [f"{k}: unknown" for k in state if k not in wanted]
    problems += [
        f"{k}: shape {tuple(state[k].shape)}, the architecture wants {tuple(v.shape)}"
        for k, v in wanted.items()
        if k in state and state[k].shape != v.shape
    ]
    if problems:
        raise InputError(
            f"{card.state_path} does not fit {card.architecture}: {'; '.join(problems)}",
            "the card's own checkpoint",
        )
    model.load_state_dict(
        {k: v.float() for k, v in state.items()}, strict=False
    )  # strictness is checked above
    return model.eval()


def save_checkpoint(card: Card, state: dict[str, Tensor]) -> Card:
    """Write ``model.safetensors`` and ``card.json`` into ``card.folder``; returns the card with its new hash.

    Convolution weights are kept in half precision, BatchNorm's numbers in float32.
    """
    import torch
    from safetensors.torch import save_file

    card.folder.mkdir(parents=True, exist_ok=True)
    kept = {
        k: (v.half() if v.ndim == 4 else v.float()).contiguous().clone(memory_format=torch.contiguous_format)
        for k, v in state.items()
        if not k.endswith("num_batches_tracked")
    }
    partial = card.state_path.with_suffix(".part")
    save_file(kept, partial)
    os.replace(partial, card.state_path)
    card = replace(card, sha256=file_sha256(card.state_path), bytes=card.state_path.stat().st_size)
    write_card(card)
    return card


def write_card(card: Card) -> None:
    """Write ``card.json`` into the card's folder."""
    raw = {k: v for k, v in asdict(card).items() if k != "folder"}
    text = json.dumps(raw, indent=1, ensure_ascii=False) + "\n"
    (card.folder / CARD_FILE).write_text(text, encoding="utf-8")
