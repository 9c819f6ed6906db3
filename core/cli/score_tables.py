"""Scores as lines for a terminal; ratios in percent."""

from __future__ import annotations

from collections.abc import Sequence

from core.metrics.evaluate import InstanceEvaluation, MatteEvaluation, SemanticEvaluation, VolumeEvaluation
from core.metrics.instance_coco import CocoAP
from core.metrics.panoptic import PanopticScore


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Left-aligned names, right-aligned numbers, under a ruled head.

    >>> print("\\n".join(table(["class", "IoU"], [["road", "97.50"]])))
    class    IoU
    ------------
    road   97.50
    """
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]

    def line(row: Sequence[str]) -> str:
        cells = [row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))]
        return "  ".join(cells).rstrip()

    return [line(head), "-" * (sum(widths) + 2 * len(widths) - 2), *map(line, rows)]


def percent(ratio: float) -> str:
    """``0.5`` → ``50.00``; nan (nothing of it anywhere) → ``–``."""
    return "–" if ratio != ratio else f"{100 * ratio:.2f}"


def semantic(found: SemanticEvaluation, labels: str) -> list[str]:
    score, instances = found.score, found.instances
    head = ["class", "IoU"] + (["iIoU"] if instances else [])
    rows = [
        [name, percent(iou)] + ([percent(instances.iou.get(name, float("nan")))] if instances else [])
        for name, iou in score.iou.items()
    ]
    rows.append(["mean", percent(score.miou)] + ([percent(instances.miou)] if instances else []))
    lines = [f"{len(found.pairing.pairs)} files, labels of {labels}, percent", "", *table(head, rows)]
    if score.category_iou:
        more = [
            [name, percent(iou)] + ([percent(instances.category_iou.get(name, float("nan")))] if instances else [])
            for name, iou in score.category_iou.items()
        ]  # fmt: skip
        more.append(
            ["mean", percent(score.category_miou)] + ([percent(instances.category_miou)] if instances else [])
        )
        lines += ["", *table(["category", *head[1:]], more)]
    return [
        *lines,
        "",
        f"mIoU {percent(score.miou)}   pixel accuracy {percent(score.pixel_accuracy)}   "
        f"mean accuracy {percent(score.mean_accuracy)}   frequency-weighted IoU {percent(score.frequency_weighted_iou)}",
    ]


def panoptic(score: PanopticScore, files: int) -> list[str]:
    means = [
        [name, percent(q.pq), percent(q.sq), percent(q.rq), str(q.n)]
        for name, q in (("all", score.all), ("things", score.things), ("stuff", score.stuff))
    ]
    classes = [
        [name, percent(q.pq), percent(q.sq), percent(q.rq), str(q.tp), str(q.fp), str(q.fn)]
        for name, q in score.per_class.items()
        if q.tp + q.fp + q.fn
    ]
    return [
        f"{files} files, percent",
        "",
        *table(["class", "PQ", "SQ", "RQ", "TP", "FP", "FN"], classes),
        "",
        *table(["", "PQ", "SQ", "RQ", "classes"], means),
    ]


def coco(score: CocoAP) -> list[str]:
    names = {
        "ap": "AP", "ap50": "AP at IoU .50", "ap75": "AP at IoU .75", "ap_small": "AP small", "ap_medium": "AP medium",
        "ap_large": "AP large", "ar1": "AR of 1", "ar10": "AR of 10", "ar100": "AR of 100",
    }  # fmt: skip
    classes = [[name, percent(ap)] for name, ap in score.per_class.items() if ap == ap]
    figures = [[shown, percent(getattr(score, name))] for name, shown in names.items()]
    return ["COCO's rules, percent", "", *table(["class", "AP"], classes), "", *table(["", "masks"], figures)]


def cityscapes_instances(found: InstanceEvaluation) -> list[str]:
    score = found.score
    rows = [[name, percent(c["ap"]), percent(c["ap50"])] for name, c in score.per_class.items()]
    rows.append(["mean", percent(score.ap), percent(score.ap50)])
    files = len(found.pairing.pairs)
    return [f"{files} files, Cityscapes' rules, percent", "", *table(["class", "AP", "AP 50 %"], rows)]


def mattes(found: MatteEvaluation) -> list[str]:
    rows = [
        [name, percent(s.iou), percent(s.boundary_iou), f"{s.mae:.4f}", f"{s.mse:.4f}", f"{s.gradient:.3f}"]
        for name, s in (*found.scores.items(), ("mean", found.mean))
    ]
    return [
        f"{len(found.scores)} files; IoUs in percent, errors from 0 to 1, gradient error / 1000",
        "",
        *table(["file", "IoU", "boundary IoU", "MAE", "MSE", "gradient"], rows),
    ]


def volumes(found: VolumeEvaluation) -> list[str]:
    rows = [
        [
            name, str(found.present.get(name, "")), percent(s.dice), percent(s.jaccard), f"{s.difference_ml:+.3f}", f"{s.difference_percent:+.2f}",
            f"{s.hausdorff_mm:.2f}", f"{s.hausdorff95_mm:.2f}", f"{s.assd_mm:.3f}", percent(s.surface_dice),
        ]
        for name, s in (*found.per_label.items(), ("mean", found.mean))
    ]  # fmt: skip
    head = ["label", "in files", "Dice", "Jaccard", "Δ ml", "Δ %", "HD mm", "HD95 mm", "ASSD mm", f"surface Dice {found.mean.tolerance_mm:g} mm"]  # fmt: skip
    files = len(found.pairing.pairs)
    nowhere = any(found.present[name] < files for name in found.per_label)
    counts = "; where neither side has a label, it counts as found (Dice 1, 0 mm)" if nowhere else ""
    return [
        f"{files} files; means over files; Dice, Jaccard and surface Dice in percent{counts}",
        "",
        *table(head, rows),
    ]
