"""A pair of label maps scored: figures, error picture, bars and matrix."""

from __future__ import annotations

import html
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import InputError
from core.labels import LabelSet, get_label_set
from core.media.label_maps import read_label_map
from core.metrics import ConfusionMatrix, SemanticScore
from core.metrics.explain import label_outcomes
from demos.medical.label_words import medical_name
from demos.scoring.bars import iou_bars
from demos.scoring.matrix import confusion_matrix
from demos.scoring.numbers import count, ratio
from demos.scoring.pictures import color_image, error_image


@dataclass(frozen=True)
class ScoredPair:
    """Two maps of ids, uint8 (H, W), what the ids mean, and the score."""

    prediction: np.ndarray
    truth: np.ndarray
    labels: LabelSet
    score: SemanticScore

    def occurring(self) -> list[str]:
        """Names of the classes that are in the prediction or the truth."""
        return [name for name, iou in self.score.iou.items() if not np.isnan(iou)]


def score_pair(prediction: np.ndarray, truth: np.ndarray, labels: LabelSet) -> ScoredPair:
    """Score one picture.

    Raises:
        InputError: the sizes differ, or an id that the label set does not have.
    """
    matrix = ConfusionMatrix(labels)
    matrix.add(prediction, truth)
    return ScoredPair(prediction, truth, labels, matrix.score())


def score_files(prediction: str | Path, truth: str | Path, label_set: str, train_ids: bool) -> ScoredPair:
    """The same of two PNGs; with ``train_ids``, their values are the label set's train ids.

    Raises:
        InputError: also what :func:`core.media.label_maps.read_label_map` raises.
    """
    labels = get_label_set(label_set)
    maps = [read_label_map(path) for path in (prediction, truth)]
    if train_ids:
        maps = [_from_train_ids(maps[0], labels, "prediction"), _from_train_ids(maps[1], labels, "truth")]
    return score_pair(maps[0], maps[1], labels)


def _from_train_ids(ids: np.ndarray, labels: LabelSet, which: str) -> np.ndarray:
    try:
        return labels.from_train_ids(ids)
    except InputError as error:
        raise InputError(error.wrong.replace("the map", f"the {which}"), error.expected) from None


def figures_html(pair: ScoredPair, w: dict[str, str]) -> str:
    """The means as tiles."""
    s = pair.score
    figures = [
        ("miou", w["sc_miou"], s.miou), ("fwiou", w["sc_fwiou"], s.frequency_weighted_iou),
        ("accuracy", w["sc_accuracy"], s.pixel_accuracy), ("mean-accuracy", w["sc_mean_accuracy"], s.mean_accuracy),
    ]  # fmt: skip
    if s.category_iou:
        figures.append(("category", w["sc_category_miou"], s.category_miou))
    tiles = "".join(f"<div><dt>{name}</dt><dd>{ratio(value)}</dd></div>" for _, name, value in figures)
    exact = " ".join(f'data-{key}="{value!r}"' for key, _, value in figures)
    warning = "" if s.pixels else f"<p class=sc-warn>{w['sc_nothing_counts']}</p>"
    note = f"<p class=sc-note>{w['sc_pixels'].format(pixels=count(s.pixels))}</p>"
    return f"<div class=sc-result {exact}>{warning}<dl class=sc-tiles>{tiles}</dl>{note}</div>"


def errors_html(pair: ScoredPair, w: dict[str, str], class_name: str = "") -> str:
    """The error picture of one class, or of all."""
    label_id = pair.labels.by_name(class_name).id if class_name else None
    outcomes = label_outcomes(pair.prediction, pair.truth, pair.labels, label_id)
    about = w["sc_errors_one" if class_name else "sc_errors_all"]
    told = medical_name(class_name, w["language"]) if class_name else w["sc_all_classes"]
    image = error_image(outcomes, f"{w['sc_error_picture']}: {told}. {about}")
    return f"<figure class=sc-error-picture>{image}<figcaption>{html.escape(about)}</figcaption></figure>"


def bars_html(pair: ScoredPair, w: dict[str, str]) -> str:
    """IoU of every class."""
    return iou_bars(
        pair.score.iou, w, pair.labels, lambda name: medical_name(name, w["language"]), pair.score.miou
    )


def matrix_html(pair: ScoredPair, w: dict[str, str]) -> str:
    """The confusion matrix."""
    names = [medical_name(name, w["language"]) for name in pair.score.iou]
    return confusion_matrix(pair.score.confusion, names, w)


def maps_html(pair: ScoredPair, w: dict[str, str]) -> str:
    """Truth and prediction in the label set's colours, side by side."""
    table = pair.labels.color_table()
    figures = "".join(
        f"<figure>{color_image(table, ids, w[f'sc_{which}'])}<figcaption>{w[f'sc_{which}']}</figcaption></figure>"
        for which, ids in (("truth", pair.truth), ("prediction", pair.prediction))
    )
    return f"<div class=sc-pair-of>{figures}</div>"
