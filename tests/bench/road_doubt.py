"""``python -m tests.bench.road_doubt ROADS… --others OTHERS…``: how often a picture is taken for a road scene.

What ``DOUBTFUL_SHARE`` and ``UPRIGHT_SHARE`` in core/driving/pixels.py were chosen by. Folders are searched for photos; label maps are
left aside by their names.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from core.driving import doubt, looks_like_a_road, upright
from core.media.images import read_image
from core.media.probe import IMAGE_ENDINGS
from core.segmenter import load_segmenter

_MAPS = ("Ids", "labels", "label", "mask")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.road_doubt")
    parser.add_argument("roads", nargs="*", type=Path, help="folders of road scenes")
    parser.add_argument("--others", nargs="*", type=Path, default=[], help="folders of anything else")
    parser.add_argument("--weights", default="driving-fast")
    parser.add_argument("--most", type=int, default=40, help="pictures of a folder, evenly spread")
    options = parser.parse_args()
    segmenter = load_segmenter(options.weights, engine="torch-cpu", threads=1)
    print("share of doubt, and of the lower half that stands upright: 10, 50 and 90 % quantiles")
    for folder, road in [(f, True) for f in options.roads] + [(f, False) for f in options.others]:
        rows = []
        for path in pictures(folder, options.most):
            scores = segmenter.semantic(read_image(path).pixels)
            rows.append((doubt(scores), upright(scores), looks_like_a_road(scores) != road))
        if not rows:
            print(f"{folder}: no photo")
            continue
        doubts, uprights, wrong = np.array(rows, float).T
        shown = "   ".join(
            " ".join(f"{value:.2f}" for value in np.quantile(values, (0.1, 0.5, 0.9)))
            for values in (doubts, uprights)
        )
        what = "road scenes" if road else "others"
        print(f"{folder}: {len(rows)} {what}, {100 * wrong.mean():.0f} % told wrongly   {shown}", flush=True)


def pictures(folder: Path, most: int) -> list[Path]:
    """Photos below ``folder``, at most so many, evenly spread."""
    found = [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in IMAGE_ENDINGS
        and not path.stem.endswith(_MAPS)
        and "labels" not in path.relative_to(folder).parts
        and not (path.suffix == ".png" and path.with_suffix(".jpg").exists())  # its mask
    ]
    return found[:: max(1, -(-len(found) // most))]


if __name__ == "__main__":
    main()
