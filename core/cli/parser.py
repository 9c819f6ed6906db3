"""Commands, their options, and what becomes of errors: one clear line and exit code 2."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from core import __version__
from core.cli.evaluate_options import add_evaluate
from core.cli.medical_options import add_medical
from core.errors import InputError

EPILOG = """exit codes: 0 done; 1 a folder in which some files failed; 2 bad input; 130 stopped by Ctrl-C"""


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m core",
        description="Triptych: segmentation for portraits. Everything runs on this machine.",
        epilog=EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"Triptych {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_portrait(commands)
    _add_webcam(commands)
    add_medical(commands)
    add_evaluate(commands)
    _add_weights(commands)
    return parser


def _add_portrait(commands: argparse._SubParsersAction) -> None:
    p = commands.add_parser(
        "portrait",
        help="keep people sharp; blur, replace or cut away the background",
        description="Keep people sharp and blur, replace or cut away the background of a photo, a video or a "
        "folder of both. What a file is, is told by its content.",
        epilog=EPILOG,
    )
    p.add_argument("source", metavar="IN", help="a photo, a video or a folder")
    p.add_argument("target", metavar="OUT", help="a file, or a folder (made where missing; trees are kept)")
    p.add_argument(
        "--output",
        choices=("blur", "matte", "cutout", "color", "image"),
        default="blur",
        help="blur the background (default); the bare matte (grey, same stem, .png for photos); a transparent "
        "cut-out (PNG or WebP, photos only); a plain colour; another picture",
    )
    _add_look(p)
    p.add_argument(
        "--keep",
        nargs="+",
        metavar="X,Y",
        help="who stays sharp: points on them, 0 to 1 from the left and the top (default: everybody)",
    )
    _add_network(p, "portrait-fine")
    p.add_argument("--overwrite", action="store_true", help="make results again that are there already")


def _add_look(p: argparse.ArgumentParser) -> None:
    """How a portrait's background looks."""
    p.add_argument(
        "--f-number", type=float, default=2.8, metavar="N", help="aperture: less is blurrier (default 2.8)"
    )
    p.add_argument("--shape", choices=("disc", "hexagon"), default="disc", help="of out-of-focus lights")
    p.add_argument(
        "--color", default="#00b140", metavar="#RRGGBB", help="for a plain colour (default #00b140)"
    )
    p.add_argument("--image", metavar="FILE", help="the picture to put behind")


def _add_network(p: argparse.ArgumentParser, default: str) -> None:
    p.add_argument("--weights", metavar="NAME", help=f"default: {default}")
    p.add_argument("--engine", choices=("auto", "openvino", "torch", "torch-cpu"), default="auto")
    p.add_argument("--no-smooth", action="store_true", help="no smoothing of the matte over a video's frames")


def _add_webcam(commands: argparse._SubParsersAction) -> None:
    p = commands.add_parser(
        "webcam", help="the same, live: a camera or a stream to a window, a virtual camera or a file"
    )
    modes = p.add_subparsers(dest="mode", required=True, metavar="MODE")
    p = modes.add_parser(
        "portrait",
        help="keep people sharp; blur or replace the background",
        description="Keep people sharp and blur or replace the background, live. The newest frame wins: those that "
        "come while one is worked on are dropped, so the picture never lags behind. Only a file that goes into a file "
        "is done frame by frame, with its sound. Ctrl-C ends it, with a summary.",
        epilog="exit codes: 0 done, or a live source ended by Ctrl-C; 2 bad input, or the source broke off; "
        "130 a file ended by Ctrl-C: what was written plays",
    )
    _add_ways(p)
    p.add_argument(
        "--background",
        choices=("blur", "color", "image", "matte"),
        default="blur",
        help="blurred (default), a plain colour, another picture, or the bare matte",
    )
    _add_look(p)
    _add_network(p, "portrait-fast")


def _add_ways(p: argparse.ArgumentParser) -> None:
    """Where the frames of any mode come from, and go."""
    p.add_argument(
        "--source",
        default="0",
        metavar="0|FILE|URL",
        help="a camera's number (default 0), a video or an address (rtsp, http)",
    )
    p.add_argument(
        "--output",
        default="window",
        metavar="window|virtual|FILE",
        help="a window (default; Esc or Q ends it), a camera for other programs (pip install pyvirtualcam), or a video",
    )
    p.add_argument("--size", default="640x480", metavar="WxH", help="asked of a camera (default 640x480)")
    p.add_argument("--mirror", action="store_true", help="mirror the picture, as in a mirror")


def _add_weights(commands: argparse._SubParsersAction) -> None:
    p = commands.add_parser("weights", help="list the checkpoints, or verify that they are whole")
    p.add_argument("action", choices=("list", "verify"))


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = build_parser().parse_args(argv)
    from core.offline import go_offline

    go_offline()
    try:
        if options.command == "portrait":
            from core.cli.portrait import run

            return run(options)
        if options.command == "webcam":
            from core.cli.webcam import run as run_webcam

            return run_webcam(options)
        if options.command == "medical":
            from core.cli.medical import run as run_medical

            return run_medical(options)
        if options.command == "evaluate":
            from core.cli.evaluate import run as run_evaluate

            return run_evaluate(options)
        from core.cli.weights import run as run_weights

        return run_weights(options)
    except InputError as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
