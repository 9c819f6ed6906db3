"""How good a segmentation is: numpy in, plain numbers out. Every metric names its source and its void rule."""

from core.metrics.cityscapes import InstanceIoU, InstanceIoUScore
from core.metrics.instance_cityscapes import CityscapesAP, InstanceAP
from core.metrics.instance_coco import CocoAP, coco_ap, coco_ap_files
from core.metrics.matte import (
    MatteScore,
    boundary_mask,
    gradient_error,
    intersection_over_union,
    score_matte,
)
from core.metrics.panoptic import ClassQuality, MeanQuality, PanopticQuality, PanopticScore
from core.metrics.panoptic_files import evaluate_panoptic_files
from core.metrics.semantic import ConfusionMatrix, SemanticScore
from core.metrics.surface import SurfaceDistances, surface_distances
from core.metrics.volume import VolumeScore, mean_scores, score_volume

__all__ = [
    "CityscapesAP",
    "ClassQuality",
    "CocoAP",
    "ConfusionMatrix",
    "InstanceAP",
    "InstanceIoU",
    "InstanceIoUScore",
    "MatteScore",
    "MeanQuality",
    "PanopticQuality",
    "PanopticScore",
    "SemanticScore",
    "SurfaceDistances",
    "VolumeScore",
    "boundary_mask",
    "coco_ap",
    "coco_ap_files",
    "evaluate_panoptic_files",
    "gradient_error",
    "intersection_over_union",
    "mean_scores",
    "score_matte",
    "score_volume",
    "surface_distances",
]
