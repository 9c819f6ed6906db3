"""Options of ``python -m core driving`` and of the live mode of that name; loads nothing heavy."""

from __future__ import annotations

import argparse

from core.cli.common_options import EPILOG, LIVE, LIVE_EPILOG, add_network, add_ways

# Views of core.driving that a user may ask for by name; a test compares them.
VIEWS = (
    "overlay", "color", "ids", "categories", "stuff", "things", "road", "instances", "panoptic", "confidence",
)  # fmt: skip
# What goes to files: views as pictures, but ids and panoptic in the forms that other programs read.
OUTPUTS = ("overlay", "ids", "trainids", "color", "panoptic", *(v for v in VIEWS if v not in ("overlay", "ids", "color", "panoptic")))  # fmt: skip
LABELS = ("cityscapes", "camvid", "idd")
DEFAULT_WEIGHTS = "driving-fast"
DEFAULT_INSTANCES = "driving-maskrcnn"
REGIONS = "regions"

DETAILS = f"""\
outputs:
  overlay    the classes' colours laid over the frame (--opacity)
  ids        an 8-bit grey PNG of the set's own ids: Cityscapes' labelIds; CamVid 0 sky to 10 bicyclist; IDD 0 to 6
  trainids   the same with train ids: Cityscapes' labelTrainIds
  color      a PNG in the set's official colours; of a video, a video to look at
  panoptic   COCO's form: a folder of PNGs (id = R + 256 G + 65536 B) and its JSON beside it, OUT/ and OUT.json. One
             frame may also go to X.png, with X.json beside it. An earlier run's pictures are kept in the JSON.
  categories, stuff, things, road, instances, confidence
             pictures: the 8 categories; only stuff or only things; the road with the free path ahead; things with
             boxes and scores; where the network doubts

videos: sound is kept. Compression would change ids, so ids, trainids and panoptic of a video go to a folder, OUT, as
one PNG a frame: NAME_000000.png and so on. Labels other than cityscapes merge its 19 classes by adding their
probabilities up.

folders: trees are kept; what was made before of the same source with the same options is not made again, what is there and
not of an earlier run is left alone (--overwrite does both; OUT/.triptych.jsonl is the record). Only files with usual endings are looked at, hidden ones are not. Files that are label
maps by their name (…_labelIds.png, …_color.png) are left aside.

{EPILOG}"""


def add_driving(commands: argparse._SubParsersAction) -> None:
    p = commands.add_parser(
        "driving",
        help="parse road scenes: overlay, Cityscapes ids, COCO panoptic",
        description="Tell road, sidewalk, sky, cars, people and more apart in a frame, a video or a folder of both. "
        "What a file is, is told by its content; results have the frame's size.",
        epilog=DETAILS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument("source", metavar="IN", help="a frame, a video or a folder")
    p.add_argument("target", metavar="OUT", help="a file, or a folder (made where missing; trees are kept)")
    p.add_argument(
        "--output", choices=OUTPUTS, default="overlay", metavar="NAME", help=f"{', '.join(OUTPUTS)} (see below)"
    )  # fmt: skip
    _add_look(p)
    add_network(p, DEFAULT_WEIGHTS, "map")
    p.add_argument(
        "--instances",
        metavar="NAME",
        help=f"what tells things apart for the outputs instances and panoptic: weights (default {DEFAULT_INSTANCES}, if there), "
        f"or {REGIONS}: connected regions of a class",
    )
    p.add_argument("--overwrite", action="store_true", help="make results again that are there already")
    p.add_argument(
        "--ground-truth",
        metavar="PATH",
        help="a label map, a folder of them or a panoptic JSON: prints scores, as `evaluate` does; with the outputs ids, "
        "trainids and panoptic; results that are there already are made again, truths without a result are left out and listed",
    )


def add_driving_mode(modes: argparse._SubParsersAction) -> None:
    p = modes.add_parser(
        "driving",
        help="parse road scenes",
        description=f"Tell road, sidewalk, sky, cars, people and more apart, live. {LIVE}",
        epilog=LIVE_EPILOG,
    )
    add_ways(p)
    p.add_argument("--view", choices=VIEWS, default="overlay", metavar="NAME", help=", ".join(VIEWS))
    _add_look(p)
    add_network(p, DEFAULT_WEIGHTS, "map")
    p.add_argument(
        "--instances",
        default=REGIONS,
        metavar="NAME",
        help=f"what tells things apart for the views instances and panoptic: {REGIONS} of a class (default), or weights such as "
        f"{DEFAULT_INSTANCES}, which take longer",
    )


def _add_look(p: argparse.ArgumentParser) -> None:
    p.add_argument(
        "--labels", choices=LABELS, default="cityscapes", help="the classes told apart (default: cityscapes)"
    )
    p.add_argument(
        "--opacity",
        type=float,
        default=0.55,
        metavar="SHARE",
        help="of colours over the frame (default 0.55)",
    )
