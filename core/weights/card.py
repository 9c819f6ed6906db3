"""A card says what a checkpoint is: data, never code."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from core.errors import InputError

CARD_FILE = "card.json"
STATE_FILE = "model.safetensors"
_MAX_BYTES = 1 << 20
_told: set[str] = set()  # what the log has already been told


@dataclass(frozen=True)
class Card:
    """All that is known of a checkpoint.

    Attributes:
        name: the folder's name, and what ``--weights`` takes.
        title: one line for people.
        task: ``matte`` | ``semantic`` | ``instance`` | ``panoptic`` | ``volume``.
        architecture, arguments: for ``core.models.build_model``.
        labels: name of the label set of ``core.labels``.
        transform: how a picture becomes the network's input: ``area`` (pixels it is resized to, keeping its
            aspect), ``multiple`` (of either side), ``mean`` and ``std`` on the 0 … 255 scale, RGB; ``precision``: ``bfloat16`` where a CPU may
            compute in it because the measured figures stay the same (missing: float32); ``limits`` of an instance network:
            the fields of :class:`core.instances.Limits`.
        licence: of the checkpoint.
        data: ``[{name, terms}]``, what it was trained on.
        recipe: the command that makes it.
        measured: ``{command, machine, date, results}``, as the command printed them.
        limits: what it is bad at.
        sha256, bytes: of ``model.safetensors``.
        folder: where it was read from.
    """

    name: str
    title: str
    task: str
    architecture: str
    arguments: dict[str, Any]
    labels: str
    transform: dict[str, Any]
    licence: str
    data: list[dict[str, str]]
    recipe: str
    measured: dict[str, Any]
    limits: list[str]
    sha256: str
    bytes: int
    folder: Path = field(compare=False)

    @property
    def state_path(self) -> Path:
        return self.folder / STATE_FILE

    @property
    def key(self) -> str:
        """Names the network as engines compile it: two cards of one key have the same graphs."""
        mean, std = self.transform.get("mean"), self.transform.get("std")
        inside = [self.sha256, self.task, self.architecture, self.arguments, mean, std]
        return hashlib.sha256(json.dumps(inside, sort_keys=True).encode()).hexdigest()[:32]

    @property
    def data_terms(self) -> str:
        """The terms of the training data in one line."""
        return "; ".join(f"{d['name']}: {d['terms']}" for d in self.data)


def weights_folder() -> Path:
    """``$TRIPTYCH_WEIGHTS``, or ``weights/`` beside ``core/``."""
    return Path(os.environ.get("TRIPTYCH_WEIGHTS") or Path(__file__).parents[2] / "weights")


def refuse_link(path: Path) -> None:
    """Refuse a checkpoint's file that is a link out of its folder: then it is no part of what was looked at or fetched.

    The folder itself may be one.

    Raises:
        InputError: it leads out, or round in a circle.
    """
    try:
        inside = path.resolve().parent == path.parent.resolve()
    except (OSError, RuntimeError):
        inside = False
    if not inside:
        raise InputError(
            f"{path} is a link out of its folder", "the file itself", "put it in the link's place"
        )


def read_card(folder: Path) -> Card:
    """Read ``folder/card.json``.

    Raises:
        InputError: not JSON, a link out of its folder, or a field is missing, unknown or of another type.
    """
    path = folder / CARD_FILE
    refuse_link(path)
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError(f"{path} has {path.stat().st_size:,} bytes", f"at most {_MAX_BYTES:,}")
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path} cannot be read ({error})", "a card in JSON") from None
    wanted = {f.name: f.type for f in fields(Card) if f.name != "folder"}
    if not isinstance(raw, dict) or set(raw) != set(wanted):
        have = set(raw) if isinstance(raw, dict) else set()
        missing, unknown = sorted(set(wanted) - have), sorted(have - set(wanted))
        raise InputError(
            f"{path} is not a card: missing {missing}, unknown {unknown}", "all fields and no others"
        )
    for name, annotation in wanted.items():
        kind = {"str": str, "int": int, "dict": dict, "list": list}[str(annotation).split("[")[0]]
        if not isinstance(raw[name], kind):
            raise InputError(f"{path}: {name} is {type(raw[name]).__name__}", str(annotation))
    if raw["name"] != folder.name:
        raise InputError(f"{path} calls itself {raw['name']!r}", f"its folder's name, {folder.name!r}")
    return Card(**raw, folder=folder)


def scan_cards() -> tuple[list[Card], dict[str, InputError]]:
    """All cards of the weights folder by name, and what is wrong with the folders whose card cannot be read.

    An empty or missing folder gives nothing.
    """
    folder, cards, unreadable = weights_folder(), [], {}
    for place in sorted(folder.iterdir()) if folder.is_dir() else ():
        try:
            if (place / CARD_FILE).is_file():
                cards.append(read_card(place))
        except InputError as error:
            unreadable[place.name] = error
        except OSError as error:
            unreadable[place.name] = InputError(
                f"{place} cannot be read ({error.strerror})", "a folder with a card"
            )
    return cards, unreadable


def list_cards() -> list[Card]:
    """The cards of :func:`scan_cards`; what cannot be read is told once, in the log, and left out."""
    cards, unreadable = scan_cards()
    for error in map(str, unreadable.values()):
        if error not in _told:
            _told.add(error)
            logging.getLogger(__name__).warning("left out: %s", error)
    return cards


def load_card(name: str) -> Card:
    """The card called ``name``.

    Raises:
        InputError: there is none (the message lists the choices).
    """
    # Compared rather than opened: a name from the wire or a command line is not a path.
    for folder in weights_folder().iterdir() if weights_folder().is_dir() else ():
        if folder.name == name and (folder / CARD_FILE).is_file():
            return read_card(folder)
    names = [c.name for c in scan_cards()[0]]
    raise InputError(
        f"no weights are called {name!r}",
        f"one of {', '.join(names)}" if names else "a folder with a card.json in weights/",
        "list them with: python -m core weights list",
    )
