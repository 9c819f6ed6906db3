"""Memory of many threads, and of many frames, is used again. In processes of their own: it is set once a process."""

from __future__ import annotations

import subprocess
import sys

import pytest

from core.heap import glibc

pytestmark = pytest.mark.skipif(glibc() is None, reason="only glibc has these settings")

_HEAPS = """
import ctypes, threading
from core.heap import glibc, settle_heap
assert settle_heap()
gate = threading.Barrier(17)
def work():
    kept = [bytearray(100_000) for _ in range(10)]
    gate.wait(); gate.wait()
threads = [threading.Thread(target=work) for _ in range(16)]
for thread in threads: thread.start()
gate.wait()
libc = glibc()
libc.fopen.restype = ctypes.c_void_p
file = libc.fopen(b"/dev/stdout", b"w")
libc.malloc_info(0, ctypes.c_void_p(file))
libc.fclose(ctypes.c_void_p(file))
gate.wait()
"""

_FRAMES = """
import resource
import numpy as np
from core.heap import settle_heap
assert settle_heap()
def frame():
    buffers = [np.ones(3_000_000, np.uint8) for _ in range(8)]
for _ in range(3): frame()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20): frame()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def run(script: str) -> str:
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout


def test_threads_share_two_heaps():
    assert run(_HEAPS).count("<heap ") <= 2


def test_a_frames_buffers_are_not_asked_of_the_system_each_time():
    # 117,000 otherwise, where pages have 4 KB.
    assert int(run(_FRAMES)) < 500
