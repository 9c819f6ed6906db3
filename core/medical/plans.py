"""A network's plan as data: what its card says of how a scan is shown to it, read strictly."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from core.errors import InputError
from core.labels import LabelSet, get_label_set
from core.medical.intensity import Intensity
from core.medical.slices import SliceOptions
from core.medical.slicewise import Anchors, Plan
from core.transforms.picture import PRECISIONS
from core.weights import Card

_OPTIONS = ("planes", "context", "batch", "multiple", "mirror")
_PLAN = ("working", "tolerance", "trained", "together", "air")
_PART = ("ids", "one_piece", "rest")
_BESIDE = ("intensity", "anchors", "precision")


@dataclass(frozen=True)
class Part:
    """One way to put a network's classes into a mask, and the labels that it has then."""

    labels: LabelSet
    plan: Plan


def read_parts(card: Card) -> dict[str, Part]:
    """What a card's network can be asked for; a card without ``parts`` has one, called ``""``.

    The keys of ``card.transform`` are those of :class:`core.medical.slicewise.Plan` and :class:`core.medical.slices.SliceOptions`, and
    ``precision``. Where a network's classes are put into masks in more ways than one, ``parts`` is a dictionary
    {name: {labels, ids, one_piece, rest}}; the first is what one gets unasked.

    Raises:
        InputError: a key is missing or unknown, or a value is of no use.
    """
    raw = dict(card.transform)
    several = raw.pop("parts", None)
    if several is None:
        several = {"": {"labels": card.labels} | {key: raw.pop(key) for key in _PART if key in raw}}
    _exactly(raw, (*_OPTIONS, *_PLAN, *_BESIDE), f"{card.name}: the plan")
    if raw["precision"] not in PRECISIONS:
        raise InputError(f"{card.name}: precision {raw['precision']!r}", f"one of {', '.join(PRECISIONS)}")
    if not isinstance(several, dict) or not several:
        raise InputError(f"{card.name}: parts {several}", "a dictionary of one part or more")
    parts = {}
    for name, part in several.items():
        _exactly(part, ("labels", *_PART), f"{card.name}: part {name!r}")
        try:
            parts[name] = Part(get_label_set(part["labels"]), _plan(raw, part))
        except (TypeError, ValueError, IndexError) as error:
            raise InputError(
                f"{card.name}: a plan of no use: {error}", "what slicewise.py describes"
            ) from None
    return parts


def _plan(raw: dict[str, Any], part: dict[str, Any]) -> Plan:
    _exactly(raw["intensity"], [f.name for f in fields(Intensity)], "intensity")
    anchors = raw["anchors"]
    if anchors is not None:
        _exactly(anchors, [f.name for f in fields(Anchors)], "anchors")
        anchors = Anchors(**{key: _tuples(value) for key, value in anchors.items()})
    options = SliceOptions(classes=len(part["ids"]), **{key: _tuples(raw[key]) for key in _OPTIONS})
    return Plan(
        options=options,
        intensity=Intensity(**raw["intensity"]),
        anchors=anchors,
        **{key: _tuples(part[key]) for key in _PART},
        **{key: _tuples(raw[key]) for key in _PLAN},
    )


def _exactly(raw: Any, wanted: Any, what: str) -> None:
    if not isinstance(raw, dict):
        raise InputError(f"{what} is {type(raw).__name__}", "a dictionary")
    missing, unknown = sorted(set(wanted) - set(raw)), sorted(set(raw) - set(wanted))
    if missing or unknown:
        raise InputError(
            f"{what} lacks {missing} and has {unknown} too much", "all of its keys and no others"
        )


def _tuples(value: Any) -> Any:
    return tuple(_tuples(v) for v in value) if isinstance(value, list) else value
