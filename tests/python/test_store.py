"""Stores in Python against the program's reader, value by value."""

from __future__ import annotations

import copy
import json
import os
import pickle
import shutil
import subprocess
import warnings
from pathlib import Path

import nibabel
import numpy as np
import pytest
import torch
from conftest import Cohort
from torch.utils.data import DataLoader

import brainmvp
from brainmvp.dataset import template_crop


def program_values(store: brainmvp.Store, number: int, name: str, start: tuple[int, ...], size: tuple[int, ...], intensities: str) -> np.ndarray:
    def joined(values: tuple[int, ...]) -> str:
        return ",".join(map(str, values))

    command = [os.environ["BRAINMVP_STORE_VALUES"], str(store.folder), str(number), name, joined(start), joined(size), intensities]
    printed = subprocess.run(command, check=True, capture_output=True).stdout
    return np.frombuffer(printed, np.uint8 if name == "label" else np.float32).reshape(size)


@pytest.mark.parametrize("form", ["store", "compressed"])
@pytest.mark.parametrize("intensities", ["clipped", "unclipped"])
@pytest.mark.parametrize("start, size", [((0, 0, 0), (32, 16, 24)), ((-7, 5, 20), (40, 48, 30)), ((100, 0, 0), (8, 8, 8))])
def test_crops_are_the_program_s(cohort: Cohort, form: str, intensities: str, start: tuple[int, int, int], size: tuple[int, int, int]) -> None:
    store = getattr(cohort, form)
    for number, study in enumerate(store.values()):
        for name, volume in study.volumes.items():
            expected = program_values(store, number, name, start, size, intensities)
            found = volume.crop(start, size, intensities)
            assert found.dtype == expected.dtype
            np.testing.assert_array_equal(found, expected)


def test_values_reach_beyond_the_percentiles_only_unclipped(cohort: Cohort) -> None:
    study = next(iter(cohort.store.values()))
    volume = study[study.modalities[0]]
    assert volume.crop((0, 0, 0), volume.shape).max() > 1
    assert volume.crop((0, 0, 0), volume.shape, "clipped").max() == 1


def test_a_volume_is_mapped_with_its_affine(cohort: Cohort) -> None:
    study = next(iter(cohort.store.values()))
    name = study.modalities[0]
    mapped = study[name].mapped()
    assert isinstance(mapped, np.memmap) and not mapped.flags.writeable
    image = nibabel.load(study[name].path)
    np.testing.assert_allclose(study[name].affine, image.affine)
    np.testing.assert_allclose(np.asarray(study[name]), np.clip(image.get_fdata(), -5, 5), atol=1e-6)
    assert np.asarray(study[name]).dtype == np.float32 and np.asarray(study[name], np.float64).dtype == np.float64
    assert repr(cohort.store).endswith(": 3 studies of flair, t1, t1c, t2)")
    np.testing.assert_array_equal(cohort.compressed[study.id][name].mapped(), mapped)


def test_a_volume_that_was_prepared_anew_is_read_anew(cohort: Cohort, tmp_path: Path) -> None:
    shutil.copytree(cohort.store.folder, tmp_path / "store")
    first, second, *_ = (study["flair"] for study in brainmvp.Store(tmp_path / "store").values() if "flair" in study)
    before = np.array(first.mapped())
    content = bytearray(first.path.read_bytes())
    content[-2:] = b"\x01\x02"
    first.path.with_suffix(".new").write_bytes(content)
    first.path.with_suffix(".new").replace(first.path)  # as prepare does
    assert first.mapped()[-1, -1, -1] == 0x0201 != before[-1, -1, -1]
    second.path.write_bytes(second.path.read_bytes()[:500])
    with pytest.raises(brainmvp.BadInput, match="flair"):
        second.crop((0, 0, 0), (8, 8, 8))


@pytest.mark.parametrize("form, keep", [("store", 500), ("compressed", 40), ("compressed", 60), ("compressed", 3000)])
def test_a_truncated_volume_is_named(cohort: Cohort, form: str, keep: int, tmp_path: Path) -> None:
    study = next(iter(getattr(cohort, form).values()))
    volume = study[study.modalities[0]]
    damaged = tmp_path / volume.path.name
    damaged.write_bytes(volume.path.read_bytes()[:keep])
    with pytest.raises(brainmvp.BadInput, match=damaged.name):
        type(volume)(damaged, volume.shape, volume.affine, False).mapped()


