"""A training run at a thousandth of its size: prepares, learns, stops, goes on, exports, and is measured as users go."""

from __future__ import annotations

import dataclasses
import itertools
import json
from types import SimpleNamespace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from core.cli.parser import main as core_main  # noqa: E402
from core.errors import InputError  # noqa: E402
from core.medical.tasks import get_task  # noqa: E402
from core.training import loop  # noqa: E402
from core.training.medical import __main__ as command  # noqa: E402
from core.training.medical import hippocampus, train  # noqa: E402
from core.training.medical import job as jobs  # noqa: E402
from core.weights import load_card  # noqa: E402
from tests.core.training.medical.world import make_hippocampi  # noqa: E402
from tests.core.training.same import assert_same  # noqa: E402

SMALL = {"widths": [8, 16]}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return make_hippocampi(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def prepared(root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepared")
    command.main(["prepare", "--task", "hippocampus", "--data", str(root), "--prepared", str(folder)])
    return folder


@pytest.fixture(autouse=True)
def own_folders(tmp_path, monkeypatch):
    monkeypatch.setenv("TRIPTYCH_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("TRIPTYCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(loop, "LOG_EVERY", 1)


def test_held_out_cases_are_not_prepared(root, prepared):
    cases = command.load_job("hippocampus").cases(root)
    kept = {case.name for case in cases if case.held_out}
    assert kept == {"case_7", "case_8"} and len(cases) == 10
    assert {p.stem for p in (prepared / hippocampus.PREPARED).iterdir()} == {c.name for c in cases} - kept


def test_a_checkpoint_is_measured_by_the_split_that_it_was_trained_by(tmp_path, monkeypatch):
    for number in (*range(1, 6), *range(7, 31)):
        for part in ("images", "labels"):
            path = tmp_path / "hippocampus" / part / f"hippocampus_{number:03}.nii.gz"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    job = command.load_job("hippocampus")
    head = {case.name: hippocampus.head_of(case.name) for case in job.cases(tmp_path)}
    sides = {split: {True: set(), False: set()} for split in (hippocampus.SPLIT, hippocampus.SPLIT_BY_NAME)}
    for split, parts in sides.items():
        for case in job.listed(tmp_path, split):
            parts[case.held_out].add(case.name)
        assert (len(parts[True]), len(parts[False])) == (6, 23)
    by_head, by_name = sides.values()
    assert not {head[n] for n in by_head[True]} & {head[n] for n in by_head[False]}
    torn = {n for n in by_name[True] if head[n] in {head[m] for m in by_name[False]}}
    assert by_name[True] - torn == {"hippocampus_005"}

    asked = []
    monkeypatch.setattr(
        hippocampus, "score_cases", lambda card, cases: asked.append({c.name for c in cases}) or {}
    )
    for called in (hippocampus.SPLIT, hippocampus.SPLIT_BY_NAME, None):
        card = SimpleNamespace(measured={"split": called} if called else {})
        monkeypatch.setattr(hippocampus, "load_card", lambda name, card=card: card)
        job.score("any", tmp_path, None)
    assert asked == [by_head[True], *2 * [by_name[True], by_name[True] - torn]]
    with pytest.raises(InputError, match="no number"):
        hippocampus.head_of("hippocampus")


def test_a_run_by_another_split_is_not_gone_on_with(prepared, tmp_path):
    job = command.load_job("hippocampus")
    recipe = dataclasses.replace(job.recipe, iterations=2, batch=2, size=32, workers=0)
    train.train(job, prepared, tmp_path / "run", recipe, SMALL, stop_after=1)
    path = tmp_path / "run" / "recipe.json"
    kept = json.loads(path.read_text())
    assert kept.pop("split") == job.split
    path.write_text(json.dumps(kept))  # as it was before splits were kept
    with pytest.raises(InputError, match="held out now"):
        train.train(job, prepared, tmp_path / "run", recipe, SMALL)


def test_a_run_stopped_and_resumed_is_the_run_that_was_not_stopped(prepared, tmp_path):
    job = command.load_job("hippocampus")
    recipe = dataclasses.replace(job.recipe, iterations=2, batch=2, size=32, workers=0)
    train.train(job, prepared, tmp_path / "run", recipe, SMALL, stop_after=1)
    first = torch.load(tmp_path / "run" / "last.pt", weights_only=True)
    assert first["iteration"] == 1
    train.train(job, prepared, tmp_path / "run", recipe, SMALL)
    second = torch.load(tmp_path / "run" / "last.pt", weights_only=True)
    assert second["iteration"] == 2 and not torch.equal(
        first["model"]["head.weight"], second["model"]["head.weight"]
    )
    rows = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert [row["iteration"] for row in rows] == [1, 2] and all(np.isfinite(row["loss"]) for row in rows)
    train.train(job, prepared, tmp_path / "straight", recipe, SMALL)
    assert_same(tmp_path / "run", tmp_path / "straight")
    train.train(job, prepared, tmp_path / "run", recipe, SMALL)  # over already: nothing to do
    assert torch.load(tmp_path / "run" / "last.pt", weights_only=True)["iteration"] == 2


def test_seed_and_number_decide_a_sample(prepared):
    job = command.load_job("hippocampus")
    make = job.sampler(prepared, dataclasses.replace(job.recipe, size=24))
    one = list(itertools.islice(jobs.Samples(make, 5), 3))[2]
    other = jobs.Samples(make, 5)[2]
    assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))
    assert one[0].shape == (5, 24, 24) and one[1].shape == (24, 24) and one[2].tolist() == [True] * 3


def test_from_data_to_a_mask_on_the_command_line(root, prepared, tmp_path, capsys):
    run = tmp_path / "run"
    ours = ["--task", "hippocampus", "--threads", "1"]
    small = ["--iterations", "60", "--batch", "8", "--size", "24", "--workers", "0", "--rate", "0.02",
             "--average", "0.9", "--warm-up", "5", "--arguments", json.dumps(SMALL)]  # fmt: skip
    command.main(["train", *ours, "--prepared", str(prepared), "--run", str(run), *small])
    command.main(["export", *ours, "--run", str(run)])
    card = load_card("hippocampus")
    assert (
        card.arguments == {"channels": 5, "classes": 3, "widths": [8, 16]}
        and "--iterations 60" in card.recipe
    )
    assert (card.folder / "curve.png").stat().st_size > 1000
    command.main(["evaluate", *ours, "--data", str(root), "--write"])
    assert "| anterior | 2 |" in capsys.readouterr().out
    results = load_card("hippocampus").measured["results"]
    assert load_card("hippocampus").measured["split"] == hippocampus.SPLIT
    assert results["labels"]["anterior"]["dice"] > 0.8 and results["labels"]["posterior"]["dice"] > 0.8
    assert get_task("hippocampus").sha256 == card.sha256
    command.main(
        ["tune", *ours, "--data", str(root), "--run", str(run), "--offsets", "[-2, -30]", "--every", "2"]
    )
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    assert [row.split(" ")[1] for row in rows[2:]] == ["+0.0", "-2.0", "-30.0"], "each offset a row"
    assert rows[-1].endswith("| 0.0000 | 0.0000 |"), "nothing is found where everything is pushed down"
    assert load_card("hippocampus").sha256 == card.sha256, "and the checkpoint is as it was"

    source = root / "hippocampus" / "images" / "case_1.nii.gz"
    out = tmp_path / "mask.nii.gz"
    code = core_main(
        ["medical", str(source), str(out), "--task", "hippocampus", "--report", "--mesh",
         str(tmp_path / "mesh.glb"), "--uncertainty"]
    )  # fmt: skip
    assert code == 0 and "anterior" in capsys.readouterr().out
    report = json.loads((tmp_path / "mask.report.json").read_text())
    assert report["task"]["sha256"] == card.sha256 and report["labels"][0]["ml"] > 0.1
    assert (tmp_path / "mask.uncertainty.nii.gz").exists() and (tmp_path / "mesh.glb").exists()


def test_what_cannot_be_is_said(tmp_path, capsys):
    job = command.load_job("hippocampus")
    with pytest.raises(InputError, match="not a run"):
        train.load_run(tmp_path / "nowhere")
    with pytest.raises(InputError, match="holds no"):
        job.cases(tmp_path)
    with pytest.raises(InputError, match="prepare"):
        job.sampler(tmp_path, job.recipe)
    with pytest.raises(SystemExit):
        command.main(["train", "--task", "hippocampus"])
    assert "train needs --prepared" in capsys.readouterr().err
