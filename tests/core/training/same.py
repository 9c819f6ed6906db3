"""Whether two runs came to the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch


def assert_same(one: Path, other: Path) -> None:
    """The states of two runs are equal, bit for bit: the network, its mean, the optimiser and what chance comes next."""
    states = [_flat("", torch.load(run / "last.pt", weights_only=True)) for run in (one, other)]
    assert states[0].keys() == states[1].keys()
    different = [name for name, value in states[0].items() if not _equal(value, states[1][name])]
    assert not different, different


def _flat(name: str, value: Any) -> dict[str, Any]:
    """Tensors and numbers of nested dicts and lists, by their way through them."""
    if isinstance(value, list):
        value = dict(enumerate(value))
    if not isinstance(value, dict):
        return {name: value}
    return {k: v for key, part in value.items() for k, v in _flat(f"{name}/{key}", part).items()}


def _equal(one: Any, other: Any) -> bool:
    return torch.equal(one, other) if isinstance(one, torch.Tensor) else one == other
