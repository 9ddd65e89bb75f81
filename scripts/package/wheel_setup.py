"""setup.py of the wheel that holds the program (make.sh): pyproject.toml has the rest. One wheel serves Python 3.10 and newer."""

import os
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel


class Platform(Distribution):
    def has_ext_modules(self) -> bool:
        return True


class Wheel(bdist_wheel):
    def get_tag(self) -> tuple[str, str, str]:
        return "cp310", "abi3", os.environ["WHEEL_PLATFORM"]


def shared_files() -> list[tuple[str, list[str]]]:
    files = sorted(file for file in Path("share").rglob("*") if file.is_file())
    return [(str(file.parent), [str(file)]) for file in files]


def pin_torch(project: Path, version: str) -> None:
    """The program's libtorch is that of one minor version; the compiled module runs on nanobind's backend."""
    text = project.read_text()
    major, minor = version.split(".")
    pinned = text.replace('"torch>=2.4"', f'"torch>={version},<{major}.{int(minor) + 1}",\n  "nanobind-backend>=1,<2"')
    assert pinned != text, "pyproject.toml names torch in another way"
    project.write_text(pinned + '\n[project.scripts]\nbrainmvp = "brainmvp_program:main"\n')


pin_torch(Path("pyproject.toml"), os.environ["WHEEL_TORCH"])
setup(distclass=Platform, cmdclass={"bdist_wheel": Wheel}, data_files=shared_files())
