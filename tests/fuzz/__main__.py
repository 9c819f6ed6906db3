"""``python -m tests.fuzz``: break inputs by the thousand and see that each is taken or refused in words.

Prints a table; inputs that fail are left in a folder, each with what became of it. Exit codes: 0 all is well; 1 something failed.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from core.offline import go_offline
from tests.fuzz.reader import Reader
from tests.fuzz.worker import Result, run

# Reader → its module, and its share of the inputs: by what one costs and how much there is to get wrong.
READERS = {
    "image": ("pictures", 6),
    "video": ("clips", 4),
    "nifti": ("scans", 6),
    "live": ("wire", 5),
    "cli": ("commands", 3),
    "labels": ("truths", 6),
    "weights": ("checkpoints", 1),
}


@dataclass
class Tally:
    """What became of one reader's inputs; ``failures`` by kind."""

    outcomes: Counter = field(default_factory=Counter)
    slowest: Result | None = None
    largest: Result | None = None
    failures: dict[str, list[Result]] = field(default_factory=dict)
    took_s: float = 0.0

    def add(self, result: Result) -> None:
        self.outcomes[result.outcome] += 1
        if self.slowest is None or result.work_s > self.slowest.work_s:
            self.slowest = result
        if self.largest is None or result.more_mb > self.largest.more_mb:
            self.largest = result
        if result.outcome == "failed":
            self.failures.setdefault(result.kind, []).append(result)

    def row(self, name: str) -> str:
        slowest = f"{self.slowest.work_s:.2f} s (#{self.slowest.number})" if self.slowest else ""
        largest = f"{self.largest.more_mb:.0f} MB (#{self.largest.number})" if self.largest else ""
        counts = [self.outcomes.total(), self.outcomes["refused"], self.outcomes["accepted"]]
        cells = "".join(f"{count:>9,}" for count in counts)
        return f"{name:9}{cells}{slowest:>18}{largest:>18}{self.outcomes['failed']:>9}{self.took_s:>8.0f} s"


def fuzz(reader: Reader, seed: int, count: int, keep: Path, until: float) -> Tally:
    """Up to ``count`` inputs, as long as ``time.monotonic()`` is below ``until``."""
    tally, began = Tally(), time.monotonic()
    for result in run(reader, seed, count, keep):
        tally.add(result)
        if result.outcome == "failed" and len(tally.failures[result.kind]) == 1:
            print(f"{reader.name} #{result.number}: {result.kind}", file=sys.stderr, flush=True)
        if time.monotonic() > until:
            break
    tally.took_s = time.monotonic() - began
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--runs", type=int, default=25_000, metavar="N", help="inputs in all (default 25000)")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="of the inputs (default 0)")
    parser.add_argument("--only", choices=READERS, help="one reader")
    parser.add_argument("--minutes", type=float, metavar="M", help="stop after so long")
    parser.add_argument("--keep", type=Path, default=Path("runs/fuzz"), metavar="DIR", help="for inputs that fail (default runs/fuzz)")  # fmt: skip
    options = parser.parse_args()
    go_offline()
    chosen = [options.only] if options.only else list(READERS)
    shares = sum(READERS[name][1] for name in chosen)
    keep = options.keep.resolve()
    tallies = {}
    print(
        f"{'reader':9}{'inputs':>9}{'refused':>9}{'accepted':>9}{'slowest':>18}{'memory':>18}{'failed':>9}{'took':>10}"
    )
    for name in chosen:
        module, share = READERS[name]
        until = time.monotonic() + 60 * options.minutes * share / shares if options.minutes else float("inf")
        reader = importlib.import_module(f"tests.fuzz.{module}").READER
        tallies[name] = fuzz(reader, options.seed, -(-options.runs * share // shares), keep, until)
        print(tallies[name].row(name), flush=True)
    total = Tally()
    for name, tally in tallies.items():
        total.outcomes += tally.outcomes
        total.took_s += tally.took_s
        for kind, results in tally.failures.items():
            numbers = ", ".join(str(result.number) for result in results[:5])
            print(f"\n{name}: {len(results)} × {kind} (inputs {numbers}{', …' if len(results) > 5 else ''})")
            print("\n".join(f"  {line[:160]}" for line in results[0].told.rstrip().splitlines()[-4:]))
    print(f"\nseed {options.seed}: {total.outcomes.total():,} inputs, {total.outcomes['failed']} failed"
          + (f", kept in {options.keep}" if total.outcomes["failed"] else ""))  # fmt: skip
    return 1 if total.outcomes["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
