"""``python -m tests.bench.metrics``: our metrics beside their references, on the same arrays, in one process.

The references want an older numpy than ours, so both sides run in an environment of their own, which
``--make-peers DIR`` makes; ``METRICS_PEERS=DIR`` names it. Whatever that lacks (torch, OpenCV, DeepMind's package) it
borrows from the environment that made it. Every row first checks that both sides give the same number.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import site
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench.harness import keep

ROOT = Path(__file__).parents[2]
PEERS = (
    ["numpy<2.4", "pillow", "cityscapesscripts==2.3.0"],
    [
        "--no-deps",
        "panopticapi-lite==0.2.0",
        "monai>=1.5",
    ],  # panopticapi is in no registry under its own name
)


def python_of(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def make_peers(folder: Path) -> None:
    """An environment with the references; none where they cannot be installed."""
    try:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        for packages in PEERS:
            subprocess.run([python_of(folder), "-m", "pip", "install", "--quiet", *packages], check=True)
    except subprocess.CalledProcessError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise SystemExit(f"*** the metrics' references cannot be installed: {error} ***") from None
    ask = "import site; print(site.getsitepackages()[0])"
    own = subprocess.run([python_of(folder), "-c", ask], capture_output=True, text=True, check=True)
    # Behind its own packages, so that its older numpy comes first.
    (Path(own.stdout.strip()) / "zz_borrowed.pth").write_text("\n".join(site.getsitepackages()) + "\n")


def figures(peers: Path | None) -> Iterator[tuple[str, dict]]:
    """Names and figures of the rows, as they come; nothing where there are no peers, said loudly."""
    if peers is None or not python_of(peers).exists():
        print(
            f"*** METRICS ARE NOT MEASURED: no references in {peers or 'METRICS_PEERS'} "
            "(python -m tests.bench.metrics --make-peers DIR) ***"
        )
        return
    command = [str(python_of(peers).absolute()), "-m", "tests.bench.metrics_sides"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout
        for line in run.stdout:
            row = json.loads(line)
            yield row.pop("name"), row
    if run.returncode:
        raise SystemExit(f"metrics: the references' side failed with exit code {run.returncode}")


def show(name: str, row: dict) -> str:
    """One line: times, ours over the peer's, memory."""
    memory = f"{row['ours_mb']:.0f} MB / {row['peer_mb']:.0f} MB" if row["ours_mb"] is not None else ""
    return (
        f"{name:48} {row['ours_ms']:6.0f} ms {row['peer_ms']:6.0f} ms {row['ratio']:6.3f}  {row['peer']}"
        f" ({1 / row['ratio']:.1f} times as fast; {memory})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--make-peers", type=Path, metavar="DIR")
    options = parser.parse_args()
    if options.make_peers:
        make_peers(options.make_peers)
        print(
            f"made {options.make_peers}; now: METRICS_PEERS={options.make_peers} python -m tests.bench.metrics"
        )
        return
    peers = os.environ.get("METRICS_PEERS")
    table = {}
    for name, row in figures(Path(peers) if peers else None):
        print(show(name, row), flush=True)
        table[name] = row
    keep(table)


if __name__ == "__main__":
    main()
