"""Checkpoints load strictly, and say what is wrong by name."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from core.errors import InputError
from core.weights import list_cards, load_card, load_state, verify, verify_all, write_card


def build(card):
    from core.models import build_model

    return build_model(card.architecture, **card.arguments)


def test_a_checkpoint_comes_back_as_it_was_saved(tiny_card):
    import torch

    first, second = (load_state(load_card("tiny"), build(tiny_card)).state_dict() for _ in range(2))
    assert all(torch.equal(first[k], second[k]) for k in first)
    assert first["stem" if "stem" in first else "trunk.stem.weight"].dtype == torch.float32
    assert verify_all() == {"tiny": None}


def test_an_unknown_name_lists_the_choices(tiny_card):
    with pytest.raises(InputError, match=r"'portrait-fien'.*tiny"):
        load_card("portrait-fien")


@pytest.mark.parametrize("name", ["", "..", "../weights/tiny", "tiny/"])
def test_a_name_is_not_a_path(tiny_card, name):
    with pytest.raises(InputError):
        load_card(name)


def test_one_flipped_byte_is_found(tiny_card):
    raw = bytearray(tiny_card.state_path.read_bytes())
    raw[len(raw) // 2] ^= 1
    tiny_card.state_path.write_bytes(raw)
    with pytest.raises(InputError, match="SHA-256"):
        verify(tiny_card)
    assert isinstance(verify_all()["tiny"], InputError)


def test_a_truncated_file_is_found(tiny_card):
    tiny_card.state_path.write_bytes(tiny_card.state_path.read_bytes()[:-100])
    with pytest.raises(InputError, match="bytes"):
        verify(tiny_card)


def test_every_mismatch_is_named_with_both_shapes(tiny_card):
    from core.models import build_model

    other = build_model("matte_unet", decoder=[8, 8, 8, 8, 16], expanded=tiny_card.arguments["expanded"])
    with pytest.raises(InputError) as error:
        load_state(tiny_card, other)
    assert "head.weight: shape (4, 8, 3, 3), the architecture wants (4, 16, 3, 3)" in str(error.value)


def test_a_card_with_a_missing_field_is_refused(tiny_card):
    path = tiny_card.folder / "card.json"
    raw = json.loads(path.read_text())
    del raw["licence"]
    path.write_text(json.dumps(raw))
    with pytest.raises(InputError, match="licence"):
        load_card("tiny")


def test_an_unreadable_card_does_not_hide_the_others(tiny_card, caplog, capsys):
    from core.cli import main

    mine = tiny_card.folder.parent / "mine"
    mine.mkdir()
    (mine / "card.json").write_text('{"name": "mine"')
    for _ in range(2):
        assert [card.name for card in list_cards()] == ["tiny"]
    assert len(caplog.records) == 1 and "mine" in caplog.text
    with pytest.raises(InputError, match=r"'tyni'.*one of tiny"):
        load_card("tyni")
    with pytest.raises(InputError, match="mine"):
        load_card("mine")
    outcome = verify_all()
    assert outcome["tiny"] is None and isinstance(outcome["mine"], InputError)
    assert main(["weights", "list"]) == 0
    assert "for tests" in (listed := capsys.readouterr().out) and "cannot be read" in listed


GOOD = {"area": 96 * 128, "multiple": 32, "mean": [127.5] * 3, "std": [127.5] * 3}
SENSELESS = [
    ("mean", None), ("mean", [1, 2]), ("mean", "grey"), ("mean", [0, 0, float("nan")]), ("mean", [True] * 3),
    ("std", [0, 0, 0]), ("std", [1, 1, -1]), ("std", [float("inf")] * 3), ("std", [1e-30] * 3), ("std", [10**400] * 3),
    ("area", None), ("area", "big"), ("area", -5), ("area", 0), ("area", 1 << 40), ("area", True),
    ("multiple", None), ("multiple", 0), ("multiple", 32.5), ("multiple", 48), ("multiple", -32), ("multiple", 32 << 20),
    ("precision", "fp8"), ("precision", []), ("aspect_weight", 0), ("aspect_weight", "x"), ("surprise", 1),
]  # fmt: skip


@pytest.mark.parametrize("key,value", SENSELESS)
def test_a_transform_of_no_use_is_refused_where_it_is_used_and_verified(tiny_card, key, value):
    from core.segmenter import Segmenter

    transform = GOOD | {key: value}
    if value is None:
        del transform[key]
    card = replace(tiny_card, transform=transform)
    write_card(card)
    with pytest.raises(InputError, match=key):
        Segmenter(load_card("tiny"))
    assert key in str(verify_all()["tiny"])


@pytest.mark.parametrize(
    "limits", [[], {"boxes": "x"}, {"boxes": 0}, {"overlap": -1}, {"overlap": True}, {"far": 1}]
)
def test_limits_of_no_use_are_refused_where_they_are_used_and_verified(tiny_things, limits):
    from core.segmenter import Segmenter

    write_card(replace(tiny_things, transform=GOOD | {"limits": limits}))
    assert isinstance(verify_all()["tiny-things"], InputError)
    with pytest.raises(InputError, match="limit"):
        Segmenter(load_card("tiny-things"))


@pytest.mark.parametrize("changed", [{"labels": "nothing"}, {"task": "dream"}])
def test_other_fields_of_no_use_are_found_before_use(tiny_card, changed):
    write_card(replace(tiny_card, **changed))
    assert next(iter(changed.values())) in str(verify_all()["tiny"])


def test_the_plan_of_a_network_for_volumes_is_verified(tmp_path, monkeypatch, capsys):
    from core.cli import main
    from tests.core.medical.tiny import bright_network

    monkeypatch.setenv("TRIPTYCH_WEIGHTS", str(tmp_path))
    bright_network(tmp_path, "whole")
    bright_network(tmp_path, "half", precision="fp8")
    bright_network(tmp_path, "none", ids=[])
    assert main(["weights", "verify"]) == 2
    half, none, whole = capsys.readouterr().out.splitlines()
    assert "precision 'fp8'" in half and "a plan of no use" in none and whole.endswith("whole")


def test_every_shipped_checkpoint_is_whole_and_small():
    cards = list_cards()
    assert {"portrait-fast", "portrait-fine"} <= {c.name for c in cards}
    assert set(verify_all().values()) == {None}
    assert all(c.bytes < 12e6 for c in cards)
    assert sum(c.bytes for c in cards) < 60e6
    for card in cards:
        assert (
            card.licence and card.recipe.startswith("python -m core.training") and card.data and card.limits
        )
        assert card.measured.get("results"), f"{card.name} has no measured figures"
