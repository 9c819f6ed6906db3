"""The second application: what a road scene's segmentation is good for, over arrays."""

from core.driving.exports import LABEL_SETS, OUTPUTS, PanopticFolder, map_in, quick_panoptic, save_map
from core.driving.free_path import FreePath, free_path
from core.driving.panoptic import blobs, fuse
from core.driving.parsed import FADING, VIEWS, Look, ParsedFrame, View
from core.driving.pixels import (
    LegendRow,
    PixelInfo,
    Reason,
    category_shares,
    doubt,
    legend,
    looks_like_a_road,
    pixel_info,
    upright,
    why_no_road,
)
from core.driving.smoothing import SceneSmoother
from core.driving.stream import DrivingStream

__all__ = [
    "FADING",
    "LABEL_SETS",
    "OUTPUTS",
    "VIEWS",
    "DrivingStream",
    "FreePath",
    "LegendRow",
    "Look",
    "PanopticFolder",
    "ParsedFrame",
    "PixelInfo",
    "Reason",
    "SceneSmoother",
    "View",
    "blobs",
    "category_shares",
    "doubt",
    "free_path",
    "fuse",
    "legend",
    "looks_like_a_road",
    "map_in",
    "pixel_info",
    "quick_panoptic",
    "save_map",
    "upright",
    "why_no_road",
]
