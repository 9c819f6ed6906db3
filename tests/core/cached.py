"""What needs PyTorch the first time only, to make a graph of the network."""

from __future__ import annotations

import subprocess
import sys


def run_again_without_pytorch(code: str) -> str:
    """Run ``code`` here, which fills the cache, and then in a process of its own that may not load PyTorch; what that prints."""
    exec(code, {})
    watched = f"import sys\n{code}\nassert 'torch' not in sys.modules, 'the graph was made again'\n"
    done = subprocess.run([sys.executable, "-c", watched], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout
