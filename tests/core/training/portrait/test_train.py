"""The training command: a trained network is cut further, goes on learning, is resumed, and becomes a checkpoint."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch

from core.errors import InputError
from core.training import loop
from core.training.portrait.__main__ import main
from core.training.portrait.evaluate import held_out
from core.training.portrait.samples import SHARES
from core.training.portrait.train import load_initial, load_run
from core.weights import load_card, weights_folder

LEFT_OUT = 9  # a block that the checkpoint still has
WITHOUT = list(load_card("portrait-fast").arguments["expanded"])
assert WITHOUT[LEFT_OUT]
WITHOUT[LEFT_OUT] = 0


@pytest.fixture
def train(world, tmp_path):
    def go(*options: str) -> list[dict]:
        main(
            ["fast", "--data", str(world[0]), "--prepared", str(world[1]), "--run", str(tmp_path / "run"), "--batch", "2",
             "--size", "64", "--frozen-blocks", "0", "--workers", "0", "--initial", "portrait-fast", "--warm-up", "1",
             "--expanded", ",".join(map(str, WITHOUT)), "--threads", "1", *options]
        )  # fmt: skip
        log = tmp_path / "run" / "log.jsonl"
        return [json.loads(row) for row in log.read_text().splitlines()] if log.exists() else []

    return go


def test_a_trained_network_is_cut_goes_on_learning_and_becomes_a_checkpoint(
    world, tmp_path, monkeypatch, train
):
    monkeypatch.setattr(loop, "LOG_EVERY", 1)
    fused = []
    monkeypatch.setattr(torch, "compile", lambda step, **options: fused.append(step) or step)
    train("--iterations", "1")
    rows = train("--iterations", "2", "--fuse")
    assert [row["iteration"] for row in rows] == [1, 2] and len(fused) == 1
    assert all(0 < row["taught"] < 20 and 0 < row["loss"] < 20 for row in rows), (
        "noise is no person, but it is finite"
    )

    folder = tmp_path / "weights"
    shutil.copytree(weights_folder() / "portrait-fast", folder / "portrait-fast")
    monkeypatch.setenv("TRIPTYCH_WEIGHTS", str(folder))
    main(["export", "--run", str(tmp_path / "run"), "--name", "portrait-fast", "--sharpen", "1.5"])
    card = load_card("portrait-fast")
    assert card.arguments["expanded"] == WITHOUT
    assert json.loads((tmp_path / "run" / "recipe.json").read_text())["shares"] == SHARES
    assert f"--expanded {WITHOUT[0]},{WITHOUT[1]}," in card.recipe and card.recipe.endswith("--sharpen 1.5")
    main(["evaluate", "--name", "portrait-fast", "--data", str(world[0]), "--write"])
    measured = load_card("portrait-fast").measured["results"]["portrait-fast"]
    assert {source: row["n"] for source, row in measured.items()} == {
        source: len(pictures) for source, pictures in held_out(world[0]).items()
    }


def test_what_is_kept_of_a_trained_network_begins_as_it_was(tmp_path, train):
    train("--iterations", "1", "--rate", "1e-7")
    after = dict(load_run(tmp_path / "run").named_parameters())
    before = dict(load_initial(Path("portrait-fast")).named_parameters())
    assert set(after) == {name for name in before if not name.startswith(f"trunk.blocks.{LEFT_OUT}.")}
    assert all((after[name] - before[name]).abs().max() < 1e-5 for name in after)


def test_frozen_norms_keep_what_they_measured(tmp_path, monkeypatch, train):
    folder = tmp_path / "weights"
    shutil.copytree(weights_folder(), folder)
    monkeypatch.setenv("TRIPTYCH_WEIGHTS", str(folder))
    monkeypatch.setattr(loop, "LOG_EVERY", 1)
    train("--iterations", "2", "--rate", "0.01", "--lifelike", "1", "--frozen-norms")
    after, before = (load_initial(place).state_dict() for place in (tmp_path / "run", Path("portrait-fast")))
    measured = [name for name in after if name.endswith(("running_mean", "running_var"))]
    assert len(measured) > 50 and all((after[name] == before[name]).all() for name in measured)
    assert (after["head.weight"] != before["head.weight"]).any(), "everything else learns"
    main(["export", "--run", str(tmp_path / "run"), "--name", "portrait-fast"])
    recipe = load_card("portrait-fast").recipe
    assert " --lifelike 1.0 --frozen-norms --expanded " in recipe


def test_batches_of_several_shapes_need_a_network_for_all_of_them(train):
    with pytest.raises(InputError, match="three shapes"):
        train("--iterations", "1", "--lifelike", "0.5", "--input-size", "32")


def test_a_block_cannot_be_cut_wider_than_it_is(train):
    wide = [*WITHOUT[:-1], WITHOUT[-1] + 96]
    with pytest.raises(InputError, match="channels of block 15"), pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.core.training.portrait.test_train.WITHOUT", wide)
        train("--iterations", "1")
