"""The notebooks of python/examples, run as a user runs them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

EXAMPLES = Path(__file__).parents[2] / "python" / "examples"
# A word that only a run to the end prints.
LAST = {"simulate_to_table": "all of it is in", "missing_modalities": "cost", "monai_training": "[", "embeddings": "(6, "}


def test_all_examples_are_run() -> None:
    assert {file.stem for file in EXAMPLES.glob("*.py")} == set(LAST)


@pytest.mark.parametrize("name", LAST)
def test_an_example_runs(name: str, tmp_path: Path) -> None:
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, EXAMPLES / f"{name}.py"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert LAST[name] in done.stdout
    if name == "simulate_to_table":
        (picture,) = tmp_path.rglob("slices.png")
        with Image.open(picture) as image:
            assert image.width > 3 * image.height > 0 and len(image.getcolors(256) or []) > 50


@pytest.mark.parametrize("name", LAST)
def test_an_example_is_a_notebook_in_percent_format(name: str) -> None:
    lines = (EXAMPLES / f"{name}.py").read_text().splitlines()
    cells = [line for line in lines if line.startswith("# %%")]
    assert lines[0] == "# %% [markdown]" and lines[1].startswith("# # ") and len(cells) >= 4
    assert not any(line.startswith("# %%") and "[" in line for line in cells[1:])
