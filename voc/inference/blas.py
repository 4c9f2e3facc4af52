"""Keeps numpy's matrix products on one thread while heads are computed.

They are small; split over threads they wait for each other, and for the encoder's own threads, far
longer than they compute.
"""

from __future__ import annotations

import functools
from contextlib import AbstractContextManager
from typing import Any


def one_blas_thread() -> AbstractContextManager[Any]:
    """Returns a context in which numpy multiplies matrices on one thread."""
    limited: AbstractContextManager[Any] = _controller().limit(limits=1, user_api="blas")
    return limited


@functools.cache
def _controller() -> Any:
    import numpy  # noqa: F401  so that its library is found
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
