"""The compiled module brainmvp_native, which the wheel brings."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager

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


def processors() -> int:
    """How many this process may run on."""
    return len(os.sched_getaffinity(0))


def checked(name: str, value: float, lowest: float, highest: float = math.inf) -> float:
    """`value`, or `UsageError` when it is not a finite number from `lowest` to `highest`."""
    if not (math.isfinite(value) and lowest <= value <= highest):
        raise UsageError(f"{name} is {value}; expected a number from {lowest:g}" + (f" to {highest:g}" if highest < math.inf else " up"))
    return float(value)
