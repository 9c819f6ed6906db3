"""Inputs one after another in a forked process: what crashes, hangs or fills the memory takes only that process along."""

from __future__ import annotations

import contextlib
import faulthandler
import json
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Any, Literal

from core.errors import InputError
from tests.fuzz.reader import Case, Reader

_CPU_S, _WALL_S = 5.0, 60.0
"""Limits of one input. Of work, since a busy machine makes everybody wait; of waiting, far beyond."""
_REFUSED_MB, _ACCEPTED_MB = 500, 2000
"""Limits of memory beyond what the process has before an input."""
_TEXT = 1500  # characters that a message may have
_SIGNALS = (signal.SIGPROF, signal.SIGALRM)  # of work and of waiting, each at its limit

Outcome = Literal["accepted", "refused", "failed"]


@dataclass(frozen=True)
class Result:
    """Of input ``number``: ``work_s`` of the processor, ``more_mb`` of memory at its worst, ``told``: message or failure.

    ``kind``: what failures of one cause have in common.
    """

    number: int
    outcome: Outcome
    work_s: float = 0.0
    more_mb: float = 0.0
    told: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Limits:
    """Seconds of work of one input, and megabytes where it is refused or accepted."""

    work_s: float = _CPU_S
    refused_mb: float = _REFUSED_MB
    accepted_mb: float = _ACCEPTED_MB


def make_input(reader: Reader, prepared: Any, seed: int, number: int) -> Case:
    """Input ``number`` of a run: the same for the same seed."""
    return reader.mutate(Random(f"{reader.name} {seed} {number}"), prepared)


def run(reader: Reader, seed: int, count: int, keep: Path, limits: Limits = Limits()) -> Iterator[Result]:
    """Results of inputs 0 to ``count`` − 1, in order; whatever ends a process is the result of its input.

    Args:
        keep: folder for the inputs that fail; made when there is one.

    Raises:
        RuntimeError: a process ended before its first input, or a valid file was refused.
    """
    at = 0
    # This process's own: one that is killed leaves its files.
    home = tempfile.TemporaryDirectory(prefix="fuzz-", ignore_cleanup_errors=True)
    with home, tempfile.TemporaryFile("w+") as trace:
        while at < count:
            process, pipe = _start(reader, seed, at, count, keep, limits, Path(home.name), trace)
            ready = False
            with contextlib.suppress(EOFError):
                while True:
                    said = pipe.recv()
                    if said == "ready":
                        ready = True
                        continue
                    yield (result := Result(**json.loads(said)))
                    at = result.number + 1
            process.join()
            if not ready:
                raise RuntimeError(f"{reader.name}: could not prepare, see above")
            if process.exitcode:
                yield _crashed(at, process.exitcode, limits, trace)
                at += 1


def _start(*what: Any) -> tuple[Any, Connection]:
    """A forked process that does :func:`_work` on ``what``, and the end of its pipe."""
    *most, trace = what
    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe(duplex=False)
    process = fork.Process(target=_work, args=(*most, theirs, trace))
    process.start()
    theirs.close()
    return process, ours


def _crashed(number: int, code: int, limits: Limits, trace: Any) -> Result:
    """The result of the input on which a process ended."""
    trace.seek(0)
    told = trace.read()[:4000]
    hangs = {signal.SIGPROF: f"{limits.work_s:g} s of work", signal.SIGALRM: f"{_WALL_S:g} s of waiting"}
    if -code in hangs:
        why = f"hangs: over {hangs[signal.Signals(-code)]}"
    else:
        why = f"crashes: {signal.Signals(-code).name}" if code < 0 else f"ends the process ({code})"
    # The newest call of ours, as faulthandler tells it.
    place = next((line.strip() for line in told.splitlines() if "/core/" in line or "/demos/" in line), "")
    return Result(number, "failed", told=f"{why}\n{told}", kind=f"{why} {place.rpartition('/')[2]}")


