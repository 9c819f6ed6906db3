"""``python -m tests.bench``: print the table, write ``bench.json``.

``PEERS``: a folder with peers' models; ``METRICS_PEERS``: the environment of the metrics' references.
"""

from __future__ import annotations

import itertools
import os
from pathlib import Path

from core.heap import settle_heap
from core.offline import go_offline


def main() -> None:
    go_offline()
    settle_heap()  # as the server and the command line do, for both sides
    import cv2

    from tests.bench import driving, metrics, portrait, volumes
    from tests.bench.harness import keep

    cv2.setNumThreads(2)
    peers = Path(os.environ["PEERS"]) if os.environ.get("PEERS") else None
    if peers is None:
        print("PEERS is not set: models of peers are left out (make bench PEERS=DIR)")
    table = {}
    print(f"{'':48} {'ours':>9} {'peer':>9} {'ratio':>6}")
    for row in itertools.chain(portrait.rows(peers), driving.rows(peers)):
        theirs = f"{row.peer_ms:6.2f} ms {row.ratio:6.2f}  {row.peer}" if row.peer_ms else ""
        print(f"{row.name:48} {row.ours_ms:6.2f} ms {theirs}", flush=True)
        table[row.name] = {
            "ours_ms": row.ours_ms,
            "peer": row.peer,
            "peer_ms": row.peer_ms,
            "ratio": row.ratio,
        }
    keep(table)
    references = os.environ.get("METRICS_PEERS")
    for name, figures in metrics.figures(Path(references) if references else None):
        print(metrics.show(name, figures), flush=True)
        table[name] = figures
    keep(table)
    for name, figures in volumes.figures(Path(references) if references else None):
        print(volumes.show(name, figures), flush=True)
        table[name] = figures
    keep(table)


if __name__ == "__main__":
    main()
