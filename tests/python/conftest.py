"""What the tests share: a small cohort that the program simulated and prepared, in both forms of a store."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

import brainmvp


class Cohort(NamedTuple):
    folder: Path
    studies: Path
    store: brainmvp.Store
    compressed: brainmvp.Store


@pytest.fixture(scope="session")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    folder = tmp_path_factory.mktemp("cohort")
    raw = brainmvp.simulate(folder / "raw", studies=3, layout="brats2021", voxel=5, missing=0.3, seed=1)
    studies = folder / "studies.json"
    brainmvp.index(raw, studies)
    store = brainmvp.prepare(studies, folder / "store", spacing=5)
    return Cohort(folder, studies, store, brainmvp.prepare(studies, folder / "compressed", spacing=5, compress=True))
