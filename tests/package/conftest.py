"""The program whose completion, pages and packages are tested: $BRAINMVP_PROGRAM."""

from __future__ import annotations

import os
import subprocess

import pytest


def printed(*words: str) -> str:
    """What the program prints."""
    return subprocess.run([os.environ["BRAINMVP_PROGRAM"], *words], check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="session")
def help_of_all() -> str:
    return printed("--help-all")
