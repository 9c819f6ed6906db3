"""``python -m tests.bench.live``: the live view and Gradio's own streaming before the same numbered camera.

Frames per second are different numbers shown; latency is from a frame's capture to the repaint that shows its number.
Both are read in the browser, off what is really shown. Runs on a quiet machine only mean anything.

    python -m tests.bench.live                        both sizes, ours and Gradio's in turns, and four browsers at once
    python -m tests.bench.live --minutes 10           the same, and then ours for ten minutes
    python -m tests.bench.live --only long --minutes 10
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.cli.webcam import parse_size
from core.offline import go_offline
from tests.bench.harness import keep
from tests.bench.live_browser import PARTS, Sample, Visit, chromium, visit_gradio, visit_ours
from tests.bench.live_servers import gradios, ours
from tests.e2e.fake_camera import write_camera

CAMERA_FRAMES = 300  # ten seconds: a latency beyond 9.5 s cannot be told and is left out
WARM_S = 3.0
BROWSERS = 4
KINDS = ("compare", "four", "long")
_OUTSIDE = "share of the time outside network and effect"


def main(argv: list[str] | None = None) -> None:
    """Measure what was asked for, print tables, and keep the figures in ``bench.json``."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=20, help="of every sample (default 20)")
    parser.add_argument("--rounds", type=int, default=2, help="turns of ours and Gradio's (default 2)")
    parser.add_argument("--sizes", nargs="+", default=["640x480", "1280x720"], metavar="WxH")
    parser.add_argument("--minutes", type=float, default=0, help="length of the long run (default: none)")
    parser.add_argument("--only", nargs="+", choices=KINDS, default=KINDS)
    options = parser.parse_args(argv)
    go_offline()
    sizes = [parse_size(size) for size in options.sizes]
    with tempfile.TemporaryDirectory(prefix="live-bench-") as name:
        folder = Path(name)
        for size in sizes:
            camera = write_camera(folder / "camera.y4m", *size, frames=CAMERA_FRAMES)
            with chromium(camera) as browser:
                if "compare" in options.only:
                    keep(compare(browser, folder, size, options.seconds, options.rounds))
                if "four" in options.only and size == sizes[0]:
                    keep(four(browser, folder, size, options.seconds))
                if "long" in options.only and options.minutes and size == sizes[0]:
                    keep(long(browser, folder, size, options.seconds, options.minutes))


def compare(
    browser: Any, folder: Path, size: tuple[int, int], seconds: float, rounds: int
) -> dict[str, dict[str, float]]:
    """Ours and Gradio's, one after the other, ``rounds`` times; samples of a side are pooled."""
    seen = {"ours": Sample(), "Gradio's": Sample()}
    with ours(folder / "ours") as our_server, gradios(folder / "gradio", size) as their_server:
        before = our_server.files(), their_server.files()
        for _ in range(rounds):
            seen["ours"] += _sample(visit_ours(browser, our_server.url, size), seconds)
            seen["Gradio's"] += _sample(visit_gradio(browser, their_server.url, size), seconds)
        files = our_server.files() - before[0], their_server.files() - before[1]
    name = f"live {size[0]}×{size[1]}"
    print(f"\n{name:24} {'frames/s':>9} {'latency':>9} {'95 %':>9} {'files left':>11}")
    table = {}
    for (who, sample), left in zip(seen.items(), files, strict=True):
        table[f"{name}, {who}"] = _figures(sample) | {"files": left}
        print(
            f"{'  ' + who:24} {sample.rate:9.1f} {sample.latency(50):6.0f} ms {sample.latency(95):6.0f} ms {left:11}"
        )
    mine, theirs = seen.values()
    if theirs.latencies and mine.latencies:
        print(
            f"{'  ours over Gradio’s':24} {mine.rate / theirs.rate:9.2f} {mine.latency(50) / theirs.latency(50):9.2f} "
            f"{mine.latency(95) / theirs.latency(95):9.2f}"
        )
    table[f"{name}, where the time goes"] = _show_parts(mine)
    return table


