"""What the tests share: a small cohort that the program simulated and prepared, in both forms of a store, and runs on it."""

from __future__ import annotations

import os
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


class Runs(NamedTuple):
    pretraining: Path
    segmentation: Path


@pytest.fixture(scope="session")
def runs(cohort: Cohort) -> Runs:
    common = {"recipe": "tiny", "crop": 16, "steps": 2, "precision": "fp32"}
    pretraining = brainmvp.pretrain(cohort.store, cohort.folder / "pre", **common)
    return Runs(pretraining, brainmvp.finetune("segment", cohort.store, cohort.folder / "run", init=pretraining, **common))


@pytest.fixture(scope="session")
def data() -> Path:
    folder = Path(os.environ.get("BRAINMVP_TEST_DATA") or Path(__file__).resolve().parent / "../../../shared/data")
    if not folder.is_dir():
        assert "CI" not in os.environ, f"no real data in {folder}; set BRAINMVP_TEST_DATA"
        pytest.skip(f"no real data in {folder}")
    return folder


@pytest.fixture(scope="session")
def head(data: Path) -> dict[str, Path]:
    return {name: data / "faulty" / f"base_{name}.nii.gz" for name in ("flair", "t1", "t1c", "t2")}
