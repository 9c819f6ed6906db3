"""What a run keeps of itself, however often it is stopped and resumed."""

from __future__ import annotations

import itertools
import json
from dataclasses import asdict, dataclass, replace

import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from core.training.loop import fit, reached, read_recipe  # noqa: E402


@dataclass(frozen=True)
class Recipe:
    iterations: int = 4
    batch: int = 3
    rate: float = 0.01
    warm_up: int = 1
    weight_decay: float = 0.01
    average: float = 0.9
    seed: int = 1
    workers: int = 0


def tiny() -> nn.Module:
    return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 1))


def go(run, recipe, stop_after=None, described=None) -> None:
    """Train :func:`tiny`."""
    torch.manual_seed(recipe.seed)
    model = tiny()

    def batches(start):
        return (torch.full((3, 4), float(n)) for n in itertools.count(start))

    def loss_of(batch):
        loss = model(batch).square().mean()
        return loss, {}

    fit(model, recipe, run, batches, loss_of, described or asdict(recipe), stop_after)


def test_a_run_tells_all_that_it_was_trained_with(tmp_path):
    first, second = Recipe(), Recipe(iterations=8, rate=0.02)
    go(tmp_path, first)
    assert read_recipe(tmp_path) == asdict(first)
    go(tmp_path, second, stop_after=6)
    assert read_recipe(tmp_path) == asdict(second) | {"history": [{"until": 4} | asdict(first)]}
    go(tmp_path, second)
    assert read_recipe(tmp_path)["history"] == [{"until": 4} | asdict(first)], "only resumed"
    third = replace(second, iterations=9, seed=2)
    go(tmp_path, third)
    assert read_recipe(tmp_path) == asdict(third) | {
        "history": [{"until": 4} | asdict(first), {"until": 8} | asdict(second)]
    }


def test_a_recipe_that_nothing_was_trained_with_is_not_told(tmp_path):
    first = Recipe(iterations=8)
    go(tmp_path, first, stop_after=4)
    state = (tmp_path / "last.pt").read_bytes()
    go(tmp_path, replace(first, rate=0.5))
    (tmp_path / "last.pt").write_bytes(state)  # stopped before it was saved
    go(tmp_path, replace(first, rate=0.1), stop_after=6)
    assert [(r["until"], r["rate"]) for r in read_recipe(tmp_path)["history"]] == [(4, 0.01)]
    (tmp_path / "last.pt").write_bytes(state)
    go(tmp_path, first, stop_after=6)
    assert read_recipe(tmp_path) == asdict(first)


def test_a_run_that_is_over_stays_what_it_is(tmp_path):
    go(tmp_path, Recipe())
    before = (tmp_path / "recipe.json").read_text()
    go(tmp_path, Recipe(iterations=3, rate=0.5))
    assert (tmp_path / "recipe.json").read_text() == before and reached(tmp_path) == 4
    (tmp_path / "last.pt").unlink()  # and one that begins anew has no history
    go(tmp_path, Recipe(rate=0.5))
    assert read_recipe(tmp_path) == asdict(Recipe(rate=0.5))
    assert json.loads((tmp_path / "recipe.json").read_text())["rate"] == 0.5
