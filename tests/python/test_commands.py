"""Commands as functions on a cohort with grades, in a folder whose name has a space and a letter beyond ASCII."""

from __future__ import annotations

import json
import subprocess
import warnings
from pathlib import Path
from typing import NamedTuple

import nibabel
import numpy as np
import pandas as pd
import pytest
import torch
from conftest import Cohort, Runs
from monai.data import MetaTensor

import brainmvp
from brainmvp.commands import _words


class Graded(NamedTuple):
    folder: Path
    studies: Path
    table: pd.DataFrame
    run: Path

    def images(self) -> dict[str, Path]:
        """Of the first study."""
        first = self.table.iloc[0]
        return dict(zip(first["modality"], (self.folder / file for file in first["image"])))


@pytest.fixture(scope="session")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    folder = tmp_path_factory.mktemp("work") / "Köpfe 1"
    raw = brainmvp.simulate(folder / "raw", studies=4, layout="brats2018", voxel=6, seed=1, quiet=True)
    table = brainmvp.index(raw, folder / "studies.json")
    store = brainmvp.prepare(folder / "studies.json", folder / "store", spacing=6)
    common = {"recipe": "tiny", "crop": 16, "steps": 1, "threads": 1, "precision": "fp32"}
    return Graded(folder, folder / "studies.json", table, brainmvp.finetune("classify", store, folder / "run", **common))


def test_a_classification(graded: Graded, tmp_path: Path) -> None:
    table = brainmvp.predict_all(graded.studies, graded.run, tmp_path / "all", threads=1, precision="fp32")
    assert sorted(table["case"]) == sorted(graded.table["id"]) and list(table.columns) == ["case", "prob_HGG", "prob_LGG"]
    one = brainmvp.predict(graded.images(), graded.run, threads=1, precision="fp32")
    expected = table.set_index("case").loc[graded.table["id"][0]]
    assert one.numbers == pytest.approx({"HGG": expected["prob_HGG"], "LGG": expected["prob_LGG"]}, abs=1e-6)
    assert sum(one.numbers.values()) == pytest.approx(1) and one.filled == ()
    with pytest.raises(brainmvp.UsageError, match="HGG, LGG"):
        one.label
    evaluation = brainmvp.evaluate(tmp_path / "all" / "predictions.tsv", graded.studies, classification=True, bootstrap=10)
    assert sorted(evaluation["case"]) == sorted(graded.table["id"]) and set(evaluation["class"]) == {"HGG", "LGG"}
    model = brainmvp.Classifier.from_pretrained(graded.run)
    assert model.description is not None and model.description.classes == ("HGG", "LGG")
    assert model.encoder.channels == model.description.channels


def test_a_segmentation_of_many(runs: Runs, cohort: Cohort, tmp_path: Path) -> None:
    table = brainmvp.predict_all(cohort.studies, runs.segmentation, tmp_path / "all", threads=1)
    assert sorted(table["case"]) == sorted(cohort.store) and all(nibabel.load(file).ndim == 3 for file in table["file"])
    evaluation = brainmvp.evaluate(tmp_path / "all", cohort.studies, compare=tmp_path / "all", bootstrap=10)
    assert set(evaluation["case"]) == set(cohort.store)
    assert evaluation.comparison is not None and (evaluation.comparison["mean_difference"].dropna() == 0).all()
    assert brainmvp.evaluate(tmp_path / "all", cohort.studies, bootstrap=10).comparison is None
    page = brainmvp.report(tmp_path / "page.html", runs.pretraining, runs.segmentation, predictions=[tmp_path / "all"], studies=cohort.studies)
    assert "</html>" in page.read_text()


def test_names_that_look_like_numbers_stay_names(graded: Graded, tmp_path: Path) -> None:
    for name in ("007", "NA"):
        label = nibabel.Nifti1Image(np.ones((4, 4, 4), np.uint8), np.eye(4))
        (tmp_path / "labels").mkdir(exist_ok=True)
        nibabel.save(label, tmp_path / "labels" / f"{name}.nii.gz")
    table = brainmvp.evaluate(tmp_path / "labels", tmp_path / "labels", labels=["1"], bootstrap=10)
    assert list(table["case"]) == ["007", "NA"] and (table["dice"] == 1).all()


