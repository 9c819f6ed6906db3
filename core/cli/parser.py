"""Commands, their options, and what becomes of errors: one clear line and exit code 2."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence

from core import __version__
from core.cli.common_options import EPILOG, LIVE, LIVE_EPILOG, add_network, add_ways
from core.cli.driving_options import add_driving, add_driving_mode
from core.cli.evaluate_options import add_evaluate
from core.cli.medical_options import add_medical
from core.cli.signals import Ended, heeded, tell
from core.errors import InputError


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m core",
        description="Triptych: segmentation for portraits, road scenes and volumes. Everything runs on this machine.",
        epilog=EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"Triptych {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_portrait(commands)
    add_driving(commands)
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
    add_network(p, "portrait-fine", "matte")
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


def _add_webcam(commands: argparse._SubParsersAction) -> None:
    p = commands.add_parser(
        "webcam",
        help="the same, live: a camera or a stream to a window, a virtual camera or a file",
        description="A camera or a stream, worked on as it comes, to a window, a virtual camera or a file. "
        "'webcam portrait --help' and 'webcam driving --help' tell the options of each.",
    )
    modes = p.add_subparsers(dest="mode", required=True, metavar="MODE")
    p = modes.add_parser(
        "portrait",
        help="keep people sharp; blur or replace the background",
        description=f"Keep people sharp and blur or replace the background, live. {LIVE}",
        epilog=LIVE_EPILOG,
    )
    add_ways(p)
    p.add_argument(
        "--background",
        choices=("blur", "color", "image", "matte"),
        default="blur",
        help="blurred (default), a plain colour, another picture, or the bare matte",
    )
    _add_look(p)
    add_network(p, "portrait-fast", "matte")
    add_driving_mode(modes)


def _add_weights(commands: argparse._SubParsersAction) -> None:
    p = commands.add_parser(
        "weights",
        help="list the checkpoints, or verify that they are whole",
        description="List the checkpoints with size, licence and purpose, or verify them against their cards.",
    )
    p.add_argument("action", choices=("list", "verify"))


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # File names need not be text that the terminal can show; telling one must not end the work.
        sys.stdout.reconfigure(errors="backslashreplace")
    options = build_parser().parse_args(argv)
    from core.heap import settle_heap
    from core.offline import go_offline

    go_offline()
    settle_heap()
    try:
        with heeded():
            code = _run(options)
            sys.stdout.flush()  # here, where a closed pipe is heard of
            return code
    except InputError as error:
        return _refuse(error)
    except BrokenPipeError:
        # Whoever read what is told has gone, as `| head` does; nor may Python's last flush fail.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        if error.filename is None:
            raise
        # A name too long, a disk that is full or gone: the user's business as much as a missing file is.
        return _refuse(
            InputError(
                f"{error.filename} cannot be used ({error.strerror})",
                "a file or a folder that this system can open",
            )
        )
    except KeyboardInterrupt as stop:
        tell("stopped")
        return 128 + stop.number if isinstance(stop, Ended) else 130


def _run(options: argparse.Namespace) -> int:
    if options.command == "portrait":
        from core.cli.portrait import run

        return run(options)
    if options.command == "driving":
        from core.cli.driving import run as run_driving

        return run_driving(options)
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


def _refuse(error: InputError) -> int:
    print(f"error: {error}", file=sys.stderr)
    return 2
