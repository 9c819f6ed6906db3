"""A checkpoint's folder: its card, and the numbers that the card vouches for."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from random import Random

from core.medical.plans import read_parts
from core.segmenter import Segmenter
from core.weights import Card, load_card, save_checkpoint, scan_cards, verify_all
from tests.core.conftest import TINY
from tests.fuzz.mutate import mutate_bytes, mutate_json, mutate_value
from tests.fuzz.reader import Case, Reader

_NAME = "tiny"


@dataclass(frozen=True)
class Checkpoint:
    card: dict
    state: bytes


def _prepare(folder: Path) -> Checkpoint:
    import torch

    from core.models import build_model

    torch.set_num_threads(1)
    torch.manual_seed(0)
    card = Card(
        name=_NAME, title="for fuzzing", task="matte", architecture="matte_unet", arguments=TINY, labels="portrait",
        transform={"area": 96 * 128, "multiple": 32, "mean": [127.5] * 3, "std": [127.5] * 3}, licence="none",
        data=[{"name": "noise", "terms": "none"}], recipe="", measured={"results": {}}, limits=["everything"], sha256="", bytes=0,
        folder=folder / _NAME,
    )  # fmt: skip
    saved = save_checkpoint(card, build_model("matte_unet", **TINY).state_dict())
    return Checkpoint(json.loads((saved.folder / "card.json").read_bytes()), saved.state_path.read_bytes())


def _case(card: bytes, state: bytes) -> Case:
    return Case("folder", {f"{_NAME}/card.json": card, f"{_NAME}/model.safetensors": state})


def _seeds(whole: Checkpoint) -> list[Case]:
    return [_case(json.dumps(whole.card).encode(), whole.state)]


def _mutate(rng: Random, whole: Checkpoint) -> Case:
    if rng.random() < 0.5:
        return _case(mutate_json(rng, whole.card), whole.state)
    state, length = whole.state, int.from_bytes(whole.state[:8], "little")
    head, numbers = state[8 : 8 + length], state[8 + length :]
    way = rng.random()
    if way < 0.4:
        head = json.dumps(mutate_value(rng, json.loads(head))).encode()
        state = len(head).to_bytes(8, "little") + head + numbers
    elif way < 0.6:
        wrong = rng.choice((0, 1, length - 1, length + 1, 1 << 31, 1 << 63, (1 << 64) - 1))
        state = wrong.to_bytes(8, "little") + head + numbers
    else:
        state = mutate_bytes(rng, state)
    card = dict(whole.card)
    if rng.random() < 0.9:  # the card vouches for it: what is wrong has to be found behind the check sum
        card |= {"sha256": hashlib.sha256(state).hexdigest(), "bytes": len(state)}
    return _case(json.dumps(card).encode(), state)


def _read(_case: Case, folder: Path, _whole: Checkpoint) -> None:
    os.environ["TRIPTYCH_WEIGHTS"] = str(folder)
    scan_cards()
    card = load_card(_NAME)
    for error in verify_all({"volume": read_parts}).values():
        if error is not None:
            raise error
    if card.task != "volume":
        Segmenter(card, engine="torch-cpu")


READER = Reader("weights", _prepare, _seeds, _mutate, _read)
