"""One registry of network families: a card names an architecture, this finds its builder."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from core.errors import InputError

if TYPE_CHECKING:
    from torch import nn

_BUILDERS: dict[str, Callable[..., nn.Module]] = {}
B = TypeVar("B", bound=Callable[..., Any])


def register_model(name: str) -> Callable[[B], B]:
    """Register a builder (a class or a function that returns an ``nn.Module``) under ``name``.

    Raises:
        ValueError: the name is taken; two families must never share one.
    """

    def add(builder: B) -> B:
        if name in _BUILDERS:
            raise ValueError(f"model {name!r} is registered twice: {_BUILDERS[name]} and {builder}")
        _BUILDERS[name] = builder
        return builder

    return add


def list_models() -> list[str]:
    """Names of all registered architectures, sorted."""
    return sorted(_BUILDERS)


def build_model(name: str, **arguments: Any) -> nn.Module:
    """Build an architecture by its registered name, with random weights.

    Raises:
        InputError: the name is unknown (the message lists the choices).
    """
    if name not in _BUILDERS:
        raise InputError(f"no architecture is called {name!r}", f"one of {', '.join(list_models())}")
    return _BUILDERS[name](**arguments)
