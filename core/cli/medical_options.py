"""Options of ``python -m core medical``; loads nothing heavy."""

from __future__ import annotations

import argparse

EPILOG = """exit codes: 0 done; 1 a folder in which some scans failed; 2 bad input; 130 stopped by Ctrl-C,
129 or 143 by a signal. Research use only, not a medical device."""


def add_medical(commands: argparse._SubParsersAction) -> None:
    p = commands.add_parser(
        "medical",
        help="segment CT and MRI volumes; measure what was found",
        description="Segment a CT or MRI volume (NIfTI, Analyze), or a folder of them. The mask lies on the "
        "scan's own grid; beside it come OUT.labels.json and OUT.labels.txt (for ITK-SNAP) with the labels' "
        "names. A folder also gets summary.csv. Research use only, not a medical device.",
        epilog=EPILOG,
    )
    p.add_argument("source", metavar="IN", help="a volume (.nii, .nii.gz, .hdr/.img), or a folder")
    p.add_argument(
        "target", metavar="OUT", help="a .nii or .nii.gz, or a folder (made where missing; trees are kept)"
    )
    p.add_argument(
        "--task",
        required=True,
        help="what to find: brain, hippocampus, ct-headneck or ct-tissues (a wrong name lists all that work here)",
    )
    p.add_argument(
        "--parts",
        metavar="mask|tissues|structures",
        help="brain: which mask; in each, every voxel of the brain has a value above 0 (default: structures)",
    )
    p.add_argument(
        "--report",
        nargs="?",
        const="",
        metavar="FILE",
        help="volumes, intensities, places and slices as JSON; without a name: OUT.report.json (folders: always)",
    )
    p.add_argument(
        "--mesh",
        metavar="FILE",
        help="surfaces in mm: a .glb or .stl; for folders just glb or stl",
    )
    p.add_argument(
        "--uncertainty",
        nargs="?",
        const="",
        metavar="FILE",
        help="how much the network's planes disagree, 0 to 1, as NIfTI (brain and hippocampus, which are seen from several); without a name: OUT.uncertainty.nii.gz",
    )
    p.add_argument(
        "--time", type=int, metavar="N", help="time point of a 4D series, from 0 (default: the first)"
    )
    p.add_argument("--overwrite", action="store_true", help="make results again that are there already")
