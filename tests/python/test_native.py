"""The compiled module against the program's own outputs on real files, and against nibabel."""

from __future__ import annotations

import ast
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import brainmvp_native
import nibabel
import numpy as np
import pandas as pd
import pytest
import torch
from conftest import Cohort

import brainmvp
from brainmvp import Volume


def reference_values(file: Path) -> np.ndarray:
    return np.asarray(nibabel.load(file).dataobj, np.float64).astype(np.float32)


# Reading

READ = ["base_flair", "base_seg", "dtype_f64", "dtype_u16", "orient_LPS", "orient_PIR", "nifti2"]


@pytest.mark.parametrize("name", READ)
def test_images_are_what_nibabel_reads(data: Path, name: str) -> None:
    file = data / "faulty" / f"{name}.nii.gz"
    found = brainmvp.read_image(file)
    np.testing.assert_allclose(found.data, reference_values(file), rtol=1e-6)
    np.testing.assert_allclose(found.affine, nibabel.load(file).affine, atol=1e-5)
    assert found.data.dtype == np.float32 and found.header["shape"] == found.data.shape


def test_other_formats_and_scales(data: Path, tmp_path: Path) -> None:
    image = nibabel.load(data / "faulty" / "base_flair.nii.gz")
    values = np.asarray(image.dataobj, np.float32)
    nibabel.save(nibabel.MGHImage(values, image.affine), tmp_path / "flair.mgz")
    scaled = nibabel.Nifti1Image(values.astype(np.int16), image.affine)
    scaled.header.set_slope_inter(0.5, 3)
    scaled.to_filename(tmp_path / "scaled.nii")
    found = brainmvp.read_image(tmp_path / "flair.mgz")
    np.testing.assert_array_equal(found.data, values)
    assert found.header["format"] == "MGH"
    np.testing.assert_allclose(brainmvp.read_image(tmp_path / "scaled.nii").data, reference_values(tmp_path / "scaled.nii"))


def test_channels_and_labels(data: Path) -> None:
    file = data / "faulty" / "four_in_one_4d.nii.gz"
    channels = brainmvp.read_channels(file)
    expected = reference_values(file)
    assert len(channels) == expected.shape[3]
    for number, channel in enumerate(channels):
        np.testing.assert_array_equal(channel.data, expected[..., number])
    with pytest.raises(brainmvp.UsageError, match="4 channels"):
        brainmvp.read_image(file)
    label = brainmvp.read_label(data / "faulty" / "base_seg.nii.gz")
    assert label.data.dtype == np.int32
    np.testing.assert_array_equal(label.data, reference_values(data / "faulty" / "base_seg.nii.gz"))


def test_voxels_that_are_not_finite_are_warned_of(data: Path) -> None:
    file = data / "faulty" / "nan_inf_voxels.nii.gz"
    found = brainmvp.read_image(file)
    expected = reference_values(file)
    assert not np.isfinite(expected).all() and found.header["warnings"]
    np.testing.assert_array_equal(found.data, np.where(np.isfinite(expected), expected, 0))


@pytest.mark.parametrize("name", ["bad_crc.nii.gz", "empty.nii.gz", "html_error_page.nii.gz", "dim_negative.nii", "not there.nii"])
def test_damaged_files_are_named(data: Path, name: str) -> None:
    with pytest.raises(brainmvp.BadInput, match=re.escape(name)):
        brainmvp.read_image(data / "faulty" / name)


def test_arrays_are_not_copied(data: Path) -> None:
    found = brainmvp.read_image(data / "faulty" / "base_flair.nii.gz").data
    assert found.flags.f_contiguous and found.flags.writeable and not found.flags.owndata
    tensor = torch.from_dlpack(found)
    assert tensor.data_ptr() == found.__array_interface__["data"][0]
    tensor[0, 0, 0] = 12345
    assert found[0, 0, 0] == 12345
    again = brainmvp.read_image(data / "faulty" / "base_flair.nii.gz").data
    del found
    assert tensor[0, 0, 0] == 12345 and again[0, 0, 0] != 12345


def test_a_volume_is_an_array_and_has_an_identity(tmp_path: Path) -> None:
    for kind in (np.float16, np.longdouble):
        volume = Volume(np.full((3, 4, 5), 1.5, kind), np.eye(4))
        volume.to_nibabel().to_filename(tmp_path / "x.nii")
        assert (np.asarray(nibabel.load(tmp_path / "x.nii").dataobj) == 1.5).all()
        assert volume in [volume] and np.asarray(volume, np.float32).shape == (3, 4, 5) and len({volume}) == 1
    like = Volume(np.ones((3, 4, 5)), np.eye(4))
    brainmvp.resample(like, like).affine[0, 3] = 5  # type: ignore[index,call-overload]
    assert like.affine[0, 3] == 0  # type: ignore[index,call-overload]


