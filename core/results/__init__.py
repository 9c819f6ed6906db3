"""What a segmentation is: arrays with a stated shape, dtype and unit, plus their label set."""

from core.results.maps import Instances, PanopticMap, Segment, SemanticMap
from core.results.scores import ClassScores
from core.results.volume import VolumeMask

__all__ = ["ClassScores", "Instances", "PanopticMap", "Segment", "SemanticMap", "VolumeMask"]