def test_registration(tmp_path: Path) -> None:
    raw = brainmvp.simulate(tmp_path / "raw", studies=1, layout="ixi", voxel=5, seed=1, modalities=["t1", "t2"])
    brainmvp.index(raw, tmp_path / "studies.json")
    found = brainmvp.register(tmp_path / "studies.json", tmp_path / "aligned", reference="t1")
    assert list(found["modality"]) == ["t2"] and list(found["reference"]) == ["t1"] and found["doubtful"].dtype == bool
    assert found["mean_displacement_mm"][0] < 20 and "mm" in found["verdict"][0]
    store = brainmvp.prepare(found.studies, tmp_path / "store", spacing=5)
    assert next(iter(store.values())).modalities == ("t1", "t2")


def test_converting_and_inspecting(runs: Runs, cohort: Cohort, tmp_path: Path) -> None:
    weights = brainmvp.convert(runs.pretraining / "checkpoints" / "last.pt", tmp_path / "weights.safetensors")
    assert brainmvp.Encoder.from_pretrained(weights).network == "uniformer_tiny"  # which its metadata say
    assert "can be resumed from" in brainmvp.inspect(runs.pretraining)
    weights.write_bytes(weights.read_bytes()[:-8])
    with pytest.raises(brainmvp.BadInput, match="weights.safetensors"):
        brainmvp.inspect(weights)
    with pytest.raises(brainmvp.BadInput, match="weights.safetensors"):
        brainmvp.Encoder.from_pretrained(weights)


def test_a_benchmark_s_costs(tmp_path: Path) -> None:
    with pytest.raises(brainmvp.BadInput, match="plan.toml"):
        brainmvp.benchmark(tmp_path / "plan.toml", tmp_path / "out", dry_run=True)


