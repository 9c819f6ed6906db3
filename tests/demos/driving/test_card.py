"""What is told about a network for roads: its card, and that of what tells things apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from demos.driving import card
from demos.words import words
from tests.demos.driving.conftest import named

RESULTS = {
    "cityscapes": {"n": 3, "ap": 0.1234, "ap50": 0.25, "per_class": {}},
    "coco": {"n": 75, "person": {"things": 9, "ap50": 0.375}, "car": {"things": 4, "ap50": 0.5}},
    "panoptic": {"semantic": "driving-fast", "fused": {"all": 0.285, "things": 0, "stuff": 0}},
}


@pytest.fixture
def cards(monkeypatch):
    """Cards by name: one semantic network and one that tells things apart."""
    semantic = named("driving-fast")
    things = replace(
        semantic,
        name="driving-maskrcnn",
        title="Each <thing>",
        task="instance",
        measured={"results": RESULTS},
    )
    found = {c.name: c for c in (semantic, things)}
    monkeypatch.setattr(card, "load_card", found.__getitem__)
    monkeypatch.setattr(card, "instance_network", lambda: things)
    return found


@pytest.mark.parametrize("language,person", [("en", "person"), ("ko", "사람")])
def test_both_networks_are_told_of(cards, language, person):
    html = card.cards_about("driving-fast", words(language))
    assert "Each &lt;thing&gt;" in html and html.count("<hr>") == 1
    for figure in ("12.3", "25.0", "37.5", "50.0", "28.5", f"AP50, {person}"):
        assert figure in html


def test_without_a_network_for_things_one_card_is_enough(cards, monkeypatch):
    monkeypatch.setattr(card, "instance_network", lambda: None)
    assert card.cards_about("driving-fast", words("en")) == card.card_html("driving-fast", words("en"))
