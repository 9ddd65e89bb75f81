"""Completion in a bash and a zsh that a terminal runs, key by key."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import printed

CONTROL = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r|\x07|\x08")


class Shell:
    """A shell on a terminal of its own; `type` gives what it shows after the keys."""

    def __init__(self, command: list[str], folder: Path, lines: list[str]) -> None:
        self.master, slave = pty.openpty()
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "dumb", "COLUMNS": "500", "LINES": "200"}
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, cwd=folder, env=environment, start_new_session=True
        )
        os.close(slave)
        for line in lines:
            self.type(line + "\n")
        self.type("echo rea''dy\n", "ready")

    def type(self, keys: str, until: str = "", seconds: float = 30) -> str:
        """What is shown until `until` is; without it, until nothing more comes."""
        os.write(self.master, keys.encode())
        shown, end = b"", time.monotonic() + seconds
        while time.monotonic() < end:
            if select.select([self.master], [], [], 0.5)[0]:
                shown += os.read(self.master, 65536)
            elif not until:
                break
            if until and until.encode() in CONTROL.sub(b"", shown):
                break
        text = CONTROL.sub(b"", shown).decode()
        assert until in text, text
        return text

    def completes(self, typed: str, expected: str) -> None:
        """Completion makes the one of the other."""
        self.type(typed + "\t", expected)
        self.type("\x15")  # leaves the line

    def offers(self, typed: str, *expected: str) -> None:
        """Two tabs list all of these."""
        text = self.type(typed + "\t\t", expected[-1])
        text += self.type("")
        for word in expected:
            assert word in text, f"{word} is missing in: {text}"
        self.type("\x15")

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("completion")
    (folder / "some store").mkdir()
    (folder / "studies.json").write_text("{}")
    for shell in ("bash", "zsh"):
        (folder / f"completion.{shell}").write_text(printed("completion", shell))
    return folder


@pytest.fixture(scope="module", params=["bash", "zsh"])
def shell(request: pytest.FixtureRequest, folder: Path) -> Iterator[Shell]:
    if request.param == "bash":
        started = Shell(
            ["bash", "--norc", "--noprofile", "-i"],
            folder,
            ["bind 'set enable-bracketed-paste off'", "bind 'set completion-query-items 0'", "bind 'set page-completions off'"]
            + ["source completion.bash"],
        )
    else:
        started = Shell(
            ["zsh", "-f", "-i"],
            folder,
            ["unsetopt prompt_cr prompt_sp zle_bracketed_paste; unset zle_bracketed_paste", "LISTMAX=0", "autoload -U compinit; compinit -u -D"]
            + ["source completion.zsh"],
        )
    yield started
    started.close()


def test_commands(shell: Shell) -> None:
    shell.completes("brainmvp simu", "simulate")
    shell.completes("brainmvp finetune seg", "segment")
    shell.offers("brainmvp finetune ", "segment", "classify", "regress")


def test_options(shell: Shell) -> None:
    shell.completes("brainmvp pretrain store --checkpoint-ac", "--checkpoint-activations")
    shell.offers("brainmvp finetune segment s --checkpoint-", "--checkpoint-every", "--checkpoint-activations")


def test_values(shell: Shell) -> None:
    shell.completes("brainmvp pretrain store --objective gen", "genesis")
    shell.completes("brainmvp pretrain store --recipe=rel", "released")
    shell.completes("brainmvp finetune segment s --network resenc_s", "resenc_s")
    shell.completes("brainmvp index DATA --task isl", "isles22")
    shell.completes("brainmvp simulate --layout crossm", "crossmoda")
    shell.offers("brainmvp predict r --reference t", "t1c", "t2")


def test_files(shell: Shell) -> None:
    shell.completes("brainmvp prepare stud", "studies.json")
    shell.completes("brainmvp pretrain some", "some\\ store")
    shell.completes("brainmvp predict run --modalities stud", "studies.json")


def test_numbers_complete_to_nothing(shell: Shell) -> None:
    shown = shell.type("brainmvp pretrain store --steps \t\t")
    assert "studies.json" not in shown and "some" not in shown
    shell.type("\x15")


@pytest.mark.parametrize("name", ["bash", "zsh"])
def test_every_option_is_known(name: str, help_of_all: str) -> None:
    script = printed("completion", name)
    for option in set(re.findall(r"--[a-z][a-z0-9-]+", help_of_all)) - {"--option"}:
        if re.search(rf"^ +(-\w,)?{option}[ \n]", help_of_all, re.M):
            assert option in script


@pytest.mark.parametrize("name", ["bash", "zsh"])
def test_a_shell_can_read_it(name: str, folder: Path) -> None:
    subprocess.run([name, "-n", folder / f"completion.{name}"], check=True)


def test_another_shell_is_refused() -> None:
    refused = subprocess.run([os.environ["BRAINMVP_PROGRAM"], "completion", "fish"], capture_output=True, text=True)
    assert refused.returncode == 2 and "bash" in refused.stderr
