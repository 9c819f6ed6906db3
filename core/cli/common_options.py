"""Options that several commands have; loads nothing heavy."""

from __future__ import annotations

import argparse

LIVE = (
    "The newest frame wins: those that come while one is worked on are dropped, so the picture never lags behind. Only a "
    "file that goes into a file is done frame by frame, with its sound. Ctrl-C ends it, with a summary."
)
LIVE_EPILOG = (
    "exit codes: 0 done, or a live source ended by Ctrl-C; 2 bad input, or the source broke off; "
    "130 a file ended by Ctrl-C: what was written plays; 129 or 143 ended by a signal"
)
EPILOG = "exit codes: 0 done; 1 a folder in which some files failed; 2 bad input; 130 stopped by Ctrl-C, 129 or 143 by a signal"


def add_network(p: argparse.ArgumentParser, default: str, what: str) -> None:
    """Which network computes, and how; ``what`` it answers with is smoothed over time."""
    p.add_argument("--weights", metavar="NAME", help=f"default: {default}")
    p.add_argument(
        "--engine",
        choices=("auto", "openvino", "torch", "torch-cpu"),
        default="auto",
        help="what computes (default: a GPU if there is one, else OpenVINO)",
    )
    p.add_argument(
        "--no-smooth", action="store_true", help=f"no smoothing of the {what} over a video's frames"
    )


def add_ways(p: argparse.ArgumentParser) -> None:
    """Where the frames of any live mode come from, and go."""
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