def four(browser: Any, folder: Path, size: tuple[int, int], seconds: float) -> dict[str, dict[str, float]]:
    """`BROWSERS` visitors at once, each with its own page and camera."""
    with ours(folder / "four") as server:
        visits = [visit_ours(browser, server.url, size) for _ in range(BROWSERS)]
        samples = _together(visits, seconds)
        for visit in visits:
            visit.close()
    rates = [sample.rate for sample in samples]
    print(f"\n{f'{BROWSERS} browsers at once':24} {'frames/s':>9} {'latency':>9} {'95 %':>9}")
    table = {}
    for number, sample in enumerate(samples, 1):
        table[f"live, browser {number} of {BROWSERS}"] = _figures(sample)
        print(
            f"{f'  {number}':24} {sample.rate:9.1f} {sample.latency(50):6.0f} ms {sample.latency(95):6.0f} ms"
        )
    print(
        f"  the slowest has {min(rates) / max(rates):.0%} of the fastest's rate"
        if max(rates)
        else "  none moves"
    )
    return table


def long(
    browser: Any, folder: Path, size: tuple[int, int], seconds: float, minutes: float
) -> dict[str, dict[str, float]]:
    """One visitor for ``minutes``: latency, memory and files at the start, every minute, and at the end."""
    table = {}
    print(
        f"\n{f'{minutes:g} minutes':24} {'frames/s':>9} {'latency':>9} {'95 %':>9} {'memory':>9} {'files':>6}"
    )
    with ours(folder / "long") as server:
        visit = visit_ours(browser, server.url, size)
        visit.wait(WARM_S)
        visit.take()
        for minute in _minutes(visit, seconds, minutes):
            sample, memory, files = visit.take(), server.memory_mb(), server.files()
            table[f"live, after {minute:.1f} min"] = _figures(sample) | {"memory_mb": memory, "files": files}
            print(
                f"{f'  after {minute:.1f} min':24} {sample.rate:9.1f} {sample.latency(50):6.0f} ms "
                f"{sample.latency(95):6.0f} ms {memory:6.0f} MB {files:6}",
                flush=True,
            )
        visit.close()
    return table


def _minutes(visit: Visit, seconds: float, minutes: float) -> Iterator[float]:
    """Waits; yields after the first ``seconds``, then every minute, then at the end."""
    gone = min(seconds, 60 * minutes)
    visit.wait(gone)
    yield gone / 60
    while 60 * minutes - gone > 0.5:
        step = min(60.0, 60 * minutes - gone)
        visit.wait(step)
        gone += step
        yield gone / 60


def _sample(visit: Visit, seconds: float) -> Sample:
    [sample] = _together([visit], seconds)
    visit.close()
    return sample


def _together(visits: list[Visit], seconds: float) -> list[Sample]:
    """What all of them show during the same ``seconds``."""
    visits[0].wait(WARM_S)
    for visit in visits:
        visit.take()
    visits[0].wait(seconds)
    return [visit.take() for visit in visits]


def _figures(sample: Sample) -> dict[str, float]:
    return {"rate": sample.rate, "latency_ms": sample.latency(50), "latency_95_ms": sample.latency(95)}


def _show_parts(sample: Sample) -> dict[str, float]:
    """Print where a frame's time goes, as the page itself tells it; medians of the last turn."""
    words = {
        "held": "waits in the browser", "encoded": "JPEG in the browser", "wire": "transport, both ways",
        "waited": "waits on the server", "coded": "JPEG on the server, in and out", "worked": "network and effect",
        "decoded": "decoded and drawn in the browser",
    }  # fmt: skip
    if not sample.parts:
        return {}
    total = sum(sample.parts[part] for part in PARTS)
    for part in PARTS:
        print(f"    {words[part]:34} {sample.parts[part]:6.1f} ms {sample.parts[part] / total:5.0%}")
    outside = 1 - sample.parts["worked"] / total
    print(f"    {_OUTSIDE}: {outside:.0%}")
    return sample.parts | {"outside": outside}


if __name__ == "__main__":
    main()
