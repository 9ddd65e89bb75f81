"""Folders that appear whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from brainmvp.checkpoints import PathLike
from brainmvp.errors import OutputError


@contextmanager
def new_folder(folder: PathLike) -> Iterator[Path]:
    """Gives a temporary folder, which takes the name of `folder` when the block ends well and goes otherwise.

    Raises `OutputError` when the folder exists or cannot be written.
    """
    target = Path(folder)
    if target.exists() or target.is_symlink():
        raise OutputError(f"{target} exists; name another folder, or remove it first")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except OSError as fault:
        raise OutputError(f"{target}: cannot be written ({fault.strerror})") from fault
    try:
        yield temporary
        _open_to_others(temporary)
        temporary.rename(target)
    except OSError as fault:
        raise OutputError(f"{target}: cannot be written ({fault.strerror or fault})") from fault
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _open_to_others(folder: Path) -> None:
    """As the umask allows: temporary folders, and some libraries' files, are their owner's alone."""
    allowed = ~_umask()
    for path in (folder, *folder.rglob("*")):
        path.chmod((0o777 if path.is_dir() else 0o666) & allowed)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
