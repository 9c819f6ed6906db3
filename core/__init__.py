"""Triptych's core: everything that computes. It knows no browser."""

__version__ = "0.1.0"