def test_images_of_every_kind(graded: Graded) -> None:
    files = graded.images()
    expected = brainmvp.predict(files, graded.run, threads=1, precision="fp32").numbers
    image = {name: nibabel.load(file) for name, file in files.items()}
    affine = next(iter(image.values())).affine
    values = {name: np.asarray(one.dataobj) for name, one in image.items()}
    kinds: dict[str, tuple[dict[str, object], object]] = {
        "texts": ({name: str(file) for name, file in files.items()}, None),
        "images": (image, None),
        "read-only arrays": ({name: np.broadcast_to(one, one.shape) for name, one in values.items()}, affine),
        "channels first": ({name: one[None] for name, one in values.items()}, affine.tolist()),
        "channels last": ({name: one[..., None] for name, one in values.items()}, affine),
        "doubles": ({name: torch.from_numpy(one.astype(np.float64)) for name, one in values.items()}, affine),
        "volumes": ({name: brainmvp.read_image(file) for name, file in files.items()}, None),
        "MONAI's": ({name: MetaTensor(one.astype(np.float32)[None], affine=torch.from_numpy(affine)) for name, one in values.items()}, None),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for kind, (images, given) in kinds.items():
            assert brainmvp.predict(images, graded.run, given, threads=1, precision="fp32").numbers == expected, kind
    for wrong, kind_of, message in (
        (np.eye(3), brainmvp.UsageError, "expected \\[4, 4\\]"),
        (np.diag([1.0, 1, 1, 2]), brainmvp.UsageError, "last row"),
        ("affine", brainmvp.UsageError, "expected \\[4, 4\\] numbers"),
        (np.full((4, 4), np.nan), brainmvp.BadInput, "not finite"),
        (np.diag([1.0, 1, 0, 1]), brainmvp.BadInput, "singular"),
    ):
        with pytest.raises(kind_of, match=message):
            brainmvp.predict(values, graded.run, wrong)
    for wrong_images in (next(iter(files.values())), [], {"t1": np.array("x")}, {"t1": np.ones((8, 8, 8), complex)}):
        with pytest.raises(brainmvp.UsageError):
            brainmvp.predict(wrong_images, graded.run, affine)  # type: ignore[arg-type]
    with pytest.raises(brainmvp.UsageError, match="shape \\[2, 3"):
        brainmvp.predict({"t1": np.zeros((2, 3, 3, 3))}, graded.run, affine)


def test_scaled_images_of_nibabel_are_not_rounded_anew(graded: Graded, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files = {}
    for name, file in graded.images().items():
        image = nibabel.load(file)
        header = image.header.copy()
        header.set_data_dtype(np.int16)
        scaled = nibabel.Nifti1Image(np.asarray(image.dataobj).astype(np.int16), image.affine, header)
        scaled.header.set_slope_inter(0.37, -3.1)
        files[name] = tmp_path / f"{name}.nii"
        scaled.to_filename(files[name])
    expected = brainmvp.predict(files, graded.run, threads=1, precision="fp32").numbers
    capfd.readouterr()
    images = {name: nibabel.load(file) for name, file in files.items()}
    assert brainmvp.predict(images, graded.run, threads=1, precision="fp32").numbers == expected
    assert "study tmp" not in capfd.readouterr().err  # which names no temporary folder


class Named:
    """A path that is no `Path`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __fspath__(self) -> str:
        return str(self.path)


def test_options_become_words() -> None:
    options = {"labels": [1, "ET"], "percentiles": (5, 95.5), "crop": np.array([16, 24, 16]), "resume": np.True_, "force": False, "only": None}
    words = "--labels 1 --labels ET --percentiles 5 95.5 --crop 16 24 16 --resume"
    assert _words(options) == words.split()  # type: ignore[arg-type]
    for wrong in ({"a": 1}, {1}, range(3), object(), [True], np.ones((2, 2))):
        with pytest.raises(brainmvp.UsageError, match="labels has the value"):
            _words({"labels": wrong})  # type: ignore[dict-item]


def test_labels_by_number_and_paths_of_every_kind(runs: Runs, cohort: Cohort, tmp_path: Path) -> None:
    out = tmp_path / "out"
    table = brainmvp.predict_all(Named(cohort.studies), Named(runs.segmentation), Named(out), threads=1)
    found = brainmvp.evaluate(Named(out), Named(cohort.studies), labels=[1, 2], bootstrap=10)
    assert found["region"].nunique() == 2 and set(found["case"]) == set(table["case"])
    assert list(found[found["dice"] > 0].summary) == list(found.summary)
    header = runs.segmentation / "checkpoints" / "last.pt"
    assert brainmvp.inspect(Named(header)) == brainmvp.inspect(header)


def test_studies_of_other_calls_are_not_in_the_table(runs: Runs, cohort: Cohort, tmp_path: Path) -> None:
    content = json.loads(cohort.studies.read_text())
    rows = content["training"]
    for name, part in (("first", rows[:1]), ("others", rows[1:])):
        (cohort.studies.parent / f"{name}.json").write_text(json.dumps(content | {"training": part}))
    out = tmp_path / "out"
    first, others = (brainmvp.predict_all(cohort.studies.parent / f"{name}.json", runs.segmentation, out, threads=1) for name in ("first", "others"))
    assert len(first) == 1 and len(others) == len(rows) - 1 and not set(first["case"]) & set(others["case"])
    whole = brainmvp.predict_all(cohort.studies, runs.segmentation, out, threads=1, resume=True)
    assert len(whole) == len(rows)


def test_what_no_command_takes(runs: Runs, cohort: Cohort, tmp_path: Path) -> None:
    with pytest.raises(brainmvp.UsageError, match="a shard is no store yet"):
        brainmvp.prepare(cohort.studies, tmp_path / "store", shard="1/2")
    with pytest.raises(brainmvp.UsageError, match="--task brats2018"):  # as the command says it
        brainmvp.finetune("segment", cohort.store, tmp_path / "run", task="brats2018", steps=1)
    empty = tmp_path / "x.pt"
    empty.touch()
    with pytest.raises(brainmvp.BadInput, match="x.pt: no checkpoint"):
        brainmvp.Encoder.from_pretrained(empty)
    with pytest.raises(brainmvp.UsageError, match="an Encoder and a Dataset"):
        brainmvp.embed(brainmvp.make_encoder("uniformer_tiny"), cohort.store)  # type: ignore[arg-type]
