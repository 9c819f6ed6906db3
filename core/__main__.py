"""``python -m core``: the command line. Says what it can do without loading anything heavy."""

from __future__ import annotations

import sys

from core.cli import main

if __name__ == "__main__":
    sys.exit(main())
