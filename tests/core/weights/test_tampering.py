"""A stranger's checkpoint cannot run code, nor be another file than the one that its card describes."""

from __future__ import annotations

import io
import json
import os
import pickle
from pathlib import Path

import pytest

from core.errors import InputError
from core.weights import build_network, file_sha256, load_card, load_state, scan_cards, verify, verify_all


class Trap:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self):
        return Path.touch, (self.trace,)


def describe(card, **changed: object) -> None:
    """Change what the card says."""
    path = card.folder / "card.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changed))


@pytest.mark.parametrize("how", ["pickle", "torch"])
def test_a_pickle_by_another_name_is_refused_and_not_run(tiny_card, tmp_path, how):
    import torch

    trace, path = tmp_path / "trace", tiny_card.state_path
    if how == "pickle":
        path.write_bytes(pickle.dumps({"head.weight": Trap(trace)}))
        pickle.loads(path.read_bytes())
    else:
        torch.save({"head.weight": Trap(trace)}, path)
        torch.load(io.BytesIO(path.read_bytes()), weights_only=False)
    assert trace.exists(), "the trap works"
    trace.unlink()
    describe(tiny_card, sha256=file_sha256(path), bytes=path.stat().st_size)
    card = load_card("tiny")
    verify(card)  # the card tells the truth of it
    with pytest.raises(InputError, match="safetensors"):
        load_state(card, build_network(tiny_card))
    assert isinstance(verify_all()["tiny"], InputError)
    assert not trace.exists()


@pytest.mark.parametrize("place", [0, 8, 100, -1])
def test_a_changed_byte_is_refused_wherever_it_is(tiny_card, place):
    from core.segmenter import load_segmenter

    raw = bytearray(tiny_card.state_path.read_bytes())
    raw[place] ^= 1
    tiny_card.state_path.write_bytes(raw)
    for use in (lambda: verify(tiny_card), lambda: load_segmenter("tiny")):
        with pytest.raises(InputError, match="SHA-256 differs"):
            use()
    assert "SHA-256 differs" in str(verify_all()["tiny"])


def test_a_header_that_promises_more_than_there_is_is_refused(tiny_card):
    path = tiny_card.state_path
    for size in (1 << 62, 1 << 20, 3):
        path.write_bytes(size.to_bytes(8, "little") + path.read_bytes()[8:])
        describe(tiny_card, sha256=file_sha256(path))
        with pytest.raises(InputError, match="not a safetensors file"):
            load_state(load_card("tiny"), build_network(tiny_card))


@pytest.mark.skipif(os.name == "nt", reason="making a link needs rights there")
@pytest.mark.parametrize("name", ["model.safetensors", "card.json"])
@pytest.mark.parametrize("leads", ["absolute", "relative", "round"])
def test_a_file_that_is_a_link_out_of_its_folder_is_refused(tiny_card, tmp_path, name, leads):
    path, elsewhere = tiny_card.folder / name, tmp_path / name
    path.rename(elsewhere)
    path.symlink_to({"absolute": elsewhere, "relative": Path("../..") / name, "round": path}[leads])
    with pytest.raises(InputError) as refused:
        verify(load_card("tiny"))
    assert leads == "round" or "link out of its folder" in str(refused.value)


@pytest.mark.skipif(os.name == "nt", reason="making a link needs rights there")
def test_a_folder_kept_elsewhere_is_not(tiny_card, tmp_path):
    tiny_card.folder.rename(tmp_path / "tiny")
    tiny_card.folder.symlink_to(tmp_path / "tiny")
    verify(load_card("tiny"))
    (tmp_path / "tiny" / "model.safetensors").rename(tmp_path / "tiny" / "kept")
    (tmp_path / "tiny" / "model.safetensors").symlink_to("kept")
    verify(load_card("tiny"))


@pytest.mark.parametrize("name", ["../tiny", "/etc", "tiny/../tiny", "..\\tiny", ".", "tiny\0"])
def test_a_card_that_calls_itself_by_a_path_is_refused(tiny_card, name):
    describe(tiny_card, name=name)
    with pytest.raises(InputError, match="calls itself"):
        load_card("tiny")
    cards, unreadable = scan_cards()
    assert not cards and "calls itself" in str(unreadable["tiny"])
    with pytest.raises(InputError):
        load_card(name)


@pytest.mark.parametrize(
    "changed",
    [{"sha256": "../../x"}, {"sha256": ""}, {"bytes": -1}, {"bytes": 1 << 70}, {"path": "/etc/passwd"}],
)
def test_a_card_that_points_elsewhere_is_refused(tiny_card, changed):
    describe(tiny_card, **changed)
    with pytest.raises(InputError):
        verify(load_card("tiny"))