def _work(
    reader: Reader,
    seed: int,
    start: int,
    count: int,
    keep: Path,
    limits: Limits,
    home: Path,
    pipe: Connection,
    trace: Any,
) -> None:
    """The forked process: prepares, checks the valid inputs, and goes on until it is done or dies."""
    silence = os.open(os.devnull, os.O_WRONLY)
    place = Path(tempfile.mkdtemp(dir=home))
    try:
        (place / "prepared").mkdir()
        prepared = reader.prepare(place / "prepared")
        for case in reader.seeds(prepared):
            with _laid_out(case, place) as folder:
                reader.read(case, folder, prepared)
        pipe.send("ready")
        faulthandler.enable(trace)
        for number in _SIGNALS:
            faulthandler.register(number, trace, chain=True)
        os.dup2(silence, 1), os.dup2(silence, 2)  # native libraries complain without end
        for number in range(start, count):
            case = make_input(reader, prepared, seed, number)
            trace.seek(0)
            trace.truncate()
            kept = keep / f"{reader.name}-{seed}-{number}"
            _save(case, kept)  # before: nobody can after a crash
            with _laid_out(case, place) as folder:
                result = _judge(reader, case, folder, prepared, number, limits)
            if result.outcome == "failed":
                (kept / "why.txt").write_text(result.told, encoding="utf-8", errors="backslashreplace")
            else:
                shutil.rmtree(kept)
            pipe.send(json.dumps(asdict(result)))
            if result.more_mb > limits.refused_mb:  # a fresh process, before its rest makes others fail
                break
    finally:
        os.chdir("/")
        shutil.rmtree(place, ignore_errors=True)


@contextlib.contextmanager
def _laid_out(case: Case, place: Path) -> Iterator[Path]:
    folder = place / "input"
    folder.mkdir()
    for name, data in case.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    try:
        yield folder
    finally:
        os.chdir(place)
        shutil.rmtree(folder, ignore_errors=True)


def _save(case: Case, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in case.files.items():
        (folder / name.replace("/", "_")).write_bytes(data)
    words = "".join(f"{word!r}\n" for word in case.words)
    (folder / "way.txt").write_text(f"{case.way}\n{words}", encoding="utf-8", errors="backslashreplace")


def _judge(reader: Reader, case: Case, folder: Path, prepared: Any, number: int, limits: Limits) -> Result:
    before, began = _memory_mb("VmRSS", reset=True), time.process_time()
    # Unhandled, these end the process, however deep in a library it is.
    signal.setitimer(signal.ITIMER_PROF, limits.work_s)
    signal.setitimer(signal.ITIMER_REAL, _WALL_S)
    outcome: Outcome = "accepted"
    told = kind = ""
    try:
        reader.read(case, folder, prepared)
    except InputError as error:
        outcome, told = "refused", str(error)
        if len(told) > _TEXT or not told.isprintable():
            outcome, kind, told = "failed", f"unreadable message from {_place(error)}", told[: 2 * _TEXT]
    except BaseException as error:
        outcome, told = "failed", "".join(traceback.format_exception(error))
        kind = f"{type(error).__name__} in {_place(error)}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
    work, more = time.process_time() - began, _memory_mb("VmHWM") - before
    if more > (limits.refused_mb if outcome == "refused" else limits.accepted_mb) and outcome != "failed":
        kind, told = f"takes memory, {outcome}, {case.way}", f"{more:.0f} MB more; {told}"
        outcome = "failed"
    return Result(number, outcome, work, more, told, kind)


def _place(error: BaseException) -> str:
    """The innermost line of ours that an error went through."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if "/core/" in f.filename or "/demos/" in f.filename]
    last = (ours or frames)[-1]
    return f"{'/'.join(Path(last.filename).parts[-2:])}:{last.lineno}"


def _memory_mb(name: str, reset: bool = False) -> float:
    """Resident memory now (``VmRSS``) or at its highest since the last reset (``VmHWM``); elsewhere than on Linux: ever."""
    if not sys.platform.startswith("linux"):
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024
