"""Checkpoints load strictly, and say what is wrong by name."""

from __future__ import annotations

import json

import pytest

from core.errors import InputError
from core.weights import list_cards, load_card, load_state, verify, verify_all


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
