"""``python -m tests.load``: eight visitors for five minutes on a server of its own; prints what came of it."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

from core.offline import go_offline
from tests.bench.live_servers import Server, ours
from tests.load.errands import make_errands
from tests.load.visitors import Tally, ask, visit

GROWTH = 1.10
_SETTLE_S = 20  # sessions that have ended are swept, memory is given back
# Uploads stay for a while: another visitor may have sent the same file.
_FILES_S = 15 * 60


def report(tallies: dict[str, Tally]) -> bool:
    """Print a table; whether all is well."""
    print(f"\n{'errand':8} {'answers':>8} {'median s':>9} {'95 % s':>8} {'errors':>7} {'different':>10}")
    for kind, tally in tallies.items():
        middle = f"{median(tally.seconds):.2f}" if tally.seconds else "–"
        late = f"{np.percentile(tally.seconds, 95):.2f}" if tally.seconds else "–"
        print(
            f"{kind:8} {len(tally.seconds):8} {middle:>9} {late:>8} {len(tally.errors):7} {len(tally.different):10}"
        )
    for kind, tally in tallies.items():
        for line in [*tally.errors[:5], *tally.different[:5]]:
            print(f"  {kind}: {line}")
    return all(tally.seconds and not tally.errors and not tally.different for tally in tallies.values())


def wait_for_files(server: Server, before: int) -> tuple[int, float]:
    """How many files there are once no more than ``before`` are left, or patience is; and the seconds that took."""
    began = time.monotonic()
    while server.files() > before and time.monotonic() - began < _FILES_S:
        time.sleep(2)
    return server.files(), time.monotonic() - began


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    go_offline()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        errands = make_errands(folder)
        with ours(folder / "server") as server:
            files = server.files()
            # Twice: the first time opens networks; the second is what one visitor gets, and what memory then is.
            for _ in range(2):
                expected = {(e.kind, e.name): ask(e, server.url) for e in errands}
            time.sleep(_SETTLE_S)
            memory = server.memory_mb()
            print(f"{len(errands)} errands alone; {memory:.0f} MB, {files} files at the start", flush=True)
            began = time.monotonic()
            tallies = visit(
                server.url, errands, expected, options.clients, 60 * options.minutes, options.seed
            )
            print(f"{options.clients} visitors, {(time.monotonic() - began) / 60:.1f} minutes")
            well = report(tallies)
            time.sleep(_SETTLE_S)
            later = server.memory_mb()
            print(f"\nmemory {memory:.0f} → {later:.0f} MB ({later / memory:.2f} of the start)", flush=True)
            left, waited = wait_for_files(server, files)
            print(f"files {files} → {left}, {waited:.0f} s after the last visitor")
    well = well and later <= GROWTH * memory and left <= files
    print("all is well" if well else "NOT all is well")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
