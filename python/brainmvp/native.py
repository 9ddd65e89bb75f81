"""The compiled module brainmvp_native, which the wheel brings."""

from __future__ import annotations

import math
import operator
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from brainmvp.errors import UsageError


@contextmanager
def needed() -> Iterator[None]:
    """Around an import from brainmvp_native: `UsageError`, which says what to install, where it is not there."""
    try:
        yield
    except ImportError as fault:
        raise UsageError(
            f"this needs the compiled module brainmvp_native, which cannot be loaded ({fault}); install the wheel that ./dev package"
            " makes: the package without it has networks, stores and commands only"
        ) from fault


def threads_of(threads: int | None) -> int:
    """As many as asked for, or as this process may run on processors."""
    return len(os.sched_getaffinity(0)) if threads is None else whole("threads", threads, 1, 4096)


def whole(name: str, value: Any, lowest: int, highest: int) -> int:
    """`value`, or `UsageError` when it is no whole number from `lowest` to `highest`."""
    try:
        number = operator.index(value)
    except TypeError:
        number = lowest - 1
    if isinstance(value, bool) or not lowest <= number <= highest:
        raise UsageError(f"{name} is {value!r}; expected a whole number from {lowest} to {highest}")
    return number


def checked(name: str, value: Any, lowest: float, highest: float = math.inf) -> float:
    """`value`, or `UsageError` when it is not a finite number from `lowest` to `highest`."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)) or not (math.isfinite(value) and lowest <= value <= highest):
        raise UsageError(f"{name} is {value!r}; expected a number from {lowest:g}" + (f" to {highest:g}" if highest < math.inf else " up"))
    return float(value)
