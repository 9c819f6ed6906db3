"""How good a segmentation is: numpy in, plain numbers out. Every metric names its source and its void rule."""

from core.metrics.matte import MatteScore, boundary_mask, intersection_over_union, score_matte

__all__ = ["MatteScore", "boundary_mask", "intersection_over_union", "score_matte"]
