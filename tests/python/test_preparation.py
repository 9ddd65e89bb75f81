"""Studies prepared in memory, against a store of the program and against files of the same images."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brainmvp_native
import nibabel
import numpy as np
import pytest
import torch

import brainmvp
from brainmvp import PreparedStudy, Volume
from brainmvp.volumes import stored_of

Array = np.ndarray[Any, Any]
TYPES = (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64, np.float32, np.float64)


@pytest.mark.parametrize("options", [{}, {"spacing": 2.0, "percentiles": (1, 99), "percentiles_of": "foreground"}])
def test_a_prepared_study_is_that_of_a_store(data: Path, head: dict[str, Path], tmp_path: Path, options: dict[str, Any]) -> None:
    label = data / "faulty" / "base_seg.nii.gz"
    studies = {"training": [{"id": "p1", "image": [str(file) for file in head.values()], "modality": list(head), "label": str(label)}]}
    (tmp_path / "studies.json").write_text(json.dumps(studies))
    stored = brainmvp.prepare(tmp_path / "studies.json", tmp_path / "store", **options)["p1"]
    images = {name: nibabel.load(file) for name, file in head.items()}
    arrays = {name: Volume(np.asarray(image.dataobj), image.affine) for name, image in images.items()}
    for given, of_label in ((head, label), (images, nibabel.load(label)), (arrays, brainmvp.read_label(label))):
        found = brainmvp.prepare_study(given, of_label, **options)
        assert list(found.volumes) == list(stored.modalities)
        for name, volume in found.volumes.items():
            np.testing.assert_allclose(volume.affine, stored.affine, atol=1e-6)
            np.testing.assert_allclose(np.clip(volume.data, -7, 7), stored[name].mapped() / 4681, atol=0.51 / 4681)
        assert found.label is not None and found.label.data.dtype == np.uint8
        np.testing.assert_array_equal(found.label.data, stored["label"].mapped())
        assert found.way_back["native"]["shape"] == nibabel.load(label).shape


# In memory and in files


def check_same(found: PreparedStudy, expected: PreparedStudy) -> None:
    """Voxel by voxel, and in all that is said."""
    assert list(found.volumes) == list(expected.volumes)
    for name, volume in expected.volumes.items():
        np.testing.assert_array_equal(found.volumes[name].data, volume.data)
        np.testing.assert_array_equal(found.volumes[name].affine, volume.affine)
    assert (found.label is None) == (expected.label is None)
    if found.label is not None and expected.label is not None:
        np.testing.assert_array_equal(found.label.data, expected.label.data)
    np.testing.assert_equal(dict(found.way_back), dict(expected.way_back))
    assert found.warnings == tuple(warning.replace(".nii", "") for warning in expected.warnings)


def oblique() -> Array:
    """Anisotropic, left to right swapped, and turned by angles that single precision rounds."""
    c, s = np.cos(0.3), np.sin(0.3)
    affine = np.diag([-1.1, 0.9, 2.3, 1.0])
    affine[:3, :3] = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ affine[:3, :3]
    affine[:3, 3] = (31.7, -40.3, 12.9)
    return affine


@pytest.fixture(scope="module")
def values(head: dict[str, Path]) -> Array:
    """A part of a real head, from 0 to 120, of three different sides."""
    image = np.asarray(nibabel.load(head["flair"]).dataobj, np.float64)
    part = image[: image.shape[0] - 5, :, : image.shape[2] - 9]
    return np.rint(part * (120 / part.max()))


def saved(folder: Path, array: Array, affine: Array, name: str = "t1") -> Path:
    kept = array.astype(np.uint8) if array.dtype == np.bool_ else array
    nibabel.save(nibabel.Nifti1Image(kept, affine, dtype=kept.dtype), folder / f"{name}.nii")
    return folder / f"{name}.nii"


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("affine", [np.diag([-1.0, -1.0, 1.0, 1.0]), oblique()], ids=["grid", "oblique"])
def test_numbers_of_every_type(values: Array, kind: type, affine: Array, tmp_path: Path) -> None:
    array = values.astype(kind)
    if array.dtype.kind == "f":
        array = (array * array.dtype.type(0.37)) - array.dtype.type(3)
    expected = brainmvp.prepare_study({"t1": saved(tmp_path, array, affine)})
    for form in (array, np.asfortranarray(array), torch.from_numpy(array)):
        check_same(brainmvp.prepare_study({"t1": Volume(form, affine)}), expected)


def gaps(array: Array) -> Array:
    """The same values as every second one of a larger array, the last axis backwards."""
    wide = np.zeros((2 * array.shape[0], array.shape[1] + 3, array.shape[2]), array.dtype)
    wide[::2, 3:, ::-1] = array
    return wide[::2, 3:, ::-1]


def read_only(array: Array) -> Array:
    kept = array.copy()
    kept.flags.writeable = False
    return kept


class OnlyDlpack:
    """What gives nothing but DLPack."""

    def __init__(self, tensor: torch.Tensor) -> None:
        self.tensor = tensor
        self.shape = tensor.shape

    def __dlpack__(self, **options: Any) -> Any:
        return self.tensor.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self.tensor.__dlpack_device__()


FORMS: dict[str, Callable[[Array], Any]] = {
    "axes in another order": lambda array: np.ascontiguousarray(array.transpose(1, 2, 0)).transpose(2, 0, 1),
    "gaps, backwards": gaps,
    "mapped to one plane": lambda array: np.broadcast_to(array[:, :, 20:21], array.shape),
    "read-only": read_only,
    "big-endian": lambda array: array.astype(array.dtype.newbyteorder(">")),
    "half": lambda array: array.astype(np.float16),
    "longer doubles": lambda array: array.astype(np.longdouble),
    "one more axis": lambda array: array[..., np.newaxis],
    "permuted tensor": lambda array: torch.from_numpy(array.transpose(2, 1, 0).copy()).permute(2, 1, 0),
    "tensor with gradients": lambda array: torch.from_numpy(array.copy()).requires_grad_(),
    "bfloat16": lambda array: torch.from_numpy(array.copy()).bfloat16(),
    "DLPack": lambda array: OnlyDlpack(torch.from_numpy(array.copy())),
}


@pytest.mark.parametrize("form", FORMS)
def test_arrays_of_every_form(values: Array, form: str, tmp_path: Path) -> None:
    given = FORMS[form](values.astype(np.float32))
    plain = given.tensor.numpy() if isinstance(given, OnlyDlpack) else given.detach().float().numpy() if isinstance(given, torch.Tensor) else given
    expected = brainmvp.prepare_study({"t1": saved(tmp_path, np.ascontiguousarray(plain, np.float32), oblique())})
    check_same(brainmvp.prepare_study({"t1": Volume(given, oblique())}), expected)


@pytest.mark.parametrize("kind", ["plain", "compressed", "scaled", "big-endian", "4D of one channel"])
def test_images_of_nibabel(values: Array, kind: str, tmp_path: Path) -> None:
    array, file = values.astype(np.int16), tmp_path / ("t1.nii.gz" if kind == "compressed" else "t1.nii")
    header = nibabel.Nifti1Header(endianness=">" if kind == "big-endian" else "<")
    header.set_data_dtype(np.int16)
    image = nibabel.Nifti1Image(array[..., np.newaxis] if kind.startswith("4D") else array, oblique(), header)
    if kind == "scaled":
        image.header.set_slope_inter(0.37, -3.1)
    image.to_filename(file)
    check_same(brainmvp.prepare_study({"t1": nibabel.load(file)}), brainmvp.prepare_study({"t1": file}))


def test_images_of_other_formats(values: Array, tmp_path: Path) -> None:
    nibabel.save(nibabel.MGHImage(values.astype(np.float32), oblique()), tmp_path / "t1.mgz")
    image = nibabel.load(tmp_path / "t1.mgz")
    as_nifti = saved(tmp_path, np.asarray(image.dataobj), image.affine)
    check_same(brainmvp.prepare_study({"t1": image}), brainmvp.prepare_study({"t1": as_nifti}))


@pytest.mark.parametrize("kind", [np.bool_, *TYPES])
@pytest.mark.parametrize("order", ["C", "F"])
def test_label_maps(values: Array, kind: type, order: Any, tmp_path: Path) -> None:
    label = np.array((values > 40).astype(np.int8) + (values > 80), kind, order=order)
    shifted = oblique()
    shifted[:3, 3] += (1.3, -0.4, 0.7)
    image = values.astype(np.float32)
    files = saved(tmp_path, image, oblique()), saved(tmp_path, label, shifted, "label")
    expected = brainmvp.prepare_study({"t1": files[0]}, files[1])
    assert expected.label is not None and set(np.unique(expected.label.data)) == ({0, 1} if kind == np.bool_ else {0, 1, 2})
    check_same(brainmvp.prepare_study({"t1": Volume(image, oblique())}, Volume(label, shifted)), expected)
    check_same(brainmvp.prepare_study({"t1": nibabel.load(files[0])}, nibabel.load(files[1])), expected)


def test_files_and_arrays_are_mixed(values: Array, head: dict[str, Path]) -> None:
    flair = nibabel.load(head["flair"])
    whole = brainmvp.prepare_study({"t1": head["t1"], "flair": head["flair"]}, reference="t1", threads=2)
    mixed = brainmvp.prepare_study({"t1": head["t1"], "flair": Volume(np.asarray(flair.dataobj), flair.affine)}, reference="t1", threads=2)
    check_same(mixed, whole)


def test_values_that_are_not_finite_are_as_in_files(values: Array, tmp_path: Path) -> None:
    array = values.astype(np.float32)
    array[3, 4, 5:9] = np.nan, np.inf, -np.inf, np.nan
    expected = brainmvp.prepare_study({"t1": saved(tmp_path, array, oblique())})
    found = brainmvp.prepare_study({"t1": Volume(array, oblique())})
    check_same(found, expected)
    assert any(warning.startswith("t1: 4 voxels were not finite") for warning in found.warnings)
    assert np.isnan(array).sum() == 2


def test_a_sheared_grid_is_as_in_files(values: Array, tmp_path: Path) -> None:
    sheared = np.eye(4)
    sheared[0, 1] = 0.2
    expected = brainmvp.prepare_study({"t1": saved(tmp_path, values, sheared)})
    check_same(brainmvp.prepare_study({"t1": Volume(values, sheared)}), expected)
    assert any("sheared" in warning for warning in expected.warnings)


@pytest.mark.parametrize("kind", [np.bool_, *TYPES])
def test_nothing_is_copied(kind: type) -> None:
    array = np.ones((4, 5, 6), kind)
    for form in (array, np.asfortranarray(array), array.transpose(1, 2, 0), array[:1], array[..., np.newaxis]):
        assert np.shares_memory(stored_of(Volume(form, np.eye(4)), "t1")[0], form)
    if kind != np.bool_:
        tensor = torch.from_numpy(array)
        assert np.shares_memory(stored_of(Volume(tensor, np.eye(4)), "t1")[0], array)
    assert not np.shares_memory(stored_of(Volume(array[:, ::2], np.eye(4)), "t1")[0], array)


# What is refused


def test_wrong_studies(data: Path, head: dict[str, Path]) -> None:
    with pytest.raises(brainmvp.BadInput, match="no voxel above 0|zero everywhere"):
        brainmvp.prepare_study({"t1": Volume(np.zeros((8, 8, 8)), np.eye(4))})
    with pytest.raises(brainmvp.BadInput, match="no image"):
        brainmvp.prepare_study({})
    with pytest.raises(brainmvp.BadInput, match="not there"):
        brainmvp.prepare_study({"t1": "not there.nii"})
    for name in ("label", "T1", "../t1"):
        with pytest.raises(brainmvp.UsageError, match="names no modality"):
            brainmvp.prepare_study({name: head["t1"]})
    for wrong in ({"spacing": 0}, {"percentiles": (95, 5)}, {"percentiles": (-1, 95)}, {"percentiles_of": "brain"}):
        with pytest.raises(brainmvp.UsageError):
            brainmvp.prepare_study(head, **wrong)


GOOD = np.random.default_rng(1).random((8, 9, 10)).astype(np.float32)
WRONG = {
    "two axes": (Volume(GOOD[0], np.eye(4)), brainmvp.UsageError, r"t1: an array of shape \[9, 10\]"),
    "four axes": (Volume(GOOD[None], np.eye(4)), brainmvp.UsageError, r"expected \[H, W, D\]"),
    "channels": (nibabel.Nifti1Image(np.stack([GOOD, GOOD], 3), np.eye(4)), brainmvp.UsageError, r"\[8, 9, 10, 2\]"),
    "no voxels": (Volume(GOOD[:0], np.eye(4)), brainmvp.UsageError, r"\[0, 9, 10\]"),
    "texts": (Volume(np.full((4, 4, 4), "a"), np.eye(4)), brainmvp.UsageError, "expected numbers"),
    "complex": (Volume(GOOD.astype(np.complex64), np.eye(4)), brainmvp.UsageError, "complex64"),
    "nothing finite": (Volume(np.full((8, 8, 8), np.nan), np.eye(4)), brainmvp.BadInput, "zero everywhere"),
    "no affine": (GOOD, brainmvp.UsageError, r"Volume\(array, affine\)"),
    "affine of 3": (Volume(GOOD, np.eye(3)), brainmvp.UsageError, r"\[3, 3\]"),
    "singular": (Volume(GOOD, np.diag([1, 1, 0, 1])), brainmvp.BadInput, "t1: .*singular"),
    "affine not finite": (Volume(GOOD, np.diag([1, np.nan, 1, 1])), brainmvp.BadInput, "not finite"),
    "far too wide": (Volume(GOOD, np.diag([5000, 1, 1, 1])), brainmvp.BadInput, "t1: its grid is 40 m wide"),
    "no head": (Volume(np.ones((5000, 2, 2), np.float32), np.eye(4)), brainmvp.BadInput, "t1: an axis has 5000 voxels"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_images_are_refused(case: str) -> None:
    image, kind, message = WRONG[case]
    with pytest.raises(kind, match=message):
        brainmvp.prepare_study({"t1": image})


@pytest.mark.parametrize("values", [GOOD, np.full((8, 9, 10), np.nan), np.full((8, 9, 10), 2.0**40), np.full((8, 9, 10), 256)])
def test_wrong_label_maps_are_refused(values: Array, tmp_path: Path) -> None:
    image = Volume(GOOD, np.eye(4))
    file = saved(tmp_path, values, np.eye(4), "label")
    messages = []
    for label in (file, Volume(np.asfortranarray(values), np.eye(4))):  # whose voxels have the order of the file, as the examples have it
        with pytest.raises(brainmvp.BadInput) as found:
            brainmvp.prepare_study({"t1": image}, label)
        messages.append(str(found.value).replace(str(file), "label"))
    assert messages[0] == messages[1]


def test_the_module_takes_only_what_it_can_read_in_place() -> None:
    def prepare(array: Any) -> None:
        brainmvp_native.prepare_study([(array, np.eye(4))], ["t1"], None, 1.0, 5, 95, False, "", False, 1)

    for wrong in (GOOD[:, ::2], GOOD[::-1], np.broadcast_to(GOOD[:1], GOOD.shape), GOOD.astype(np.float16)):
        with pytest.raises(brainmvp.UsageError, match="t1: "):
            prepare(wrong)
    for other in (GOOD[0], GOOD.tolist(), None):
        with pytest.raises(TypeError):
            prepare(other)