def test_a_header_without_orientation_is_warned_of() -> None:
    bare = nibabel.Nifti1Image(np.ones((3, 4, 5), np.float32), None).from_bytes(nibabel.Nifti1Image(np.ones((3, 4, 5), np.float32), None).to_bytes())
    with pytest.warns(UserWarning, match="no orientation, so left and right are unknown"):
        brainmvp.resample(bare, bare)


def test_scaled_label_maps_of_nibabel(tmp_path: Path) -> None:
    header = nibabel.Nifti1Header()
    header.set_data_dtype(np.int16)
    image = nibabel.Nifti1Image(10 * np.arange(27, dtype=np.int16).reshape(3, 3, 3), np.eye(4), header)
    image.header.set_slope_inter(0.1, 0)
    image.to_filename(tmp_path / "x.nii")
    scaled = nibabel.load(tmp_path / "x.nii")
    assert (brainmvp.compare_labels(scaled, tmp_path / "x.nii")["dice"] == 1).all()


def test_volumes_become_files(tmp_path: Path) -> None:
    for kind in (np.bool_, np.int64, np.uint8, np.float32):
        values = (np.arange(60).reshape(3, 4, 5) % 2).astype(kind)
        nibabel.save(Volume(values, np.diag([1, 2, 3, 1])).to_nibabel(), tmp_path / "image.nii.gz")
        again = brainmvp.read_label(tmp_path / "image.nii.gz")
        np.testing.assert_array_equal(again.data, values)
        np.testing.assert_allclose(again.affine, np.diag([1, 2, 3, 1]))


# Arguments


def test_every_form_of_an_image_is_taken(data: Path) -> None:
    file = data / "faulty" / "base_flair.nii.gz"
    image = nibabel.load(file)
    values = np.asarray(image.dataobj, np.float32)
    read_only = values.copy()
    read_only.flags.writeable = False
    padded = np.zeros((values.shape[0] * 2, values.shape[1], values.shape[2] + 3), np.float64)
    padded[::2, ::-1, 3:] = values
    forms: list[Any] = [
        str(file),
        image,
        Volume(values, image.affine),
        Volume(np.asfortranarray(values), image.affine.tolist()),
        Volume(read_only, image.affine),
        Volume(padded[::2, ::-1, 3:], image.affine),
        Volume(torch.from_numpy(values.copy()).requires_grad_(), image.affine),
        brainmvp.read_image(file),
    ]
    target = Volume(np.zeros((20, 22, 18)), image.affine @ np.diag([2, 2, 2, 1]))
    expected = brainmvp.resample(file, target).data
    for form in forms:
        np.testing.assert_array_equal(brainmvp.resample(form, target).data, expected)


