"""A drawn head with exact truth: for the first screen, for tests, and for training on any contrast.

Everything in it is a formula in mm (nothing is taken from any scan), so it can be drawn on any grid.
"""

from core.medical.phantom.head import CONTRASTS, Head, draw_head

__all__ = ["CONTRASTS", "Head", "draw_head"]
