"""The program within the wheel of brainmvp, and its console script. Imports nothing heavy: torch is found, not loaded."""

from __future__ import annotations

import os
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

_FOLDER = Path(__file__).parent
_LIBTORCH = _FOLDER / "libtorch.txt"  # version of torch that the program was linked with, without its last number


def packaged_program() -> Path | None:
    """The program, where this package was installed from a wheel that holds it."""
    program = _FOLDER / "bin" / "brainmvp"
    return program if program.is_file() else None


def _why_not(needed: str) -> str:
    """Why the installed torch cannot be used; empty when it can."""
    install = f"pip install 'torch=={needed}.*' brings the right one"
    try:
        found = version("torch")
    except PackageNotFoundError:
        return f"this command needs libtorch of torch {needed}, and torch is not installed; {install}"
    if found.split(".")[:2] != needed.split("."):
        return f"this command needs libtorch of torch {needed}, and torch {found} is installed; {install}"
    return ""


def environment() -> dict[str, str]:
    """The environment that the packaged program needs: it loads the libtorch of the installed torch wheel."""
    result = dict(os.environ)
    why_not = _why_not(_LIBTORCH.read_text().strip())
    spec = None if why_not else find_spec("torch")
    if spec is None or spec.origin is None:
        result["BRAINMVP_NO_LIBTORCH"] = why_not or "torch is installed, and its folder cannot be found; install it again"
        return result
    folders = [str(Path(spec.origin).parent / "lib"), result.get("LD_LIBRARY_PATH", "")]
    result["LD_LIBRARY_PATH"] = os.pathsep.join(folder for folder in folders if folder)
    return result


def main() -> None:
    """Becomes the program."""
    program = packaged_program()
    if program is None:
        sys.exit("error: this installation holds no program: install the wheel that ./dev package makes")
    os.execve(program, [str(program), *sys.argv[1:]], environment())
