"""One heap for all threads of a process, where the C library can be told so."""

import ctypes
import os
import sys

_M_ARENA_MAX = -8
"""glibc, malloc.h."""


def one_heap() -> None:
    """Keep the threads of this process, and of those that it starts, in one heap each.

    A thread's own heap holds on to what it freed: a fifth of what a run of thousands of files weighs. glibc alone gives threads their
    own; elsewhere nothing changes. To be called before the threads are there.
    """
    os.environ.setdefault("MALLOC_ARENA_MAX", "1")
    if sys.platform == "linux":
        tell = getattr(ctypes.CDLL(None), "mallopt", None)
        if tell:
            tell(_M_ARENA_MAX, 1)
