"""Exceptions, one for each exit code of the program (docs/reference/exit-codes.md)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class Error(Exception):
    """Base of all errors of brainmvp; `exit_code` is the code that the program ends with for it."""

    exit_code = 1


class InternalError(Error):
    """A fault of the program (exit code 1)."""

    exit_code = 1


class UsageError(Error, ValueError):
    """A wrong argument or configuration (exit code 2)."""

    exit_code = 2


class NothingFound(Error):
    """Nothing usable in the input (exit code 3)."""

    exit_code = 3


class BadInput(Error):
    """An input that is damaged, inconsistent or missing (exit code 4)."""

    exit_code = 4


class OutputError(Error):
    """An output that exists or cannot be written (exit code 5)."""

    exit_code = 5


class OutOfResources(Error):
    """Memory or disk used up (exit code 6)."""

    exit_code = 6


class Diverged(Error):
    """A training gave a loss that is not finite (exit code 7)."""

    exit_code = 7


_BY_CODE: dict[int, type[Error]] = {
    kind.exit_code: kind
    for kind in (InternalError, UsageError, NothingFound, BadInput, OutputError, OutOfResources, Diverged)
}


def error_of(exit_code: int, message: str) -> Error:
    """The exception for an exit code of the program; of an unknown one `InternalError`."""
    return _BY_CODE.get(exit_code, InternalError)(message)


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UsageError:
    """"there is no format onx; did you mean onnx?": the nearest of the known names, or all of them."""
    names = list(known)
    near = difflib.get_close_matches(name, names, 1)
    return UsageError(f"there is no {kind} {name}; " + (f"did you mean {near[0]}?" if near else f"known are {', '.join(names)}"))
