"""How glibc keeps freed memory: few heaps, and a frame's buffers within them. Elsewhere nothing changes.

By default every thread gets a heap of its own, up to eight per core: what a server's threads free in the middle of one
is lost to all others, and its memory grows with the visitors. And buffers of a megabyte or more, as each frame
needs, are asked of the system again and again, which takes a sixth of a frame's time.
"""

from __future__ import annotations

import ctypes

HEAPS = 2
KEPT_BYTES = 4 << 20
"""Larger buffers come from the system and go back at once: those of photos and volumes."""
TRIM_BYTES = 64 << 20
"""More than this at a heap's end goes back at once."""

# mallopt's numbers, from glibc's malloc.h.
_ARENA_MAX, _MMAP_THRESHOLD, _TRIM_THRESHOLD = -8, -3, -1


def glibc() -> ctypes.CDLL | None:
    """The C library of this process; None where it is another one."""
    try:
        library = ctypes.CDLL(None)
    except (OSError, TypeError):  # Windows has none without a name
        return None
    return library if hasattr(library, "gnu_get_libc_version") else None


def settle_heap() -> bool:
    """Set this process up so, before it starts threads; whether the C library took it."""
    library = glibc()
    if library is None:
        return False
    settings = ((_ARENA_MAX, HEAPS), (_MMAP_THRESHOLD, KEPT_BYTES), (_TRIM_THRESHOLD, TRIM_BYTES))
    return all(library.mallopt(number, value) == 1 for number, value in settings)
