"""From runs to a checkpoint: averaged weights, a recipe and a log that begin with the first run."""

from __future__ import annotations

import json
from pathlib import Path

import torch

from core.models import build_model
from core.training.portrait.export import export
from core.training.portrait.train import load_run
from core.weights import load_state

ARGUMENTS = {"decoder": [16, 16, 16, 8]}


def make_run(folder: Path, fill: float, iteration: int = 100, **recipe) -> Path:
    """A run whose every floating weight is ``fill``, and whose log has two rows."""
    folder.mkdir()
    state = {
        f"module.{name}": torch.full_like(value, fill) if value.is_floating_point() else value
        for name, value in build_model("matte_unet", **ARGUMENTS).state_dict().items()
    }
    torch.save({"averaged": state, "iteration": iteration}, folder / "last.pt")
    (folder / "recipe.json").write_text(json.dumps({"arguments": ARGUMENTS, "iterations": 100} | recipe))
    rows = [{"iteration": i, "loss": 1 / i} for i in (50, 100)]
    (folder / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def test_runs_are_averaged(tmp_path):
    first, second = make_run(tmp_path / "a", 1.0), make_run(tmp_path / "b", 2.0)
    assert set(load_run(first, second).state_dict()["head.weight"].unique().tolist()) == {1.5}
    assert set(load_run(second).state_dict()["head.weight"].unique().tolist()) == {2.0}


def test_recipe_and_log_begin_with_the_run_that_was_gone_on_from(tmp_path, monkeypatch):
    monkeypatch.setenv("TRIPTYCH_WEIGHTS", str(tmp_path / "weights"))
    first = make_run(tmp_path / "a", 1.0, initial="portrait-fine")
    second = make_run(tmp_path / "b", 2.0, initial="a", teacher="c")
    card = export(second, "portrait-fast", 2.0, [first])
    assert card.recipe == (
        "python -m core.training.portrait fast --data DATA --prepared PREPARED --run a --iterations 100 --initial portrait-fine; then "
        "python -m core.training.portrait fast --data DATA --prepared PREPARED --run b --iterations 100 --initial a --teacher c; then "
        "export --run b --name portrait-fast --sharpen 2.0 --average-with a"
    )
    rows = [json.loads(line) for line in (card.folder / "log.jsonl").read_text().splitlines()]
    assert [row["iteration"] for row in rows] == [50, 100, 150, 200]
    state = load_state(card, build_model("matte_unet", **ARGUMENTS)).state_dict()
    assert set(state["head.weight"].unique().tolist()) == {3.0}, "the mean, sharpened"

    # Another machine has the checkpoint, and no longer its runs.
    third = make_run(tmp_path / "d", 4.0, initial="portrait-fast")
    with (third / "log.jsonl").open("a") as log:
        log.write(json.dumps({"iteration": 100, "loss": 7.0}) + "\n")  # stopped and done again
    again = export(third, "portrait-fast", 1.0, [Path("portrait-fast")])
    assert again.recipe.startswith(card.recipe + "; then python -m core.training.portrait fast")
    assert again.recipe.endswith("--run d --name portrait-fast --sharpen 1.0 --average-with portrait-fast")
    seen = [json.loads(line) for line in (again.folder / "log.jsonl").read_text().splitlines()]
    assert [row["iteration"] for row in seen] == [50, 100, 150, 200, 250, 300] and seen[-1]["loss"] == 7.0
    state = load_state(again, build_model("matte_unet", **ARGUMENTS)).state_dict()
    assert set(state["head.weight"].unique().tolist()) == {3.5}

    # And runs that went on from one another, the first of them from that checkpoint.
    make_run(tmp_path / "e", 5.0, initial="portrait-fast")
    last = export(make_run(tmp_path / "f", 5.0, initial="e"), "portrait-fast")
    assert last.recipe.startswith(again.recipe + "; then python -m core.training.portrait fast")
    assert [last.recipe.count(f"--run {name} --iterations") for name in "adef"] == [1, 1, 1, 1]
    rows = [json.loads(line) for line in (last.folder / "log.jsonl").read_text().splitlines()]
    assert [row["iteration"] for row in rows] == list(range(50, 501, 50))

    # And on from those, which the checkpoint tells of already.
    more = export(make_run(tmp_path / "g", 5.0, initial="f"), "portrait-fast")
    assert more.recipe.startswith(last.recipe + "; then python -m core.training.portrait fast")
    assert [more.recipe.count(f"--run {name} --iterations") for name in "adefg"] == [1, 1, 1, 1, 1]
    rows = [json.loads(line) for line in (more.folder / "log.jsonl").read_text().splitlines()]
    assert [row["iteration"] for row in rows] == list(range(50, 601, 50))


def test_a_run_stopped_or_resumed_with_another_recipe_is_told_so(tmp_path, monkeypatch):
    monkeypatch.setenv("TRIPTYCH_WEIGHTS", str(tmp_path / "weights"))
    before = {"until": 40, "iterations": 60, "rate": 0.1, "frozen_norms": True, "arguments": ARGUMENTS}
    run = make_run(tmp_path / "a", 1.0, iteration=80, rate=0.2, frozen_norms=False, history=[before])
    assert export(run, "portrait-fast").recipe == (
        "python -m core.training.portrait fast --data DATA --prepared PREPARED --run a --iterations 60 --rate 0.1 --frozen-norms "
        "--stop-after 40; then resumed from iteration 40 with --iterations 100 --rate 0.2 --stop-after 80; then "
        "export --run a --name portrait-fast --sharpen 1.0"
    )