def test_a_flipped_bit_in_a_chunk_is_found(cohort: Cohort, tmp_path: Path) -> None:
    study = next(iter(cohort.compressed.values()))
    volume = study[study.modalities[0]]
    content = bytearray(volume.path.read_bytes())
    content[-20] ^= 1
    damaged = tmp_path / volume.path.name
    damaged.write_bytes(content)
    with pytest.raises(brainmvp.BadInput, match="chunk"):
        type(volume)(damaged, volume.shape, volume.affine, False).mapped()


def test_no_store_is_refused(tmp_path: Path) -> None:
    with pytest.raises(brainmvp.BadInput, match="store.json"):
        brainmvp.Store(tmp_path)


@pytest.mark.parametrize("file, entry", [("store.json", "parameters"), ("store.json", "studies"), ("study.json", "grid"), ("study.json", "label")])
def test_a_store_without_an_entry_is_refused(cohort: Cohort, file: str, entry: str, tmp_path: Path) -> None:
    shutil.copytree(cohort.store.folder, tmp_path / "store")
    path = next((tmp_path / "store").rglob(file))
    record = json.loads(path.read_text())
    del record[entry]
    path.write_text(json.dumps(record))
    with pytest.raises(brainmvp.BadInput, match=f"{file}.*{entry}"):
        brainmvp.Store(tmp_path / "store")


def test_studies_can_be_compared_and_kept_in_sets(cohort: Cohort) -> None:
    first, second, _ = cohort.store.values()
    assert first != second and first == cohort.store[first.id] and len({first, second, first}) == 2
    assert len({*first.volumes.values(), *first.volumes.values()}) == len(first.volumes)


def test_a_name_and_a_number_of_numpy_will_do(cohort: Cohort) -> None:
    data = brainmvp.Dataset(cohort.store, np.int64(16), "flair")
    assert data.channels == ("flair",) and data[np.int64(0)]["image"].shape == (1, 16, 16, 16)


@pytest.mark.parametrize("form", ["store", "compressed"])
def test_dataset_with_workers(cohort: Cohort, form: str) -> None:
    store = getattr(cohort, form)
    data = brainmvp.Dataset(store, crop=(24, 32, 40), split="training")
    batches = list(DataLoader(data, batch_size=1, num_workers=2))
    assert [batch["id"][0] for batch in batches] == [study.id for study in store.values() if study.split == "training"]
    for batch in batches:
        study = store[batch["id"][0]]
        assert batch["image"].shape == (1, 4, 24, 32, 40) and batch["image"].dtype == torch.float32
        assert batch["label"].shape == (1, 1, 24, 32, 40) and batch["label"].dtype == torch.uint8
        start = np.linalg.solve(study.affine, batch["affine"][0].numpy())[:3, 3].round().astype(int)
        for channel, name in enumerate(data.channels):
            assert batch["present"][0, channel] == (name in study)
            expected = study[name].crop(tuple(start), (24, 32, 40)) if name in study else np.zeros((24, 32, 40))
            np.testing.assert_array_equal(batch["image"][0, channel].numpy(), expected)


def test_monai_transforms_in_workers(cohort: Cohort) -> None:
    from monai.transforms import Compose, EnsureTyped, RandFlipd, RandSpatialCropd, ScaleIntensityd

    transform = Compose(
        [
            EnsureTyped(["image", "label"]),
            ScaleIntensityd("image", minv=0, maxv=2),
            RandFlipd(["image", "label"], prob=1.0, spatial_axis=0),
            RandSpatialCropd(["image", "label"], (16, 16, 8), random_size=False),
        ]
    )
    data = brainmvp.Dataset(cohort.store, crop=24, transform=transform)
    batches = list(DataLoader(data, batch_size=1, num_workers=2))
    assert [batch["id"][0] for batch in batches] == list(cohort.store)
    for batch in batches:
        assert batch["image"].shape == (1, 4, 16, 16, 8) and batch["label"].shape == (1, 1, 16, 16, 8)
        assert 0 <= batch["image"].min() and batch["image"].max() <= 2


def test_monai_s_loader_seeds_its_transforms_in_each_worker(cohort: Cohort) -> None:
    from monai.data import DataLoader as MonaiDataLoader
    from monai.transforms import RandGaussianNoised

    data = brainmvp.Dataset(cohort.store, crop=None, channels=["flair"], transform=RandGaussianNoised("image", prob=1.0, std=1.0))
    plain = brainmvp.Dataset(cohort.store, crop=None, channels=["flair"])
    noisy = [batch["image"].numpy()[0] for batch in MonaiDataLoader(data, num_workers=2)]
    drawn = [(values - plain[number]["image"].numpy()).ravel()[:1000] for number, values in enumerate(noisy)]
    assert np.abs(drawn[0] - drawn[1]).max() > 0.1


