"""The medical panel's part of the server: visits, what they upload, see and take away, and the scripts beside.

Everything of a visit stands below its token, which nobody can guess; a request that changes something carries a header
that no other site's page can send.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Header, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response, StreamingResponse
from starlette.requests import ClientDisconnect

from core.errors import InputError
from core.medical.one_slice import segment_slice
from core.medical.tasks import Finding
from core.metrics import VolumeScore
from demos.medical.answers import finding_json, scan_json, slice_json
from demos.medical.asked import find_task, task_title
from demos.medical.downloads import KINDS, make_download
from demos.medical.examples import examples
from demos.medical.job import Job
from demos.medical.shown import encode_ids, encode_share, encode_values, gzipped, shown_copy
from demos.medical.truth import Truth, read_truth
from demos.medical.uploads import clear, main_file, share, store
from demos.medical.visits import Visit, Visits
from demos.medical.work import open_example, open_upload, run_task, scores_of, truth_of
from demos.portrait.messages import explain
from demos.routing import offer_files, telling
from demos.words import words

PATH = "/medical"
FILES = {
    "medical.js": "text/javascript", "panel.js": "text/javascript", "server.js": "text/javascript",
    "scan.js": "text/javascript", "slices.js": "text/javascript", "plane.js": "text/javascript",
    "viewer.js": "text/javascript", "looks.js": "text/javascript", "legend.js": "text/javascript", "surface.js": "text/javascript",
    "glb.js": "text/javascript", "oneslice.js": "text/javascript", "medical.css": "text/css",
}  # fmt: skip
Language = Literal["en", "ko"]
Layer = Literal["mask", "uncertainty", "truth"]
_NEVER = {"Cache-Control": "no-store"}
_OURS = "X-Triptych"
# So often an upload says that its visit is in use; a chunk alone may be a thousandth of a second's.
_TOUCH_S = 5.0
_LOCAL = ("127.0.0.1", "::1")


def _ours(x_triptych: str | None = Header(None)) -> None:
    if x_triptych is None:
        raise HTTPException(403, f"{_OURS} is missing")


def medical_router(visits: Visits) -> APIRouter:
    """Everything below ``/medical``; a visit is ``/{language}/{token}``."""
    router = APIRouter(prefix=PATH)

    def find(token: str, w: dict[str, str]) -> Visit:
        visit = visits.get(token)
        if visit is None:
            raise HTTPException(404, w["md_gone"])
        return visit

    def found(token: str, task: str, w: dict[str, str]) -> tuple[Visit, Finding]:
        visit = find(token, w)
        finding = visit.subject.findings.get(task) if visit.subject else None
        if finding is None:
            raise HTTPException(404, w["md_gone"])
        return visit, finding

    def judged(visit: Visit, finding: Finding) -> tuple[Truth | None, dict[str, VolumeScore]]:
        return truth_of(visit, finding.task), scores_of(visit, finding)

    @router.post("/{language}")
    def open_visit(
        language: Language, example: str = "", x_triptych: str | None = Header(None)
    ) -> dict[str, str]:
        _ours(x_triptych)
        w = words(language)
        if example and example not in examples():
            raise HTTPException(404, w["md_gone"])
        visit = visits.open()
        if example:
            visit.job = open_example(visit, example)
        return {"token": visit.token}

    @router.post("/{language}/{token}/end")
    def end(language: Language, token: str) -> Response:
        # A page that is being closed can send no headers: the token is what it has.
        visits.end(token)
        return Response(status_code=204)

    async def arriving(visit: Visit, chunks: AsyncIterator[bytes], w: dict[str, str]) -> AsyncIterator[bytes]:
        """The chunks of an upload, which keep their visit alive: a slow one takes longer than visits are left alone."""
        async for chunk in chunks:
            if monotonic() - visit.touched > _TOUCH_S:
                find(visit.token, w)
            yield chunk

    @router.put("/{language}/{token}/{what}/{name}")
    async def upload(
        language: Language, token: str, what: Literal["scan", "truth"], name: str, request: Request,
        x_triptych: str | None = Header(None),
    ) -> Response:  # fmt: skip
        _ours(x_triptych)
        w = words(language)
        visit = find(token, w)
        try:
            with telling(w):
                await store(arriving(visit, request.stream(), w), visit.folder / what, name)
        except ClientDisconnect:  # cancelled: nobody hears the answer
            return Response(status_code=400)
        return Response(status_code=204)

    @router.post("/{language}/{token}/read")
    def read(
        language: Language, token: str, time: int = 0, task: str = "", x_triptych: str | None = Header(None)
    ) -> Response:
        return start(language, token, x_triptych, lambda visit: open_upload(visit, time, task))

    @router.post("/{language}/{token}/at")
    def another_time(
        language: Language, token: str, time: int, task: str = "", x_triptych: str | None = Header(None)
    ) -> dict[str, str]:
        """Another time point of the same file is a visit of its own: this one stays what it is until the page has that one."""
        _ours(x_triptych)
        w = words(language)
        visit, other = find(token, w), visits.open()
        try:
            with telling(w):
                share(visit.folder / "scan", other.folder / "scan")
        except HTTPException:
            visits.end(other.token)
            raise
        other.job = open_upload(other, time, task)
        return {"token": other.token}

    @router.post("/{language}/{token}/run")
    def run(language: Language, token: str, task: str, x_triptych: str | None = Header(None)) -> Response:
        def job(visit: Visit) -> Job:
            if visit.subject is None:
                raise HTTPException(404, words(language)["md_gone"])
            return run_task(visit.subject, find_task(task))

        return start(language, token, x_triptych, job)

    def start(language: str, token: str, ours: str | None, job: Callable[[Visit], Job]) -> Response:
        _ours(ours)
        w = words(language)
        visit = find(token, w)
        with telling(w):
            if visit.job is not None:
                visit.job.cancel()
            visit.job = job(visit)
        return Response(status_code=204)

    @router.get("/{language}/{token}/job")
    def job(language: Language, token: str) -> dict[str, Any]:
        w = words(language)
        visit = find(token, w)
        if visit.job is None:
            return {"outcome": "done", "what": "", "share": 1}
        state = visit.job.state
        return {
            "outcome": state.outcome, "what": _doing(state.what, w), "share": round(state.share, 3),
            "error": (explain(state.error, w) if state.error else w["error"]) if state.outcome == "failed" else "",
        }  # fmt: skip

    @router.delete("/{language}/{token}/job")
    def cancel(language: Language, token: str, x_triptych: str | None = Header(None)) -> Response:
        _ours(x_triptych)
        visit = find(token, words(language))
        if visit.job is not None:
            visit.job.cancel()
        return Response(status_code=204)

    @router.get("/{language}/{token}/scan")
    def scan(language: Language, token: str) -> dict[str, Any]:
        w = words(language)
        visit = find(token, w)
        if visit.subject is None:
            raise HTTPException(404, w["md_gone"])
        return scan_json(visit, w)

    @router.get("/{language}/{token}/values")
    def values(language: Language, token: str, request: Request) -> Response:
        w = words(language)
        visit = find(token, w)
        if visit.subject is None:
            raise HTTPException(404, w["md_gone"])
        volume = visit.subject.volume
        shown = shown_copy(volume)
        return _binary(encode_values(volume, shown), not _near(request))

    @router.get("/{language}/{token}/tasks/{task}")
    def finding(language: Language, token: str, task: str) -> dict[str, Any]:
        w = words(language)
        visit, result = found(token, task, w)
        return finding_json(result, *judged(visit, result), w)

    @router.get("/{language}/{token}/tasks/{task}/layers/{layer}")
    def one_layer(language: Language, token: str, task: str, layer: Layer) -> Response:
        w = words(language)
        visit, result = found(token, task, w)
        shown = shown_copy(result.volume)
        truth = truth_of(visit, result.task)
        if layer == "mask":
            return _binary(encode_ids(result.ids, shown, result.task.labels), True)
        if layer == "truth" and truth is not None:
            return _binary(encode_ids(truth.ids, shown, result.task.labels), True)
        if layer == "uncertainty" and result.uncertainty is not None:
            return _binary(encode_share(result.uncertainty, shown), True)
        raise HTTPException(404, w["md_gone"])

    @router.get("/{language}/{token}/tasks/{task}/surface")
    def surface(language: Language, token: str, task: str) -> Response:
        visit, _ = found(token, task, words(language))
        assert visit.subject is not None
        return Response(visit.subject.surface(task), media_type="model/gltf-binary", headers=_NEVER)

    @router.get("/{language}/{token}/tasks/{task}/slices/{plane}/{index}")
    def one_slice(language: Language, token: str, task: str, plane: str, index: int) -> dict[str, Any]:
        w = words(language)
        visit = find(token, w)
        if visit.subject is None:
            raise HTTPException(404, w["md_gone"])
        with telling(w):
            chosen = find_task(task)
            return slice_json(segment_slice(visit.subject.volume, chosen, plane, index), chosen, w)

    @router.post("/{language}/{token}/tasks/{task}/truth")
    async def judge(
        language: Language, token: str, task: str, x_triptych: str | None = Header(None)
    ) -> Response:
        _ours(x_triptych)
        w = words(language)
        visit, result = found(token, task, w)
        folder = visit.folder / "truth"
        try:
            with telling(w):
                path = main_file(folder)
                visit.truth = await run_in_threadpool(read_truth, path, result.volume, result.task.labels)
                visit.truth_task = task
        finally:
            clear([folder])
        return Response(status_code=204)

    @router.get("/{language}/{token}/tasks/{task}/files/{kind}")
    def file(language: Language, token: str, task: str, kind: str) -> Response:
        w = words(language)
        visit, result = found(token, task, w)
        truth, scores = judged(visit, result)
        with telling(w):
            name, body = make_download(result, kind, scores, truth is not None and truth.drawn)
        disposition = f"attachment; filename=\"{kind}{KINDS[kind][0]}\"; filename*=UTF-8''{quote(name)}"
        return Response(
            body, media_type=KINDS[kind][1], headers={"Content-Disposition": disposition, **_NEVER}
        )

    offer_files(router, Path(__file__).parent, FILES)
    return router


def _near(request: Request) -> bool:
    """Whether the browser runs on this machine: packing would take longer than sending."""
    return request.client is not None and request.client.host in _LOCAL


def _binary(chunks: Iterator[bytes], packed: bool) -> Response:
    headers = _NEVER | ({"Content-Encoding": "gzip"} if packed else {})
    body = gzipped(chunks) if packed else chunks
    return StreamingResponse(body, media_type="application/octet-stream", headers=headers)


def _doing(what: str, w: dict[str, str]) -> str:
    """What a job says that it does, in words; a task's name becomes its title."""
    if f"md_doing_{what}" in w:
        return w[f"md_doing_{what}"]
    try:
        return w["md_doing_task"].format(task=task_title(find_task(what), w))
    except InputError:
        return what
