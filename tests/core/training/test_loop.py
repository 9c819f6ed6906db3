"""What a run keeps of itself, however often it is stopped and resumed."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
from dataclasses import asdict, dataclass, replace

import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from core.training import recipes  # noqa: E402
from core.training.checkpoints import options_of  # noqa: E402
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


version = recipes.code_version
CODE = {"code": "abc1234"}


@pytest.fixture(autouse=True)
def no_git(monkeypatch):
    monkeypatch.setattr(recipes, "code_version", lambda: CODE["code"])


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
    assert read_recipe(tmp_path) == asdict(first) | CODE
    go(tmp_path, second, stop_after=6)
    assert read_recipe(tmp_path) == asdict(second) | CODE | {"history": [{"until": 4} | asdict(first) | CODE]}
    go(tmp_path, second)
    assert read_recipe(tmp_path)["history"] == [{"until": 4} | asdict(first) | CODE], "only resumed"
    third = replace(second, iterations=9, seed=2)
    go(tmp_path, third)
    assert read_recipe(tmp_path) == asdict(third) | CODE | {
        "history": [{"until": 4} | asdict(first) | CODE, {"until": 8} | asdict(second) | CODE]
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
    assert read_recipe(tmp_path) == asdict(first) | CODE


def test_a_run_that_is_over_stays_what_it_is(tmp_path):
    go(tmp_path, Recipe())
    before = (tmp_path / "recipe.json").read_text()
    go(tmp_path, Recipe(iterations=3, rate=0.5))
    assert (tmp_path / "recipe.json").read_text() == before and reached(tmp_path) == 4
    (tmp_path / "last.pt").unlink()  # and one that begins anew has no history
    go(tmp_path, Recipe(rate=0.5))
    assert read_recipe(tmp_path) == asdict(Recipe(rate=0.5)) | CODE
    assert json.loads((tmp_path / "recipe.json").read_text())["rate"] == 0.5


def test_a_run_of_older_code_resumed_names_the_code_of_the_rest(tmp_path):
    recipe = Recipe()
    go(tmp_path, recipe, stop_after=2)
    (tmp_path / "recipe.json").write_text(json.dumps(asdict(recipe)))  # as it was before the code was kept
    go(tmp_path, recipe)
    kept = read_recipe(tmp_path)
    assert kept == asdict(recipe) | CODE | {"history": [{"until": 2} | asdict(recipe)]}
    told = options_of(kept, reached(tmp_path))
    assert told.startswith(" --iterations 4 --batch 3 ") and told.endswith(" --workers 0 (code abc1234)")
    assert " --workers 0 --stop-after 2; then resumed from iteration 2 with --iterations 4 " in told


@pytest.mark.skipif(not shutil.which("git"), reason="no git")
def test_the_code_is_named_by_its_commit_and_whether_it_was_changed_since(tmp_path):
    assert version(tmp_path) == "", "no repository"
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    (tmp_path / "a.py").write_text("a = 1\n")
    for words in (["init", "-q"], ["add", "a.py"], [*identity, "commit", "-qm", "a"], ["tag", "v1"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    command = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout.strip()
    (tmp_path / "notes.txt").write_text("not the code\n")
    assert version(tmp_path) == commit and len(commit) >= 7
    (tmp_path / "a.py").write_text("a = 2\n")
    assert version(tmp_path) == f"{commit}-dirty"
    folder = tmp_path / "copy"
    folder.mkdir()
    assert version(folder) == "", "a copy in a repository of something else"
