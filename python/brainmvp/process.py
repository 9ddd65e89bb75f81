"""Calling the program."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from brainmvp.errors import UsageError, error_of
from brainmvp_program import environment, packaged_program

INTERRUPTED = 130


def program() -> Path:
    """The program: `$BRAINMVP_PROGRAM`, otherwise that of the wheel, otherwise `brainmvp` in PATH. Raises `UsageError` when it is
    not there."""
    named = os.environ.get("BRAINMVP_PROGRAM") or packaged_program() or shutil.which("brainmvp")
    if named is None or not os.access(named, os.X_OK):
        raise UsageError(
            "the program brainmvp is not there: put the folder bin of its package into PATH, or name the program in BRAINMVP_PROGRAM"
            + (f" (found {named})" if named else "")
        )
    return Path(named)


def run_program(arguments: Sequence[str | os.PathLike[str]]) -> str:
    """Runs a command of the program and gives what it prints; its messages and progress go to `sys.stderr` as they come.

    Ctrl-C is passed on: the program ends in order (a training writes a checkpoint), then `KeyboardInterrupt` is raised. Otherwise
    raises the exception of its exit code (brainmvp.errors) with its last error message.
    """
    started = program()
    command = [str(started), *(os.fspath(argument) for argument in arguments)]
    # A session of its own: the terminal would send Ctrl-C to the program too, and twice ends it at once.
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env=environment() if started == packaged_program() else None,
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        printed: list[bytes] = []
        messages: list[str] = []
        readers = [
            threading.Thread(target=_collect, args=(process.stdout, printed)),
            threading.Thread(target=_show, args=(process.stderr, messages)),
        ]
        for reader in readers:
            reader.start()
        _wait(process)
        for reader in readers:
            reader.join()
    if process.returncode == INTERRUPTED:
        raise KeyboardInterrupt
    if process.returncode != 0:
        raise error_of(process.returncode, _last_error(messages) or f"{command[0]} ended with {process.returncode}")
    return b"".join(printed).decode("utf-8", "replace")


def _wait(process: subprocess.Popen[bytes]) -> None:
    while True:
        try:
            process.wait()
            return
        except KeyboardInterrupt:
            process.send_signal(signal.SIGINT)


def _collect(stream: IO[bytes], parts: list[bytes]) -> None:
    parts.extend(iter(lambda: stream.read1(65536), b""))  # type: ignore[attr-defined]


def _show(stream: IO[bytes], messages: list[str]) -> None:
    for line in stream:
        text = line.decode("utf-8", "replace")
        messages.append(text)
        # Where stderr is closed or missing, the program must go on: it would wait for who reads its messages.
        with contextlib.suppress(AttributeError, OSError, ValueError):
            sys.stderr.write(text)
            sys.stderr.flush()


def _last_error(messages: Sequence[str]) -> str:
    """From the last line that begins with "error: " to the end."""
    for number in range(len(messages) - 1, -1, -1):
        if messages[number].startswith("error: "):
            return "".join(messages[number:])[len("error: ") :].strip()
    return ""
