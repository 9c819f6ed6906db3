"""Two-stage instance networks at run time: what lies between their compiled graphs, in numpy. No PyTorch."""

from core.instances.design import Limits
from core.instances.detector import Detections, Detector

__all__ = ["Detections", "Detector", "Limits"]