GOOD = np.random.default_rng(1).random((8, 9, 10)).astype(np.float32)
WRONG = {
    "two axes": (Volume(GOOD[0], np.eye(4)), brainmvp.UsageError, r"\[9, 10\]"),
    "four axes": (Volume(GOOD[None], np.eye(4)), brainmvp.UsageError, r"expected \[H, W, D\]"),
    "no voxels": (Volume(GOOD[:0], np.eye(4)), brainmvp.UsageError, r"\[0, 9, 10\]"),
    "texts": (Volume(np.full((4, 4, 4), "a"), np.eye(4)), brainmvp.UsageError, "expected numbers"),
    "complex": (Volume(GOOD.astype(np.complex64), np.eye(4)), brainmvp.UsageError, "complex64"),
    "not finite": (Volume(np.where(GOOD > 0.99, np.nan, GOOD), np.eye(4)), brainmvp.BadInput, "not finite"),
    "no affine": (GOOD, brainmvp.UsageError, r"Volume\(array, affine\)"),
    "affine of 3": (Volume(GOOD, np.eye(3)), brainmvp.UsageError, r"\[3, 3\]"),
    "singular": (Volume(GOOD, np.diag([1, 1, 0, 1])), brainmvp.BadInput, "singular"),
    "affine of texts": (Volume(GOOD, [["a"] * 4] * 4), brainmvp.UsageError, r"expected \[4, 4\]"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_images_are_refused(case: str) -> None:
    image, kind, message = WRONG[case]
    good = Volume(GOOD, np.eye(4))
    for use in (
        lambda: brainmvp.align(good, image),
        lambda: brainmvp.resample(image, good),
        lambda: image.to_nibabel() if isinstance(image, Volume) and case.startswith(("two", "four", "aff", "sing")) else brainmvp.align(image, good),
    ):
        with pytest.raises(kind, match=message):
            use()


def test_the_module_itself_takes_only_its_types() -> None:
    for wrong in (GOOD.astype(np.float64), GOOD[0], GOOD.tolist(), None):
        with pytest.raises(TypeError):
            brainmvp_native.align(wrong, np.eye(4), GOOD, np.eye(4), 1.0, 0)


# Metrics


@pytest.fixture(scope="session")
def lesions(data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A reference with real lesions as two labels, and a prediction: moved, with a piece that is missing and one that is false."""
    folder = tmp_path_factory.mktemp("lesions")
    image = nibabel.load(next((data / "openms" / "patient26").glob("*gold*")))
    reference = (np.asarray(image.dataobj) > 0).astype(np.uint8)
    reference[:, : reference.shape[1] // 2][reference[:, : reference.shape[1] // 2] > 0] = 2
    prediction = np.roll(reference, (1, 0, 1), (0, 1, 2))
    prediction[: prediction.shape[0] // 3] = 0
    prediction[60:64, 60:63, 60:65] = 1
    for name, values in (("reference", reference), ("prediction", prediction)):
        (folder / name).mkdir()
        nibabel.save(nibabel.Nifti1Image(values, image.affine), folder / name / "case.nii.gz")
    return folder / "prediction" / "case.nii.gz", folder / "reference" / "case.nii.gz"


def evaluated(prediction: Path, reference: Path, **options: Any) -> pd.DataFrame:
    table = brainmvp.evaluate(prediction, reference, **options).drop(columns=["case", "missing"])
    table["region"] = table["region"].astype(str)
    return pd.DataFrame(table).set_index("region")


@pytest.mark.parametrize("tolerance, min_iou, min_volume", [(1.0, 0.0, 0.0), (2.5, 0.2, 30.0)])
def test_metrics_are_those_of_evaluate(lesions: tuple[Path, Path], tolerance: float, min_iou: float, min_volume: float) -> None:
    prediction, reference = lesions
    expected = evaluated(prediction, reference, tolerance_mm=tolerance, lesion_iou=min_iou, min_lesion_mm3=min_volume)
    found = brainmvp.compare_labels(prediction, reference, tolerance_mm=tolerance, min_iou=min_iou, min_volume_mm3=min_volume)
    assert list(found.index) == ["1", "2"] and 0 < found["dice"].min() < found["dice"].max() < 1
    pd.testing.assert_frame_equal(found, expected[found.columns], check_dtype=False, rtol=0, atol=0)


def test_regions_and_arrays(lesions: tuple[Path, Path]) -> None:
    prediction, reference = lesions
    expected = evaluated(prediction, reference, region=["all=1,2", "first=1"])
    regions = {"all": (1, 2), "first": 1}
    pd.testing.assert_frame_equal(brainmvp.compare_labels(prediction, reference, regions), expected, check_dtype=False, rtol=0, atol=0)
    values = np.asarray(nibabel.load(prediction).dataobj)
    for form in (values, values.astype(np.float32), torch.from_numpy(values), nibabel.load(prediction)):
        pd.testing.assert_frame_equal(brainmvp.compare_labels(form, reference, regions), expected, check_dtype=False, rtol=0, atol=0)
    mask = brainmvp.compare_labels(values > 0, Volume(brainmvp.read_label(reference).data > 0, nibabel.load(reference).affine))
    assert mask.loc["1", "dice"] == expected.loc["all", "dice"]


def test_empty_maps_and_ignored_voxels() -> None:
    empty = Volume(np.zeros((6, 6, 6), np.uint8), np.eye(4))
    box = Volume(np.pad(np.ones((2, 2, 2), np.int64), 2), np.eye(4))
    both = brainmvp.compare_labels(empty, empty, {"lesion": 1}).loc["lesion"]
    assert both["dice"] == 1 and both["hd95_mm"] == 0 and both["lesion_f1"] == 1
    one = brainmvp.compare_labels(empty, box, {"lesion": 1}).loc["lesion"]
    assert one["dice"] == 0 and one["hd95_mm"] == pytest.approx(np.sqrt(3 * 36)) and np.isfinite(one.astype(float)).all()
    assert len(brainmvp.compare_labels(empty, empty)) == 0
    unlabelled = box.data.copy()
    unlabelled[0] = 9
    more = box.data.copy()
    more[0] = 1
    assert brainmvp.compare_labels(more, Volume(unlabelled, np.eye(4)), {"lesion": 1}, ignore=9).loc["lesion", "dice"] == 1


def test_an_ignored_value_is_in_no_region() -> None:
    rng = np.random.default_rng(1)
    reference, prediction = (rng.integers(0, 4, (8, 8, 8)).astype(np.int32) for _ in range(2))
    counted = reference != 2
    for regions in ({"any": (1, 2, 3)}, None):
        found = brainmvp.compare_labels(prediction, Volume(reference, np.eye(4)), regions, ignore=2)
        expected = brainmvp.compare_labels(prediction * counted, Volume(reference * counted, np.eye(4)), regions)
        pd.testing.assert_frame_equal(found, expected)
    same = brainmvp.compare_labels(reference, Volume(reference, np.eye(4)), ignore=1)
    assert list(same.index) == ["2", "3"] and (same["dice"] == 1).all()


@pytest.mark.parametrize(
    "prediction, kind, message",
    [
        (np.zeros((6, 6, 5), np.uint8), brainmvp.BadInput, r"\[6, 6, 5\] voxels"),
        (np.full((6, 6, 6), 0.5), brainmvp.BadInput, "whole numbers"),
        (np.full((6, 6, 6), np.nan), brainmvp.BadInput, "whole numbers"),
        (np.full((6, 6, 6), 2**40), brainmvp.BadInput, "32 bits"),
        (np.full((6, 6, 6), 2.0**31, np.float32), brainmvp.BadInput, "32 bits"),
        (np.ma.masked_less(np.arange(216).reshape(6, 6, 6), 3), brainmvp.UsageError, "masked"),
        (Volume(np.zeros((6, 6, 6), np.uint8), np.diag([1, 1, 1.01, 1])), brainmvp.BadInput, "corners lie up to 0.05 mm"),
        (np.zeros((6, 6)), brainmvp.UsageError, r"\[6, 6\]"),
        ("not there.nii", brainmvp.BadInput, "not there.nii"),
    ],
)
def test_wrong_predictions_are_refused(prediction: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        brainmvp.compare_labels(prediction, Volume(np.ones((6, 6, 6), np.uint8), np.eye(4)))


@pytest.mark.parametrize("wrong", [{"tolerance_mm": -1}, {"min_iou": 2}, {"min_volume_mm3": float("nan")}, {"regions": {}}, {"regions": {"a": ()}}, {"regions": {"a": 1.5}}, {"regions": {"a": "x"}}])
def test_wrong_options_of_the_metrics(wrong: dict[str, Any]) -> None:
    box = Volume(np.ones((6, 6, 6), np.uint8), np.eye(4))
    with pytest.raises(brainmvp.UsageError):
        brainmvp.compare_labels(box, box, **wrong)


def test_a_sheared_grid_is_warned_of() -> None:
    sheared = np.eye(4)
    sheared[0, 1] = 0.2
    box = Volume(np.ones((6, 6, 6), np.uint8), sheared)
    with pytest.warns(UserWarning, match="sheared"):
        brainmvp.compare_labels(box, box)


# Registration


def turned(image: nibabel.Nifti1Image) -> np.ndarray:
    angle = np.deg2rad(5)
    motion = np.eye(4)
    motion[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    motion[:3, 3] = (2, -1, 1.5)
    moved: np.ndarray = motion @ image.affine
    return moved


def motion_of(record: dict[str, list[float]]) -> np.ndarray:
    x, y, z = record["versor"]
    w = np.sqrt(1 - x * x - y * y - z * z)
    result = np.eye(4)
    result[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    centre = np.array(record["centre_mm"])
    result[:3, 3] = centre + record["translation_mm"] - result[:3, :3] @ centre
    return result


def test_an_alignment_is_that_of_register(head: dict[str, Path], tmp_path: Path) -> None:
    image = nibabel.load(head["flair"])
    nibabel.save(nibabel.Nifti1Image(np.asarray(image.dataobj), turned(image)), tmp_path / "flair.nii.gz")
    studies = {"training": [{"id": "p1", "image": [str(head["t1"]), str(tmp_path / "flair.nii.gz")], "modality": ["t1", "flair"]}]}
    (tmp_path / "studies.json").write_text(json.dumps(studies))
    brainmvp.register(tmp_path / "studies.json", tmp_path / "registered")
    record = json.loads((tmp_path / "registered" / "p1" / "registration.json").read_text())
    expected = next(one for one in record["images"] if one["modality"] == "flair")
    found = brainmvp.align(head["t1"], tmp_path / "flair.nii.gz")
    information = expected["mutual_information"]
    assert (found.information_before, found.information_after) == (information["before"], information["after"])
    assert found.displacement_mm == expected["mean_displacement_mm"] and found.angle_degrees == expected["rotation_degrees"]
    for name in ("overlap", "repeat_mm", "doubtful", "verdict"):
        assert getattr(found, name) == expected[name]
    np.testing.assert_allclose(found.to_moving, motion_of(expected["motion"]), atol=1e-9)
    back = brainmvp.resample(found.moved(tmp_path / "flair.nii.gz"), head["t1"])
    registered = brainmvp.read_image(tmp_path / "registered" / "p1" / "flair.nii.gz")
    np.testing.assert_allclose(back.data, registered.data, atol=0.51, rtol=1e-5)
    np.testing.assert_array_equal(found.resampled(tmp_path / "flair.nii.gz", head["t1"]).data, back.data)
    assert brainmvp.align(head["t1"], tmp_path / "flair.nii.gz").information_after == found.information_after


def test_what_cannot_be_aligned(head: dict[str, Path]) -> None:
    with pytest.raises(brainmvp.BadInput, match="same value"):
        brainmvp.align(head["t1"], Volume(np.ones((8, 8, 8)), np.eye(4)))
    with pytest.raises(brainmvp.BadInput, match="fewer than 4"):
        brainmvp.align(head["t1"], Volume(GOOD[:3], np.eye(4)))
    for wrong in ({"finest_mm": 0}, {"seed": -1}):
        with pytest.raises(brainmvp.UsageError):
            brainmvp.align(head["t1"], head["t2"], **wrong)


# Simulation


def test_a_simulated_study_is_that_of_simulate(cohort: Cohort, tmp_path: Path) -> None:
    brainmvp.simulate(tmp_path / "raw", studies=2, layout="brats2021", voxel=5, seed=3)
    table = pd.read_csv(tmp_path / "raw" / "simulation.tsv", sep="\t")
    found = brainmvp.simulate_study("brats2021", 1, studies=2, voxel=5, seed=3)
    rows = table[table["study"] == found.id].set_index("modality")
    assert set(rows.index) == set(found.images) == {"t1", "t1c", "t2", "flair"}
    for name, volume in found.images.items():
        image = nibabel.load(tmp_path / "raw" / rows.loc[name, "file"])
        np.testing.assert_array_equal(np.rint(volume.data), np.asarray(image.dataobj))
        np.testing.assert_allclose(volume.affine, image.affine, atol=1e-5)
        assert found.protocols[name] == rows.loc[name, "protocol"] and found.pathology == rows.loc[name, "pathology"]
        assert found.lesion_ml == pytest.approx(rows.loc[name, "lesion_ml"]) and found.field_tesla == rows.loc[name, "field_t"]
    label = nibabel.load(next((tmp_path / "raw").rglob(f"{found.id}_seg.nii.gz")))
    np.testing.assert_array_equal(found.labels[0].data, np.asarray(label.dataobj))


@pytest.mark.parametrize(
    "wrong, message",
    [
        ({"layout": "brats2021x"}, "brats2021"),
        ({"pathology": "strok"}, "stroke"),
        ({"modalities": ["t9"]}, "t9"),
        ({"number": 8}, "number"),
        ({"voxel": 0}, "voxel"),
        ({"skull": "half"}, "skull"),
        ({"heads": [99]}, "99"),
        ({"seed": -1}, "seed"),
    ],
)
def test_wrong_simulations(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(brainmvp.UsageError, match=message):
        brainmvp.simulate_study(**{"voxel": 5, **wrong})


# Stores


@pytest.mark.parametrize("form", ["store", "compressed"])
@pytest.mark.parametrize("intensities", ["clipped", "unclipped"])
def test_crops_are_the_same_without_the_module(cohort: Cohort, form: str, intensities: str, monkeypatch: pytest.MonkeyPatch) -> None:
    study = next(study for study in getattr(cohort, form).values() if study.has_label)
    boxes = (((0, 0, 0), (32, 16, 24)), ((-7, 5, 20), (40, 48, 30)), ((100, 0, 0), (8, 8, 8)))
    compiled = [volume.crop(start, size, intensities) for volume in study.volumes.values() for start, size in boxes]
    monkeypatch.setattr("brainmvp.store._HAS_READER", False)
    plain = [volume.crop(start, size, intensities) for volume in study.volumes.values() for start, size in boxes]
    assert any(crop.any() for crop in plain)
    for one, other in zip(compiled, plain):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("form, keep", [("store", 500), ("compressed", 40), ("compressed", 3000)])
def test_a_truncated_volume_is_named_by_a_crop(cohort: Cohort, form: str, keep: int, tmp_path: Path) -> None:
    study = next(iter(getattr(cohort, form).values()))
    volume = study[study.modalities[0]]
    damaged = tmp_path / volume.path.name
    damaged.write_bytes(volume.path.read_bytes()[:keep])
    with pytest.raises(brainmvp.BadInput, match=damaged.name):
        type(volume)(damaged, volume.shape, volume.affine, False).crop((0, 0, 0), volume.shape)
    with pytest.raises(brainmvp.BadInput, match="not_there"):
        type(volume)(tmp_path / f"not_there{damaged.suffix}", volume.shape, volume.affine, False).crop((0, 0, 0), (4, 4, 4))
    with pytest.raises(brainmvp.BadInput, match="volume that a store has|another size"):
        type(volume)(volume.path, volume.shape, volume.affine, True).crop((0, 0, 0), (4, 4, 4))


def test_a_destination_must_fit() -> None:
    for wrong in (np.zeros((4, 4, 4)), np.zeros((4, 4), np.float32), np.asfortranarray(np.zeros((4, 5, 6), np.float32))):
        with pytest.raises(TypeError):
            brainmvp_native.copy_image_crop("a.nii", (4, 4, 4), (0, 0, 0), True, wrong)


# The module


INTERRUPTED = """
import numpy as np, brainmvp
noise = np.random.default_rng(0).random((160, 160, 160), np.float32)
image = brainmvp.Volume(noise, np.eye(4))
print("ready", flush=True)
try:
    while True:
        brainmvp.align(image, image)
except KeyboardInterrupt:
    small = brainmvp.Volume(noise[:16, :16, :16], np.eye(4))
    print("stopped", brainmvp.align(small, small).displacement_mm < 1, flush=True)
"""


def test_ctrl_c_stops_the_work() -> None:
    with subprocess.Popen([sys.executable, "-c", INTERRUPTED], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        time.sleep(1)  # so that it is within the library
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == "stopped True\n"
    assert process.returncode == 0


def test_other_threads_go_on() -> None:
    done = threading.Event()

    def work() -> None:
        brainmvp.simulate_study("brats2021", voxel=4)
        done.set()

    worker = threading.Thread(target=work)
    worker.start()
    turns = 0
    while not done.wait(0.001):
        turns += 1
    worker.join()
    assert turns > 10


def test_without_the_module_it_says_what_to_install(tmp_path: Path) -> None:
    code = "import brainmvp\ntry:\n    brainmvp.read_image('a.nii')\nexcept brainmvp.UsageError as error:\n    print(error)"
    environment = {**os.environ, "PYTHONPATH": str(Path(brainmvp.__file__).parents[1])}
    said = subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True).stdout
    assert "brainmvp_native" in said and "install the wheel" in said
    checked = subprocess.run([sys.executable, "-m", "brainmvp.check"], env=environment, capture_output=True, text=True)
    assert checked.returncode == 1 and re.search("^native: does not work: .*install the wheel", checked.stdout, re.M)


def test_the_stub_is_true() -> None:
    stub = Path(brainmvp.__file__).parents[1] / "brainmvp_native" / "__init__.pyi"
    promised = {
        node.name: [argument.arg for argument in node.args.args]
        for node in ast.parse(stub.read_text()).body
        if isinstance(node, ast.FunctionDef)
    }
    bound = {name: getattr(brainmvp_native, name) for name in dir(brainmvp_native) if not name.startswith("_")}
    assert set(bound) == set(promised)
    for name, function in bound.items():
        signature = function.__nb_signature__[0][0]
        assert re.findall(r"(?:^|, )(\w+): ", signature.partition("(")[2].rpartition(")")[0]) == promised[name], signature
