"""Why the mean of pictures' IoUs is not the IoU of the data set: two pictures, drawn and counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.labels import get_label_set
from core.metrics import ConfusionMatrix
from core.metrics.explain import OutcomeCounts, count_outcomes, mask_outcomes
from demos.scoring.numbers import fraction, ratio, tinted
from demos.scoring.pictures import error_image

WIDTH, HEIGHT = 24, 14


def _toy() -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Two (prediction, truth), bool (HEIGHT, WIDTH): 171 of 180 px found, and 10 px of a union of 20."""
    large_truth, small_truth = np.zeros((2, HEIGHT, WIDTH), bool)
    large_truth[1:13, 4:19] = True
    large = large_truth.copy()
    large[1:4, 16:19] = False
    small_truth[5:8, 9:14] = True
    return (large, large_truth), (np.roll(small_truth, 1, axis=0), small_truth)


TOY = _toy()


@dataclass(frozen=True)
class Means:
    """IoU of each picture, their mean, and the IoU of both pictures' pixels together."""

    images: tuple[float, ...]
    mean: float
    data_set: float


def toy_means() -> Means:
    """Of `TOY`, by core's confusion matrix."""
    labels = get_label_set("portrait")
    whole, images = ConfusionMatrix(labels), []
    for prediction, truth in TOY:
        one = ConfusionMatrix(labels)
        one.add(prediction.astype(np.uint8), truth.astype(np.uint8))
        images.append(one.score().iou["person"])
        whole.merge(one)
    return Means(tuple(images), float(np.mean(images)), whole.score().iou["person"])


def means_html(w: dict[str, str]) -> str:
    """Both pictures with their IoU, and the two means below with their numbers."""
    means, figures, counts = toy_means(), "", []
    for number, ((prediction, truth), iou) in enumerate(zip(TOY, means.images, strict=True), 1):
        outcomes = mask_outcomes(prediction, truth)
        n = count_outcomes(outcomes)
        counts.append(n)
        name = w["sc_picture_number"].format(number=number)
        figures += (
            f"<figure>{error_image(outcomes, f'{name}: IoU {ratio(iou)}')}<figcaption><b>{name}</b> "
            f"<span class=sc-formula>{fraction(tinted('tp', n.tp), _union(n))} = <b>{ratio(iou)}</b></span>"
            "</figcaption></figure>"
        )
    mean = fraction(" + ".join(ratio(iou) for iou in means.images), str(len(counts)))
    shared, union = (
        " + ".join(parts) for parts in zip(*((str(n.tp), _total(n)) for n in counts), strict=True)
    )
    rows = (
        (w["sc_mean_of_images"], mean, means.mean),
        (w["sc_data_set_iou"], fraction(shared, union), means.data_set),
    )
    lines = "".join(
        f'<div class="sc-row main"><div class=sc-name>{name}</div><div class=sc-formula>{formula} = '
        f"<b>{ratio(value)}</b></div></div>"
        for name, formula, value in rows
    )
    return f"<div class=sc-means><div class=sc-pair-of>{figures}</div><div>{lines}</div></div>"


def _total(n: OutcomeCounts) -> str:
    return str(n.tp + n.fp + n.fn)


def _union(n: OutcomeCounts) -> str:
    parts = [tinted(code, value) for code, value in (("tp", n.tp), ("fp", n.fp), ("fn", n.fn)) if value]
    return " + ".join(parts)
