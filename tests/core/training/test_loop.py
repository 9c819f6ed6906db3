"""What a run keeps of itself, however often it is stopped and resumed."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import asdict, dataclass, replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402
from torch.utils.data import Dataset  # noqa: E402

from core.training import recipes  # noqa: E402
from core.training.checkpoints import options_of  # noqa: E402
from core.training.loop import endless, fit, reached, read_recipe  # noqa: E402
from tests.core.training.same import assert_same  # noqa: E402


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


class Numbers(Dataset):
    """Noise (4,) that a seed and a number decide."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __getitem__(self, number: int) -> torch.Tensor:
        rng = np.random.default_rng((self.seed, number))
        return torch.from_numpy(rng.normal(size=4).astype(np.float32))


def tiny() -> nn.Module:
    """Its dropout draws from PyTorch's own chance."""
    return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 1))


def go(run, recipe, stop_after=None) -> None:
    """Train :func:`tiny`."""
    torch.manual_seed(recipe.seed)
    model = tiny()

    def loss_of(batch):
        loss = model(batch).square().mean()
        return loss, {}

    batches = endless(Numbers(recipe.seed), recipe)
    fit(model, recipe, run, batches, loss_of, asdict(recipe), stop_after)


def test_a_run_stopped_and_resumed_is_the_run_that_was_not_stopped(tmp_path):
    go(tmp_path / "straight", Recipe())
    for stop_after in (1, 2, None):
        go(tmp_path / "stopped", Recipe(), stop_after)
    assert_same(tmp_path / "straight", tmp_path / "stopped")
    go(tmp_path / "other", Recipe(seed=2))
    with pytest.raises(AssertionError, match="random"):
        assert_same(tmp_path / "straight", tmp_path / "other")


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_batches_are_the_same_from_any_iteration_and_any_number_of_processes(workers):
    numbers = Numbers(1)
    for start in (0, 3):
        stream = endless(numbers, Recipe(workers=workers))(start)
        for n, batch in zip(range(start, start + 3), stream, strict=False):
            assert torch.equal(batch, torch.stack([numbers[3 * n + k] for k in range(3)]))


def test_runs_from_before_their_chance_was_kept_can_be_resumed(tmp_path):
    go(tmp_path, Recipe(), stop_after=2)
    state = torch.load(tmp_path / "last.pt", weights_only=True)
    del state["random"]
    torch.save(state, tmp_path / "last.pt")
    go(tmp_path, Recipe())
    assert reached(tmp_path) == 4


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