def test_a_dataset_goes_to_spawned_processes(cohort: Cohort) -> None:
    data = brainmvp.Dataset(cohort.store, crop=None)
    for other in (pickle.loads(pickle.dumps(data)), copy.deepcopy(data)):
        assert torch.equal(other[1]["image"], data[1]["image"]) and torch.equal(other[1]["label"], data[1]["label"])


def test_studies_without_labels(cohort: Cohort) -> None:
    some = copy.deepcopy(cohort.store)
    first = next(iter(some))
    del some[first].volumes["label"]
    with pytest.warns(UserWarning, match="1 of 3 studies have no label map"):
        assert "label" not in brainmvp.Dataset(some, crop=16)[1]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        labelled = brainmvp.Dataset(some, crop=16, label=True)
        assert first not in [study.id for study in labelled.studies] and len(labelled) == 2 and "label" in labelled[0]
        assert "label" not in brainmvp.Dataset(some, crop=16, label=False)[1] and len(brainmvp.Dataset(some, label=False)) == 3
    for study in some.values():
        study.volumes.pop("label", None)
    with pytest.raises(brainmvp.NothingFound, match="label map"):
        brainmvp.Dataset(some, label=True)


def test_the_cohort_lacks_images(cohort: Cohort) -> None:
    assert any(len(study.modalities) < 4 for study in cohort.store.values())


def test_a_template_fills_what_is_missing(cohort: Cohort) -> None:
    learned = {name: np.full((40, 40, 40), number + 1.0) for number, name in enumerate(cohort.store.modalities)}
    data = brainmvp.Dataset(cohort.store, crop=16, fill="template", templates=learned)
    missing = 0
    for number in range(len(data)):
        sample = data[number]
        for channel in range(4):
            if not sample["present"][channel]:
                missing += 1
                assert set(np.unique(sample["image"][channel])) <= {0.0, channel + 1.0}
    assert missing > 0


def test_copies_of_templates_keep_their_spacing(cohort: Cohort) -> None:
    templates = brainmvp.Templates({"t1": np.ones((8, 8, 8), np.float32)})
    templates.spacing_mm = 8
    for copy in (templates, templates.copy(), templates | {}):
        with pytest.raises(brainmvp.UsageError, match="voxels of 8 mm"):
            brainmvp.Dataset(cohort.store, fill="template", templates=copy)


def test_crops_of_numpy_and_studies_as_mappings(cohort: Cohort) -> None:
    assert brainmvp.Dataset(cohort.store, crop=np.array([8, 9, 10]))[0]["image"].shape[1:] == (8, 9, 10)  # type: ignore[arg-type]
    for wrong in (16.0, (8, 8), "8", np.zeros(3, int)):
        with pytest.raises(brainmvp.UsageError, match="crop is"):
            brainmvp.Dataset(cohort.store, crop=wrong)  # type: ignore[arg-type]
    study = next(iter(cohort.store.values()))
    assert list(study) == list(study.volumes) and len(study) == len(study.volumes)


def test_a_template_lies_centred_on_the_padded_volume() -> None:
    template = np.arange(10.0).reshape(10, 1, 1)
    # A volume of 5, padded to 8 with 1 in front, in the middle of 10: voxel 0 lies at 1 + 1 of the grid.
    np.testing.assert_array_equal(template_crop(template, (5, 1, 1), (0, 0, 0), (8, 1, 1)).ravel(), [2, 3, 4, 5, 6, 7, 8, 9])
    np.testing.assert_array_equal(template_crop(template, (5, 1, 1), (-4, 0, 0), (8, 1, 1)).ravel(), [0, 0, 0, 1, 2, 3, 4, 5])


@pytest.mark.parametrize("wrong", [{"fill": "template"}, {"fill": "mean"}, {"channels": ["pet"]}, {"channels": []}, {"crop": 0}, {"split": "train"}, {"intensities": "raw"}])
def test_wrong_arguments_of_a_dataset(cohort: Cohort, wrong: dict[str, object]) -> None:
    with pytest.raises(brainmvp.UsageError):
        brainmvp.Dataset(cohort.store, **wrong)
