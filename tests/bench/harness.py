"""Times two functions fairly: warmed up, in turns, in the same minutes on the same machine."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cache
from importlib.metadata import version
from pathlib import Path
from statistics import median

Job = Callable[[], object]


@dataclass(frozen=True)
class Row:
    """Medians in ms; ``peer_ms`` and ``ratio`` (ours over the peer's) are None where there is no peer here."""

    name: str
    ours_ms: float
    peer: str | None = None
    peer_ms: float | None = None

    @property
    def ratio(self) -> float | None:
        return self.ours_ms / self.peer_ms if self.peer_ms else None


def compare(
    name: str,
    ours: Job,
    peer: str | None = None,
    theirs: Job | None = None,
    *,
    rounds: int = 15,
    each: int = 10,
) -> Row:
    """Median of ``rounds · each`` calls of either. Turns of several calls: one call would pay for the other's caches."""
    middle = [1000 * s for s in medians([ours] + ([theirs] if theirs else []), rounds, each)]
    return Row(name, middle[0], peer if theirs else None, middle[1] if theirs else None)


def medians(jobs: Sequence[Job], rounds: int, each: int, warm_up: int = 2) -> list[float]:
    """Median seconds of ``rounds · each`` calls of every job, in turns; the rounds to warm up come before."""
    times: list[list[float]] = [[] for _ in jobs]
    for round_ in range(rounds + warm_up):
        for job, kept in zip(jobs, times, strict=True):
            job()
            for _ in range(each):
                began = time.perf_counter()
                job()
                if round_ >= warm_up:
                    kept.append(time.perf_counter() - began)
    return [median(t) for t in times]


def keep(figures: dict[str, dict], path: Path = Path("bench.json")) -> None:
    """Put figures into ``bench.json``, beside those of other runs: each says when, where and of what it is."""
    old = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    new = {name: row | {"measured": circumstances()} for name, row in figures.items()}
    path.write_text(json.dumps(old | new, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


@cache
def circumstances() -> dict[str, str]:
    """The hour, the commit ("+" with changes), the processor, and the versions of what computes."""
    commit, changed = _git("rev-parse", "--short", "HEAD"), _git("status", "--porcelain", "-uno")
    info = Path("/proc/cpuinfo")  # elsewhere the processor's family must do
    named = re.search(r"model name\s*: (.*)", info.read_text()) if info.is_file() else None
    versions = {name: version(name) for name in ("openvino", "torch", "opencv-python", "numpy")}
    return {
        "at": datetime.now(timezone.utc).isoformat(timespec="minutes"),
        "commit": commit + ("+" if changed else ""),
        "processor": f"{named[1] if named else platform.processor()}, {os.cpu_count()} cores",
    } | versions


def _git(*words: str) -> str:
    try:
        told = subprocess.run(["git", *words], cwd=Path(__file__).parent, capture_output=True, text=True)
    except OSError:  # there is no git
        return ""
    return told.stdout.strip()
