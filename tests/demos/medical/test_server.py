"""The panel's routes: from a file to a mask, figures and downloads; and who may not see them."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import time
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from core.medical.phantom import draw_head
from core.medical.tasks import get_task, segment
from core.medical.volume import read_volume
from core.weights import write_card
from demos.medical.server import FILES, medical_router
from demos.medical.uploads import MAX_FILES, safe_name
from demos.medical.visits import Visits
from tests.core.medical.tiny import bright_network

OURS = {"X-Triptych": "1"}
TASK = "ct-tissues"


@pytest.fixture(scope="module")
def scans(tmp_path_factory) -> Path:
    """A drawn CT head of a few voxels, stored as files of several kinds."""
    folder = tmp_path_factory.mktemp("scans")
    affine = np.diag([-6.0, 6, 6, 1])  # LAS: the canonical view turns it round
    affine[:3, 3] = (105, -125, -140)
    head = draw_head((36, 40, 42), affine=affine, seed=2)
    data = head.image("CT")
    nib.save(nib.Nifti1Image(data, affine), folder / "head.nii.gz")
    nib.save(nib.Nifti1Image(head.image("T1"), affine), folder / "mri.nii.gz")
    nib.save(nib.Nifti1Image(np.stack([data, data + 50], -1), affine), folder / "series.nii")
    nib.save(nib.Nifti1Pair(data, affine), folder / "pair.img")
    (folder / "bad.nii").write_bytes(b"nothing of the kind")
    (folder / "cut.nii.gz").write_bytes((folder / "head.nii.gz").read_bytes()[:5000])
    found = segment(read_volume(folder / "head.nii.gz"), get_task(TASK))
    found.mask().save(folder / "truth.nii.gz", found.volume.grid.header)
    return folder


@pytest.fixture(scope="module")
def visits() -> Visits:
    return Visits(capacity=100)


@pytest.fixture(scope="module")
def client(visits) -> TestClient:
    app = FastAPI()
    app.include_router(medical_router(visits))
    return TestClient(app)


def wait(client, token: str, language: str = "en") -> dict:
    deadline = time.monotonic() + 120
    while (job := client.get(f"/medical/{language}/{token}/job").json())["outcome"] == "running":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return job


def send(client, *paths: Path, language: str = "en", query: str = "") -> tuple[str, dict]:
    """(token, how its job ended)."""
    token = client.post(f"/medical/{language}", headers=OURS).json()["token"]
    for path in paths:
        answer = client.put(
            f"/medical/{language}/{token}/scan/{path.name}", content=path.read_bytes(), headers=OURS
        )
        assert answer.status_code == 204
    assert client.post(f"/medical/{language}/{token}/read{query}", headers=OURS).status_code == 204
    return token, wait(client, token, language)


@pytest.fixture(scope="module")
def opened(client, scans) -> str:
    token, job = send(client, scans / "head.nii.gz")
    assert job["outcome"] == "done", job
    return token


def test_a_scan_comes_back_voxel_by_voxel(client, scans, opened):
    info = client.get(f"/medical/en/{opened}/scan").json()
    volume = read_volume(scans / "head.nii.gz")
    assert info["shape"] == info["shown"] == [36, 40, 42] and info["spacing"] == [6, 6, 6]
    assert (info["name"], info["axes"], info["ct"], info["exact"]) == ("head.nii.gz", "LAS", True, True)
    assert np.allclose(info["affine"], volume.affine) and info["done"] == [TASK] == [info["fitting"]]
    raw = client.get(f"/medical/en/{opened}/values")
    assert raw.headers["cache-control"] == "no-store"
    values = np.frombuffer(raw.content, "<i2").reshape(36, 40, 42, order="F")
    assert np.array_equal(values, volume.data)


def test_the_mask_and_its_figures_are_cores(client, scans, opened):
    found = segment(read_volume(scans / "head.nii.gz"), get_task(TASK))
    layer = client.get(f"/medical/en/{opened}/tasks/{TASK}/layers/mask")
    assert layer.headers["content-encoding"] == "gzip"
    assert np.array_equal(np.frombuffer(layer.content, np.uint8).reshape(36, 40, 42, order="F"), found.ids)
    finding = client.get(f"/medical/ko/{opened}/tasks/{TASK}").json()
    volumes = found.mask().volumes_ml()
    assert [row["ml"] for row in finding["labels"]] == pytest.approx(list(volumes.values()))
    assert [row["name"] for row in finding["labels"]][-1] == "뼈" and finding["truth"] is None
    assert finding["method"] == "rules" and not finding["uncertainty"] and "반 복셀" in finding["about"]
    for layer in ("truth", "uncertainty"):
        assert client.get(f"/medical/en/{opened}/tasks/{TASK}/layers/{layer}").status_code == 404


def test_downloads_open_elsewhere(client, scans, opened, tmp_path):
    def load(kind: str) -> tuple[str, bytes]:
        answer = client.get(f"/medical/en/{opened}/tasks/{TASK}/files/{kind}")
        assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
        return answer.headers["content-disposition"].split("''")[1], answer.content

    name, raw = load("mask")
    assert name == "head-ct-tissues.nii.gz"
    (tmp_path / name).write_bytes(raw)
    mask, source = nib.load(tmp_path / name), nib.load(scans / "head.nii.gz")
    assert mask.shape == source.shape and np.array_equal(mask.affine, source.affine)
    assert set(np.unique(mask.dataobj)) <= {0, 1, 2, 3, 4, 5} and mask.get_data_dtype() == np.uint8
    report = json.loads(load("report")[1])
    assert report["notice"] == "Research use only, not a medical device." and "scores" not in report
    assert load("glb")[1][:4] == b"glTF" and len(load("stl")[1]) > 84
    assert json.loads(load("labels")[1])["labels"]["5"]["name"] == "bone"
    assert b"soft tissue" in load("itksnap")[1]
    surface = client.get(f"/medical/en/{opened}/tasks/{TASK}/surface")
    assert surface.content[:4] == b"glTF"
    for kind in ("uncertainty", "etc"):
        answer = client.get(f"/medical/en/{opened}/tasks/{TASK}/files/{kind}")
        assert answer.status_code == 422 and answer.json()["detail"]


def test_a_truth_gives_scores_on_the_page_and_in_the_report(client, scans, opened):
    put = client.put(
        f"/medical/en/{opened}/truth/truth.nii.gz",
        content=(scans / "truth.nii.gz").read_bytes(),
        headers=OURS,
    )
    assert put.status_code == 204
    assert client.post(f"/medical/en/{opened}/tasks/{TASK}/truth", headers=OURS).status_code == 204
    finding = client.get(f"/medical/en/{opened}/tasks/{TASK}").json()
    bone = finding["labels"][-1]
    assert finding["truth"] == "own" and bone["score"]["dice"] == 1 and bone["score"]["hd95"] == 0
    lungs = finding["labels"][1]
    assert lungs["score"] is None and lungs["known"], "in neither"
    layers = [
        client.get(f"/medical/en/{opened}/tasks/{TASK}/layers/{name}").content for name in ("mask", "truth")
    ]
    assert layers[0] == layers[1]
    report = client.get(f"/medical/en/{opened}/tasks/{TASK}/files/report").json()
    assert report["scores"]["truth"] == "uploaded" and report["scores"]["labels"]["bone"]["dice"] == 1
    # Another that does not fit is told, and the one before stays.
    client.put(f"/medical/ko/{opened}/truth/bad.nii", content=b"nothing", headers=OURS)
    answer = client.post(f"/medical/ko/{opened}/tasks/{TASK}/truth", headers=OURS)
    assert answer.status_code == 422 and "NIfTI가 아닙니다" in answer.json()["detail"]
    assert client.get(f"/medical/en/{opened}/tasks/{TASK}").json()["truth"] == "own"


def test_one_slice_by_itself(client, opened):
    answer = client.get(f"/medical/en/{opened}/tasks/{TASK}/slices/coronal/20").json()
    assert answer["size"] == [36, 42] and answer["maps"] == [] and answer["method"] == "rules"
    assert len(base64.b64decode(answer["ids"])) == 36 * 42
    assert client.get(f"/medical/en/{opened}/tasks/{TASK}/slices/coronal/40").status_code == 422


def test_the_page_is_told_which_slices_a_task_knows(client, scans, brain):
    card = bright_network(brain, "axial-only", planes=["axial"])
    write_card(card)
    token, _ = send(client, scans / "mri.nii.gz")
    tasks = client.get(f"/medical/en/{token}/scan").json()["tasks"]
    all_planes = {"axial", "coronal", "sagittal"}
    assert {task["name"]: set(task["planes"]) for task in tasks} == {
        "axial-only": {"axial"}, "brain.tissues": all_planes, "brain.mask": all_planes, TASK: all_planes,
    }  # fmt: skip
    answer = client.get(f"/medical/ko/{token}/tasks/axial-only/slices/coronal/20")
    assert answer.status_code == 422 and "학습하지 않았습니다" in answer.json()["detail"]


def test_files_go_when_they_are_read_and_with_the_visit(client, scans, visits):
    token, _ = send(client, scans / "head.nii.gz")
    folder = visits.get(token).folder
    assert not list(folder.rglob("*.nii.gz")), "nothing needs the file any more"
    series, _ = send(client, scans / "series.nii")
    kept = visits.get(series).folder
    assert list(kept.rglob("series.nii")), "another time point may be asked for"
    for name in (token, series):
        assert client.post(f"/medical/en/{name}/end").status_code == 204
    assert not folder.exists() and not kept.exists()
    assert client.get(f"/medical/en/{token}/values").status_code == 404


def put_slowly(app, path: str, *chunks: bytes, between) -> int:
    """The status of an upload whose chunks come one by one, ``between`` called before each but the first."""
    messages = iter(enumerate(chunks))
    statuses = []

    async def receive() -> dict:
        number, chunk = next(messages)
        if number:
            between()
        return {"type": "http.request", "body": chunk, "more_body": number + 1 < len(chunks)}

    async def send(message: dict) -> None:
        statuses.append(message.get("status"))

    scope = {
        "type": "http", "method": "PUT", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "http_version": "1.1", "scheme": "http", "headers": [(b"x-triptych", b"1")], "client": None, "server": None,
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    return statuses[0]


def test_a_slow_upload_keeps_its_visit(client, visits):
    token = client.post("/medical/en", headers=OURS).json()["token"]
    visit = visits.get(token)

    def a_while_later():
        visit.touched -= 600  # three of them are longer than a visit may be left alone
        visits.sweep()

    path = f"/medical/en/{token}/scan/head.nii"
    assert put_slowly(client.app, path, b"a", b"b", b"c", b"d", between=a_while_later) == 204
    assert visits.get(token) is visit and (visit.folder / "scan" / "head.nii").read_bytes() == b"abcd"
    assert (
        put_slowly(client.app, path, b"a", b"b", between=lambda: (visits.end(token), a_while_later())) == 404
    )
    assert not visit.folder.exists(), "an upload of a visit that is over stays nowhere"


def test_a_series_is_shown_at_the_chosen_time(client, scans):
    token, job = send(client, scans / "series.nii")
    assert job["outcome"] == "done"
    info = client.get(f"/medical/en/{token}/scan").json()
    assert (info["series"], info["time"]) == (2, 0)
    first = np.frombuffer(client.get(f"/medical/en/{token}/values").content, "<i2")
    client.post(f"/medical/en/{token}/read?time=1", headers=OURS)
    assert wait(client, token)["outcome"] == "done"
    assert client.get(f"/medical/en/{token}/scan").json()["time"] == 1
    assert (np.frombuffer(client.get(f"/medical/en/{token}/values").content, "<i2") == first + 50).all()
    client.post(f"/medical/ko/{token}/read?time=7", headers=OURS)
    assert "시점 7이 없습니다" in wait(client, token, "ko")["error"]
    assert client.get(f"/medical/en/{token}/scan").json()["time"] == 1, "the last result stays"


def test_a_time_point_that_was_cancelled_is_not_shown(client, scans, monkeypatch):
    token, _ = send(client, scans / "series.nii")
    before = client.get(f"/medical/en/{token}/tasks/{TASK}").json()
    with monkeypatch.context() as patch:
        patch.setattr("demos.medical.subject.segment", slow)
        client.post(f"/medical/en/{token}/read?time=1", headers=OURS)
        deadline = time.monotonic() + 120
        while client.get(f"/medical/en/{token}/job").json()["share"] != 0.5:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        client.delete(f"/medical/en/{token}/job", headers=OURS)
        assert wait(client, token)["outcome"] == "cancelled"
    assert client.get(f"/medical/en/{token}/scan").json()["time"] == 0
    assert client.get(f"/medical/en/{token}/tasks/{TASK}").json() == before


def test_another_time_point_is_a_visit_of_its_own(client, scans, visits):
    """Until the page has it, and where it never gets it, what it shows stays whole."""
    token, _ = send(client, scans / "series.nii")
    before = client.get(f"/medical/en/{token}/tasks/{TASK}").json()
    other = client.post(f"/medical/en/{token}/at?time=1&task={TASK}", headers=OURS).json()["token"]
    assert wait(client, other)["outcome"] == "done"
    assert [client.get(f"/medical/en/{t}/scan").json()["time"] for t in (token, other)] == [0, 1]
    assert client.get(f"/medical/en/{token}/tasks/{TASK}").json() == before
    client.post(f"/medical/en/{token}/end")
    assert client.get(f"/medical/en/{other}/tasks/{TASK}").json()["labels"] != before["labels"]
    again = client.post(f"/medical/en/{other}/at?time=0", headers=OURS).json()["token"]
    assert wait(client, again)["outcome"] == "done", "the file outlives the visit that brought it"
    bad = client.post(f"/medical/en/{other}/at?time=7", headers=OURS).json()["token"]
    assert "no time point 7" in wait(client, bad)["error"]
    assert client.post(f"/medical/en/{other}/at?time=0").status_code == 403


def test_nothing_can_be_segmented_before_there_is_a_scan(client):
    token = client.post("/medical/en", headers=OURS).json()["token"]
    assert client.post(f"/medical/en/{token}/run?task={TASK}", headers=OURS).status_code == 404


def slow(volume, task, progress):
    while True:
        progress("", 0.5)
        time.sleep(0.01)


def test_a_pair_is_one_volume_and_half_of_it_is_told(client, scans):
    token, job = send(client, scans / "pair.hdr", scans / "pair.img")
    assert job["outcome"] == "done"
    assert client.get(f"/medical/en/{token}/scan").json()["shape"] == [36, 40, 42]
    _, job = send(client, scans / "pair.hdr", language="ko")
    assert job["outcome"] == "failed" and "pair.img 파일이 없습니다" in job["error"]
    _, job = send(client, scans / "head.nii.gz", scans / "mri.nii.gz")
    assert job["outcome"] == "failed" and "are not one volume" in job["error"]


@pytest.mark.parametrize("name,english,korean", [
    ("bad.nii", "is not a NIfTI file", "NIfTI가 아닙니다"), ("cut.nii.gz", "cut short", "끊겼|손상"),
])  # fmt: skip
def test_bad_files_are_told_in_both_languages(client, scans, name, english, korean):

    for language, text in (("en", english), ("ko", korean)):
        _, job = send(client, scans / name, language=language)
        assert job["outcome"] == "failed" and re.search(text, job["error"]), job
        assert "/" not in job["error"].replace(".hdr/.img", ""), "no folder of the server's"


def test_what_nothing_fits_is_shown_without_a_mask(client, scans, monkeypatch):
    monkeypatch.setattr("demos.medical.subject._FIRST_MRI", ())
    token, job = send(client, scans / "mri.nii.gz", query=f"?task={TASK}")
    info = client.get(f"/medical/en/{token}/scan").json()
    assert job["outcome"] == "done" and info["done"] == [] and not info["ct"] and info["fitting"] == ""
    client.post(f"/medical/en/{token}/run?task={TASK}", headers=OURS)
    assert wait(client, token)["outcome"] == "done"
    warnings = client.get(f"/medical/ko/{token}/tasks/{TASK}").json()["warnings"]
    assert "HU" in warnings[0] and "의미가 없습니다" in warnings[0]


@pytest.fixture
def brain(tmp_path, monkeypatch):
    """A network of two parts, whose answer follows the brightness."""
    card = bright_network(
        tmp_path / "weights", "brain", "brain-tissues", working=[6.0, 6.0, 6.0],
        intensity={"kind": "percentile", "low": 1.0, "high": 99.5},
        parts={
            "tissues": {"labels": "brain-tissues", "ids": [0, 1, 2], "one_piece": [], "rest": 0},
            "mask": {"labels": "brain", "ids": [0, 1, 1], "one_piece": [1], "rest": 0},
        },
    )  # fmt: skip
    for key in ("ids", "one_piece", "rest"):
        del card.transform[key]
    write_card(card)
    monkeypatch.setenv("TRIPTYCH_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("TRIPTYCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "weights"


def test_a_networks_parts_are_asked_for_one_by_one(client, scans, brain):
    token, job = send(client, scans / "mri.nii.gz")
    info = client.get(f"/medical/ko/{token}/scan").json()
    assert job["outcome"] == "done" and info["done"] == ["brain.tissues"]
    assert {t["name"]: t["title"] for t in info["tasks"]} == {
        "brain.tissues": "뇌, T1 머리: 조직", "brain.mask": "뇌, T1 머리: 뇌 전체",
        "ct-tissues": "HU 범위로 찾는 CT 조직 (규칙, 모델 아님)",
    }  # fmt: skip
    client.post(f"/medical/en/{token}/run?task=brain.mask", headers=OURS)
    assert wait(client, token)["outcome"] == "done"
    rows = [client.get(f"/medical/en/{token}/tasks/brain.{part}").json() for part in ("tissues", "mask")]
    assert [len(row["labels"]) for row in rows] == [5, 1] and all(row["uncertainty"] for row in rows)
    assert all("for tests" in row["about"] for row in rows), "the card's title"
    answer = client.get(f"/medical/en/{token}/tasks/brain.mask/files/uncertainty")
    assert answer.headers["content-disposition"].endswith("mri-brain-mask.uncertainty.nii.gz")
    layer = client.get(f"/medical/en/{token}/tasks/brain.mask/layers/uncertainty")
    assert len(layer.content) == 36 * 40 * 42
    alone = client.get(f"/medical/en/{token}/tasks/brain.tissues/slices/axial/20").json()
    assert [m["name"] for m in alone["maps"]] == ["background", "grey matter", "white matter"]
    chances = [np.frombuffer(base64.b64decode(m["bytes"]), np.uint8).astype(int) for m in alone["maps"]]
    assert np.abs(sum(chances) - 255).max() <= 2
    ids = np.frombuffer(base64.b64decode(alone["ids"]), np.uint8)
    assert (ids == np.argmax(chances, axis=0)).mean() > 0.9
    assert client.get(f"/medical/en/{token}/tasks/brain.none/slices/axial/20").status_code == 422


def test_what_was_asked_of_a_scan_before_is_not_asked_of_one_of_another_size(client, scans, brain):
    intensity = {"kind": "percentile", "low": 1.0, "high": 99.5}
    write_card(bright_network(brain, "hippocampus", working=[6.0, 6.0, 6.0], intensity=intensity))
    crop = nib.load(scans / "mri.nii.gz").slicer[10:22, 10:22, 20:32]
    nib.save(crop, brain / "crop.nii.gz")
    for path, wanted, done in (
        (scans / "mri.nii.gz", "hippocampus", "brain.tissues"),
        (scans / "mri.nii.gz", "brain.mask", "brain.mask"),
        (brain / "crop.nii.gz", "brain.mask", "hippocampus"),
        (brain / "crop.nii.gz", "hippocampus", "hippocampus"),
    ):
        token, job = send(client, path, query=f"?task={wanted}")
        assert job["outcome"] == "done"
        assert client.get(f"/medical/en/{token}/scan").json()["done"] == [done]


def test_nobody_sees_anothers_scan(client, scans, opened):
    other = client.post("/medical/en", headers=OURS).json()["token"]
    for token in (other, "x" * 32, opened[:-1], opened.lower() + "a"):
        for path in ("scan", "values", f"tasks/{TASK}", f"tasks/{TASK}/layers/mask", f"tasks/{TASK}/files/mask",
                     f"tasks/{TASK}/surface", f"tasks/{TASK}/slices/axial/1"):  # fmt: skip
            assert client.get(f"/medical/en/{token}/{path}").status_code == 404, (token, path)


def test_other_sites_cannot_open_or_change_anything(client, opened):
    # A page of another site can send a plain POST here, but no header of ours without asking first.
    for method, path in (
        ("POST", "/medical/en"), ("PUT", f"/medical/en/{opened}/scan/a.nii"), ("POST", f"/medical/en/{opened}/read"),
        ("POST", f"/medical/en/{opened}/run?task={TASK}"), ("DELETE", f"/medical/en/{opened}/job"),
        ("POST", f"/medical/en/{opened}/tasks/{TASK}/truth"),
    ):  # fmt: skip
        assert client.request(method, path).status_code == 403, path


def test_names_stay_in_the_visits_folder(client, visits):
    token = client.post("/medical/en", headers=OURS).json()["token"]
    answer = client.put(f"/medical/en/{token}/scan/..%5C..%5Cevil.nii", content=b"x", headers=OURS)
    assert answer.status_code == 204
    assert [p.name for p in (visits.get(token).folder / "scan").iterdir()] == ["evil.nii"]
    assert safe_name("a/../b\\c.nii") == "c.nii" and safe_name("") == safe_name("...") == "scan"
    long = safe_name("머" * 300 + ".nii.gz")
    assert len(long.encode()) <= 200 and long.endswith(".nii.gz")
    for number in range(MAX_FILES - 1):
        client.put(f"/medical/en/{token}/scan/{number}.nii", content=b"x", headers=OURS)
    answer = client.put(f"/medical/ko/{token}/scan/more.nii", content=b"x", headers=OURS)
    assert answer.status_code == 422 and "파일이 너무 많습니다" in answer.json()["detail"]


def test_cancelling_leaves_what_was_there(client, opened, monkeypatch):
    monkeypatch.setattr("demos.medical.subject.segment", slow)
    token = client.post("/medical/en?example=ct", headers=OURS)
    assert client.post("/medical/en?example=none", headers=OURS).status_code == 404
    token = token.json()["token"]
    deadline = time.monotonic() + 120
    while "Segmenting" not in (job := client.get(f"/medical/en/{token}/job").json())["what"]:
        assert job["outcome"] == "running" and time.monotonic() < deadline, job
        time.sleep(0.02)
    assert job["share"] == 0.5
    client.delete(f"/medical/en/{token}/job", headers=OURS)
    assert wait(client, token)["outcome"] == "cancelled"
    assert client.get(f"/medical/en/{opened}/tasks/{TASK}").status_code == 200


def test_only_its_own_scripts_are_served(client):
    for name, kind in FILES.items():
        answer = client.get(f"/medical/{name}")
        assert answer.status_code == 200 and answer.headers["content-type"].startswith(kind)
        assert "http://" not in answer.text and "https://" not in answer.text
    for name in ("server.py", "..%2Fapp.py", "words.py"):
        assert client.get(f"/medical/{name}").status_code == 404


def test_values_for_far_browsers_are_packed(visits, scans, client, opened):
    app = FastAPI()
    app.include_router(medical_router(visits))
    for host, packed in (("127.0.0.1", False), ("192.0.2.7", True)):
        answer = TestClient(app, client=(host, 5000)).get(f"/medical/en/{opened}/values")
        assert ("content-encoding" in answer.headers) == packed
        assert len(answer.content) == 2 * 36 * 40 * 42
