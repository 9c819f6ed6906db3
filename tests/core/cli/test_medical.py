"""``python -m core medical`` as a user meets it."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from core.cli import main
from tests.core.medical.scans import body_ct, save


def run(*words: object) -> int:
    return main(["medical", *(str(word) for word in words), "--task", "ct-tissues"])


def ct(path: Path, shift: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    hu, _ = body_ct((8.0, 8, 10), pad=2)
    kind = nib.Nifti1Pair if path.suffix == ".img" else nib.Nifti1Image
    return save(kind(hu + np.int16(shift), np.diag([-8.0, 8, 10, 1])), path)


def names(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_help_loads_nothing_heavy():
    code = "import sys\nsys.argv[1:] = ['medical', '--help']\nimport core.cli\ntry: core.cli.main()\nexcept SystemExit: pass\nprint([m for m in ('torch', 'numpy', 'scipy', 'nibabel', 'skimage') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]") and "--task" in done.stdout


def test_one_scan(tmp_path, capsys):
    source = ct(tmp_path / "a.nii.gz")
    out = tmp_path / "out"
    assert run(source, out / "m.nii.gz", "--report", out / "r.json", "--mesh", out / "s.glb") == 0
    captured = capsys.readouterr()
    assert "lungs" in captured.out and "not a medical device" in captured.out and captured.err == ""
    assert names(out) == ["m.labels.json", "m.labels.txt", "m.nii.gz", "r.json", "s.glb"]
    body = json.loads((out / "r.json").read_text())["together"][0]
    assert body["name"] == "body" and body["ml"] == pytest.approx(np.pi * 16 * 11 * 20, rel=0.02)


def test_names_may_be_left_out(tmp_path, capsys):
    source = ct(tmp_path / "a.b.nii")
    (tmp_path / "out").mkdir()
    assert run(source, tmp_path / "out", "--report") == 0
    assert names(tmp_path / "out") == ["a.b.labels.json", "a.b.labels.txt", "a.b.nii.gz", "a.b.report.json"]


def test_warnings_are_shown_and_the_result_is_there(tmp_path, capsys):
    assert run(ct(tmp_path / "a.nii", 1100), tmp_path / "m.nii") == 0
    assert "warning: Neither air nor fat" in capsys.readouterr().err and (tmp_path / "m.nii").exists()


BAD = {
    "missing": (lambda p: p / "no.nii", [], "does not exist"),
    "text": (lambda p: text(p / "a.nii"), [], "wrong magic"),
    "time": (lambda p: ct(p / "a.nii"), ["--time", "3"], "no time point 3"),
    "uncertainty": (lambda p: ct(p / "a.nii"), ["--uncertainty"], "no uncertainty"),
    "mesh": (lambda p: ct(p / "a.nii"), ["--mesh", "a.obj"], ".glb or .stl"),
    "task": (lambda p: ct(p / "a.nii"), ["--task", "liver"], "ct-tissues"),
}  # fmt: skip


def text(path: Path) -> Path:
    path.write_text("no scan")
    return path


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line_and_exit_code_2(tmp_path, capsys, case):
    make, options, words = BAD[case]
    source = make(tmp_path)
    task = [] if "--task" in options else ["--task", "ct-tissues"]
    assert main(["medical", str(source), str(tmp_path / "out" / "m.nii.gz"), *options, *task]) == 2
    captured = capsys.readouterr()
    assert words in captured.err and captured.err.count("\n") == 1 and captured.err.startswith("error: ")
    assert captured.out == "" and names(tmp_path) == ([source.name] if source.exists() else [])


@pytest.mark.parametrize("name", ["m.png", "m"])
def test_a_mask_is_nifti(tmp_path, capsys, name):
    assert run(ct(tmp_path / "a.nii"), tmp_path / name) == 2
    assert ".nii or .nii.gz" in capsys.readouterr().err


def test_a_folder_keeps_its_tree_skips_what_is_done_and_sums_up(tmp_path, capsys):
    scans, out = tmp_path / "in", tmp_path / "out"
    ct(scans / "a.nii.gz"), ct(scans / "deep" / "b.img"), ct(scans / ".hidden" / "c.nii")
    text(scans / "bad.nii"), text(scans / "notes.txt")
    assert run(scans, out, "--mesh", "stl") == 1
    results = ["labels.json", "labels.txt", "nii.gz", "report.json", "stl"]
    made = [f"a.{e}" for e in results] + [f"deep/b.{e}" for e in results]
    assert names(out) == [".triptych.jsonl", *made, "summary.csv"]
    captured = capsys.readouterr()
    assert "2 done, 0 skipped (already there), 1 failed" in captured.out and "bad.nii" in captured.err

    def summary() -> dict[str, dict[str, str]]:
        with open(out / "summary.csv", newline="") as file:
            return {row["file"]: row for row in csv.DictReader(file)}

    rows = summary()
    assert list(rows) == ["a.nii.gz", "bad.nii", "deep/b.hdr"]
    assert rows["bad.nii"]["status"].startswith("failed: ") and rows["bad.nii"]["bone (ml)"] == ""
    report = json.loads((out / "a.report.json").read_text())
    assert float(rows["a.nii.gz"]["bone (ml)"]) == report["labels"][-1]["ml"] > 0
    assert float(rows["a.nii.gz"]["body (mean HU)"]) == report["together"][0]["mean"]

    assert run(scans, out, "--mesh", "stl") == 1
    assert "0 done, 2 skipped" in capsys.readouterr().out and summary() == rows
    (out / "a.stl").unlink()
    assert run(scans, out, "--mesh", "stl") == 1
    assert "1 done, 1 skipped" in capsys.readouterr().out
    report["task"]["sha256"] = "made by older rules"
    (out / "a.report.json").write_text(json.dumps(report))
    assert run(scans, out) == 1
    assert "1 done, 1 skipped" in capsys.readouterr().out
    assert run(scans, out, "--overwrite") == 1
    assert "2 done, 0 skipped" in capsys.readouterr().out


def test_a_mask_of_the_users_is_replaced_only_when_told_so(tmp_path, capsys):
    scans, out = tmp_path / "in", tmp_path / "out"
    source = ct(scans / "a.nii.gz")
    out.mkdir()
    (out / "a.nii.gz").write_text("drawn by hand")
    os.utime(out / "a.nii.gz", (1, 1))
    assert run(scans, out) == 0
    told = capsys.readouterr().out
    assert "0 done, 1 skipped" in told and "a.nii.gz is there and not of an earlier run; --overwrite" in told
    assert (out / "a.nii.gz").read_text() == "drawn by hand"
    assert run(scans, out, "--overwrite") == 0 and run(scans, out) == 0
    assert "0 done, 1 skipped" in capsys.readouterr().out
    ct(scans / "a.nii")
    os.utime(scans / "a.nii", (1, 1))
    assert run(scans, out) == 0
    assert "1 done, 1 skipped" in capsys.readouterr().out, "another scan's mask is not its own"
    assert source.exists() and (out / "a-nii.nii.gz").exists()


@pytest.mark.parametrize("name", ["a.report.json", "a.labels.txt"])
def test_no_file_of_the_users_is_replaced_unasked(tmp_path, capsys, name):
    ct(tmp_path / "in" / "a.nii.gz")
    ct(tmp_path / "in" / "b.nii.gz")
    out = tmp_path / "out"
    out.mkdir()
    for mine in (name, "summary.csv"):
        (out / mine).write_text("mine")
    for _ in range(2):
        assert run(tmp_path / "in", out) == 0
        told = capsys.readouterr().out
        assert f"{name} is there and not of an earlier run" in told and "summary-2.csv" in told
        assert (out / name).read_text() == (out / "summary.csv").read_text() == "mine"
    assert "1 done" not in told and not (out / "summary-3.csv").exists() and (out / "b.nii.gz").exists()
    assert "skipped: " in (out / "summary-2.csv").read_text()
    assert run(tmp_path / "in", out, "--overwrite") == 0
    assert (out / "summary.csv").read_text().startswith("file,status,")


def test_another_time_point_is_another_result(tmp_path, capsys):
    hu, _ = body_ct((8.0, 8, 10), pad=2)
    (tmp_path / "in").mkdir()
    save(
        nib.Nifti1Image(np.stack([hu, hu + np.int16(300)], 3), np.diag([-8.0, 8, 10, 1])),
        tmp_path / "in" / "a.nii",
    )
    means = []
    for time_point, told in ((0, "1 done"), (1, "1 done"), (1, "0 done, 1 skipped"), (0, "1 done")):
        assert run(tmp_path / "in", tmp_path / "out", "--time", time_point) == 0
        assert told in capsys.readouterr().out
        means.append(json.loads((tmp_path / "out" / "a.report.json").read_text())["together"][0]["mean"])
    assert means[0] == means[3] != means[1]


def test_results_may_not_lie_around_the_scans(tmp_path, capsys):
    ct(tmp_path / "scans" / "a.nii")
    assert run(tmp_path / "scans", tmp_path) == 2
    assert "holds the source: expected a folder of its own" in capsys.readouterr().err


def test_two_scans_of_one_stem_get_a_mask_each(tmp_path):
    ct(tmp_path / "in" / "a.nii"), ct(tmp_path / "in" / "a.nii.gz")
    assert run(tmp_path / "in", tmp_path / "out") == 0
    assert len(list((tmp_path / "out").glob("*.report.json"))) == 2


@pytest.mark.parametrize(
    "options,words",
    [
        (["--report", "r.json"], "without a name"),
        (["--mesh", "a.glb"], "glb or stl"),
        ([], "holds no volume"),
    ],
)
def test_what_a_folder_cannot_be_asked(tmp_path, capsys, options, words):
    (tmp_path / "in").mkdir()
    assert run(tmp_path / "in", tmp_path / "out", *options) == 2
    assert words in capsys.readouterr().err
    assert run(tmp_path / "in", tmp_path / "in") == 2 and run(tmp_path / "in", tmp_path / "m.nii.gz") == 2
    assert names(tmp_path) == []


def test_ctrl_c_leaves_nothing(tmp_path):
    """A real interrupt, while a scan is segmented."""
    source = ct(tmp_path / "a.nii")
    words = ["medical", str(source), str(tmp_path / "m.nii.gz"), "--task", "ct-tissues"]
    stand_in = (
        "import sys, time\nimport core.medical.outputs as outputs\nfrom core.cli import main\n"
        "def segment(*_):\n    print('begun', flush=True)\n    time.sleep(600)\n"
        "outputs.segment = segment\nsys.exit(main(sys.argv[1:]))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", stand_in, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=os.getcwd(),
    )
    assert process.stdout.readline() == "begun\n" and list(tmp_path.glob(".*"))
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=120)
    assert process.returncode == 130 and error == "stopped\n"
    assert names(tmp_path) == ["a.nii"]


def test_parts_of_a_network_and_a_task_without_parts(tmp_path, monkeypatch, capsys):
    pytest.importorskip("torch")
    from core.weights import write_card
    from tests.core.medical.tiny import bright_network

    monkeypatch.setenv("TRIPTYCH_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("TRIPTYCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("core.medical.networks._networks", {})
    parts = {
        "tissues": {"labels": "hippocampus", "ids": [0, 1, 2], "one_piece": [], "rest": 0},
        "mask": {"labels": "brain", "ids": [0, 1, 1], "one_piece": [], "rest": 0},
    }
    card = bright_network(tmp_path / "weights", "brain", parts=parts)
    for key in ("ids", "one_piece", "rest"):
        del card.transform[key]
    write_card(card)
    data = np.full((14, 16, 12), 20, np.int16)
    data[2:8, 3:12, 4:10] = 500
    data[3:6, 5:9, 5:8] = 900
    scans = tmp_path / "scans"
    scans.mkdir()
    nib.save(nib.Nifti1Image(data, np.diag([3.0, 3, 3, 1])), scans / "a.nii")
    masks = {}
    for part in ("tissues", "mask"):
        code = main(["medical", str(scans), str(tmp_path / "out"), "--task", "brain", "--parts", part])
        assert code == 0 and "1 done, 0 skipped" in capsys.readouterr().out, "another part is another result"
        masks[part] = np.asarray(nib.load(tmp_path / "out" / "a.nii.gz").dataobj)
        assert json.loads((tmp_path / "out" / "a.report.json").read_text())["task"]["part"] == part
    assert set(np.unique(masks["tissues"])) == {0, 1, 2}
    np.testing.assert_array_equal(masks["tissues"] > 0, masks["mask"] > 0)
    for options, message in (
        (["brain", "--parts", "bones"], "no part"),
        (["ct-tissues", "--parts", "mask"], "no parts"),
    ):
        assert main(["medical", str(scans / "a.nii"), str(tmp_path / "b.nii"), "--task", *options]) == 2
        assert message in capsys.readouterr().err
