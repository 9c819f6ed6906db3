"""``python -m core weights list | verify``."""

from __future__ import annotations

import argparse

from core.errors import InputError
from core.weights import scan_cards, verify_all


def run(options: argparse.Namespace) -> int:
    """List the cards, or build and load every checkpoint; verify returns 2 when one is damaged."""
    cards, unreadable = scan_cards()
    if not cards and not unreadable:
        raise InputError(
            "there are no checkpoints", "folders with a card.json in weights/", "restore them from git"
        )
    if options.action == "list":
        for card in cards:
            print(f"{card.name:16} {card.bytes / 1e6:5.1f} MB  {card.licence:16} {card.title}")
        for name, error in unreadable.items():
            print(f"{name:16} {error}")
        return 0
    from core.medical.plans import read_parts

    outcome = verify_all({"volume": read_parts})
    for name, problem in outcome.items():
        print(f"{name:16} {'whole' if problem is None else problem}")
    return 2 if any(outcome.values()) else 0
