"""Manual pages, as man shows them and mandoc checks them."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from conftest import printed


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("man") / "man1"
    printed("manual", "-o", str(folder))
    return folder


def shown(page: Path) -> str:
    """As on a terminal of 200 columns; any warning fails."""
    result = subprocess.run(
        ["man", "--warnings", "-E", "UTF-8", "-l", "--no-hyphenation", "--no-justification", page],
        capture_output=True,
        text=True,
        env={**os.environ, "MANWIDTH": "200", "MANPAGER": "cat", "MANROFFOPT": "-c"},
    )
    assert result.returncode == 0 and result.stderr == "", result.stderr
    return re.sub(".\b", "", result.stdout)


def test_every_command_has_a_page(pages: Path, help_of_all: str) -> None:
    found = {page.stem for page in pages.iterdir()}
    commands = re.findall(r"^([a-z]+)$", help_of_all, re.M)
    assert {"brainmvp", "brainmvp-finetune-segment"} | {f"brainmvp-{name}" for name in commands} <= found
    assert len(commands) > 10


def test_pages_are_clean(pages: Path) -> None:
    for page in sorted(pages.iterdir()):
        lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page], capture_output=True, text=True).stdout
        faults = [line for line in lint.splitlines() if "missing date" not in line]  # which would differ between builds
        assert not faults, faults
        assert "NAME" in shown(page) and "OPTIONS" in shown(page)


def test_a_page_says_what_the_help_says(pages: Path) -> None:
    text = " ".join(shown(pages / "brainmvp-pretrain.1").split())
    for words in ("--objective TEXT:{brainmvp,mae", "Steps between checkpoints", "brainmvp pretrain store -o run --resume"):
        assert words in text
    text = shown(pages / "brainmvp.1")
    assert "brainmvp-pretrain(1)" in text and "training gave a loss that is not finite" in text


def test_one_page_is_printed(pages: Path) -> None:
    assert printed("manual", "finetune", "segment") == (pages / "brainmvp-finetune-segment.1").read_text()
    assert printed("manual") == (pages / "brainmvp.1").read_text()


def test_pages_are_replaced_only_when_asked(pages: Path) -> None:
    program = os.environ["BRAINMVP_PROGRAM"]
    assert subprocess.run([program, "manual", "-o", pages], capture_output=True).returncode == 5
    printed("manual", "-o", str(pages), "-f")
    unknown = subprocess.run([program, "manual", "pretain"], capture_output=True, text=True)
    assert unknown.returncode == 2 and "pretain" in unknown.stderr
