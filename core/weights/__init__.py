"""Checkpoints: one folder each below ``weights/``, a card beside a safetensors file."""

from core.weights.card import Card, list_cards, load_card, scan_cards, weights_folder
from core.weights.store import (
    build_network,
    file_sha256,
    load_state,
    save_checkpoint,
    verify,
    verify_all,
    write_card,
)

__all__ = [
    "Card",
    "build_network",
    "file_sha256",
    "list_cards",
    "load_card",
    "load_state",
    "save_checkpoint",
    "scan_cards",
    "verify",
    "verify_all",
    "weights_folder",
    "write_card",
]
