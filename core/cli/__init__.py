"""The command line: words and wiring; everything that computes is imported when its command runs."""

from core.cli.parser import main

__all__ = ["main"]
