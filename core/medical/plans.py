"""A network's plan as data: what its card says of how a scan is shown to it, read strictly."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from core.errors import InputError
from core.medical.intensity import Intensity
from core.medical.slices import SliceOptions
from core.medical.slicewise import Plan

_OPTIONS = ("planes", "context", "batch", "multiple", "mirror")
_PLAN = ("ids", "working", "tolerance", "one_piece", "trained")
# Read by others than the plan: the engine, and the task made of the card.
_BESIDE = ("precision", "parts")


def plan_from(raw: dict[str, Any]) -> Plan:
    """A plan from a card's ``transform``.

    Raises:
        InputError: a key is missing or unknown, or a value is of no use.
    """
    wanted = {*_OPTIONS, *_PLAN, "intensity", "precision"}
    missing, unknown = sorted(wanted - set(raw)), sorted(set(raw) - wanted - set(_BESIDE))
    if missing or unknown:
        raise InputError(f"a plan without {missing} and with {unknown}", "all of its keys and no others")
    allowed = {f.name for f in fields(Intensity)}
    if not isinstance(raw["intensity"], dict) or set(raw["intensity"]) != allowed:
        raise InputError(f"intensity {raw['intensity']}", f"a dictionary of {sorted(allowed)}")
    values = {key: _tuples(raw[key]) for key in (*_OPTIONS, *_PLAN)}
    try:
        return Plan(
            intensity=Intensity(**raw["intensity"]),
            options=SliceOptions(classes=len(values["ids"]), **{key: values[key] for key in _OPTIONS}),
            **{key: values[key] for key in _PLAN},
        )
    except (TypeError, ValueError) as error:
        raise InputError(f"a plan of no use: {error}", "what core/medical/slicewise.py describes") from None


def _tuples(value: Any) -> Any:
    return tuple(_tuples(v) for v in value) if isinstance(value, list) else value
