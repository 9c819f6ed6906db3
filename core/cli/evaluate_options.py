"""The options of ``python -m core evaluate``, and its rules in words; imports nothing heavy."""

from __future__ import annotations

import argparse

TASKS = ("semantic", "panoptic", "instance", "matte", "volume")

DETAILS = """\
what is compared:
  semantic   PNGs of label ids (grey or palette); the ids of --labels (default: cityscapes)
  panoptic   two COCO panoptic files X.json, each beside its folder of PNGs X/; categories are the truth's
  instance   a COCO results file and a COCO annotation file; or two folders in Cityscapes' form: X.txt with lines
             "mask.png labelId score", and X_gtFine_instanceIds.png
  matte      grey PNGs, white is person; alpha over one half counts as person for the IoUs
  volume     NIfTI label volumes of one grid; every id but 0, named by --labels

which files belong together:
  Files are paired by name, without the ending and without _gtFine, _gtCoarse, _leftImg8bit, _labelIds,
  _labelTrainIds, _instanceIds, _pred, _prediction, _mask, _matte, _alpha, _seg, _label, _labels or _gt at its end:
  X.png, X_pred.png, X_labelIds.png or X_leftImg8bit.png is the prediction for X_gtFine_labelIds.png. Folders below
  are searched too; where a name occurs twice in one, the path below the folder counts as well. Hidden files and
  *_color.png are left aside (semantic: *_instanceIds.png, *_instanceTrainIds.png and *_labelTrainIds.png too; but
  with --train-ids a prediction may be called X_labelTrainIds.png). COCO's panoptic files are
  paired by image_id. A file on either side is compared with the other, whatever their names.
  A truth without prediction is an error, or left out and listed with --skip-missing; a prediction without truth is
  left out and listed.

JSON: ratios from 0 to 1; null where there is nothing to divide (a class that is nowhere); "Infinity" for distances
to a surface that is not there.

exit codes: 0 done; 2 bad input; 130 stopped by Ctrl-C"""


def add_evaluate(commands: argparse._SubParsersAction) -> None:
    p = commands.add_parser(
        "evaluate",
        help="compare results with the truth: mIoU, PQ, AP, mattes, volumes",
        description="Compare results with the truth by the official rules, print a table and write JSON.",
        epilog=DETAILS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument("task", choices=TASKS, metavar="TASK", help=" | ".join(TASKS))
    p.add_argument("predictions", metavar="PREDICTIONS", help="a folder, or a file")
    p.add_argument("truth", metavar="TRUTH", help="a folder, or a file")
    p.add_argument(
        "--labels", metavar="NAME", help="what the ids mean: cityscapes, camvid, voc, idd-lite, coco-panoptic, …"
    )  # fmt: skip
    p.add_argument(
        "--train-ids", action="store_true", help="semantic: the predictions hold train ids (0 to 18 for cityscapes)"
    )  # fmt: skip
    p.add_argument(
        "--tolerance", type=float, metavar="MM", help="volume: what surface Dice forgives (default 1 mm)"
    )
    p.add_argument("--skip-missing", action="store_true", help="leave out truths that have no prediction")
    p.add_argument("--json", metavar="OUT", help="write every figure there")
