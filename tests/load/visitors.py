"""Visitors at once: each does one errand after the other, and compares what it gets with what a single visitor got."""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.load.errands import Errand

Answers = dict[tuple[str, str], np.ndarray]


@dataclass
class Tally:
    """What came of one kind of errand: seconds of each answer, errors, answers unlike the single visitor's."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)


def ask(errand: Errand, url: str) -> np.ndarray:
    """One errand; what it downloads is deleted."""
    with tempfile.TemporaryDirectory() as folder:
        return errand.run(url, Path(folder))


def difference(answer: np.ndarray, expected: np.ndarray) -> str:
    """How two answers differ; "" where they are equal."""
    if answer.shape != expected.shape:
        return f"shape {answer.shape} instead of {expected.shape}"
    unlike = answer != expected
    if not unlike.any():
        return ""
    most = np.abs(answer.astype(np.float64) - expected.astype(np.float64)).max()
    return f"{unlike.mean():.2%} of values, by {most:g} at most"


def visit(
    url: str, errands: Sequence[Errand], expected: Answers, clients: int, seconds: float, seed: int
) -> dict[str, Tally]:
    """``clients`` visitors for ``seconds``; who is at an errand when the time is over finishes it."""
    tallies = {errand.kind: Tally() for errand in errands}
    lock = threading.Lock()
    end = time.monotonic() + seconds

    def client(number: int) -> None:
        chance = random.Random(seed * 1000 + number)
        while time.monotonic() < end:
            errand = chance.choice(errands)
            tally, began = tallies[errand.kind], time.monotonic()
            try:
                told = difference(ask(errand, url), expected[errand.kind, errand.name])
            except Exception as error:  # whatever it is, it is counted and told
                with lock:
                    tally.errors.append(f"{errand.name}: {type(error).__name__}: {error}")
                continue
            with lock:
                tally.seconds.append(time.monotonic() - began)
                if told:
                    tally.different.append(f"{errand.name}: {told}")

    threads = [threading.Thread(target=client, args=(n,), daemon=True) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tallies
