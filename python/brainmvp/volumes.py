"""Images with their place in the world: read by the program's own readers, brought onto each other's grids.

    t1 = read_image("t1.nii.gz")                   # float32 [H, W, D], in the order of the file's voxels
    t1.data.mean(), t1.affine, t1.header["data_type"]
    flair = resample("flair.mgz", like=t1)

What takes an image takes a file, a `Volume`, an image of nibabel, or whatever has an `affine` and becomes an array (a volume of a store).
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Union

import nibabel
import numpy as np
import numpy.typing as npt
import torch

from brainmvp.errors import BadInput, UsageError
from brainmvp.native import needed, threads_of

Array = npt.NDArray[Any]
FloatArray = npt.NDArray[np.float32]
LabelArray = npt.NDArray[np.int32]
Affine = npt.NDArray[np.float64]
Source = Union[str, "os.PathLike[str]", "Volume", "nibabel.spatialimages.SpatialImage", Any]


@dataclass(frozen=True, eq=False)
class Volume:
    """A 3D array with its place in the world."""

    data: Any
    """[H, W, D]: an array of numpy, a tensor, or what speaks DLPack."""
    affine: npt.ArrayLike
    """[4, 4], voxel indices to RAS+ mm."""
    header: Mapping[str, Any] = field(default_factory=dict)
    """Of a file: format, data_type, slope, intercept, affine_source, warnings and so on."""

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> Array:
        return np.array(array_of(self.data, "the image"), dtype, copy=copy) if copy else np.asarray(array_of(self.data, "the image"), dtype)

    def to_nibabel(self) -> nibabel.Nifti1Image:
        """For nibabel.save. Raises `UsageError` for another shape than [H, W, D]."""
        values = array_of(self.data, "the image")
        if values.dtype.kind == "f" and values.dtype.itemsize not in (4, 8):
            values = values.astype(np.float32 if values.dtype.itemsize < 4 else np.float64)
        if values.dtype.kind == "b" or values.dtype in (np.int64, np.uint64):  # which NIfTI lacks, or few programs read
            values = label_array(values, "the image")
        return nibabel.Nifti1Image(values, affine_of(self.affine, "the image"))  # type: ignore[no-untyped-call]


def read_image(path: str | os.PathLike[str]) -> Volume:
    """An image of one channel: NIfTI, MGH, NRRD or MetaImage, scaled, as float32 [H, W, D].

    Voxels that are not finite are 0; `header["warnings"]` says so. Raises `BadInput` for a file that is damaged, missing or of another
    format, `UsageError` for one of several channels.
    """
    channels = read_channels(path)
    if len(channels) != 1:
        raise UsageError(f"{path}: {len(channels)} channels; read_channels() gives each")
    return channels[0]


def read_channels(path: str | os.PathLike[str]) -> list[Volume]:
    """The channels of an image, one or more, each as of `read_image`."""
    with needed():
        from brainmvp_native import read_image as read
    channels, header = read(path)
    return [Volume(values, header["affine"], header) for values in channels]


def read_label(path: str | os.PathLike[str]) -> Volume:
    """A label map, as int32 [H, W, D]. Raises `BadInput` as `read_image`, and for values that are no whole numbers."""
    with needed():
        from brainmvp_native import read_label as read
    values, header = read(path)
    return Volume(values, header["affine"], header)


def resample(image: Source, like: Source, label: bool = False, threads: int | None = None) -> Volume:
    """`image` on the grid of `like`: trilinear, 0 outside; of a label map (`label=True`) the nearest voxel.

    Only their affines count; `register` or `align` finds out where images belong. Raises `BadInput`, `UsageError`.
    """
    with needed():
        from brainmvp_native import resample_linear, resample_nearest
    shape, target = grid_of(like, "like")
    count = threads_of(threads)
    if label:
        labels, affine = labels_of(image, "image")
        return Volume(resample_nearest(labels, affine, shape, target, count), target.copy())
    values, affine = floats_of(image, "image")
    return Volume(resample_linear(values, affine, shape, target, count), target.copy())


def floats_of(source: Source, name: str) -> tuple[FloatArray, Affine]:
    """Values and affine of an image. Raises `UsageError` for what is none, `BadInput` for values that are not finite."""
    volume = volume_of(source, name)
    values = np.asarray(numbers_of(volume.data, name), np.float32)
    if not np.isfinite(values).all():
        raise BadInput(f"{name}: {int((~np.isfinite(values)).sum())} voxels are not finite; set them to 0 where they are background")
    return values, affine_of(volume.affine, name)


def stored_of(source: Source, name: str) -> tuple[Array, Affine]:
    """Values and affine of an image or a label map as a file would hold them: numbers of 8 to 64 bits without gaps, in any order of axes.

    Copied only where they are not. Raises `UsageError` as `floats_of`; values that are not finite are left to who reads them.
    """
    volume = volume_of(source, name)
    values = numbers_of(volume.data, name)
    if values.dtype.kind == "b":
        values = values.view(np.uint8)
    elif values.dtype.kind == "f" and values.dtype.itemsize not in (4, 8):
        values = values.astype(np.float32)
    values = np.asarray(values, values.dtype.newbyteorder("="))
    as_in_memory = values.transpose(np.argsort(values.strides, kind="stable"))
    return values if as_in_memory.flags.f_contiguous else np.asfortranarray(values), affine_of(volume.affine, name)


def labels_of(source: Source, name: str) -> tuple[LabelArray, Affine]:
    """Values and affine of a label map. Raises as `floats_of`, and `BadInput` for values that are no whole numbers of 32 bits."""
    volume = volume_of(source, name, read_label)
    return label_array(volume.data, name), affine_of(volume.affine, name)


def label_array(data: Any, name: str) -> LabelArray:
    """int32 of what is whole numbers, also as floats. Raises as `labels_of`."""
    values = numbers_of(data, name)
    if values.dtype == np.float64 and not (np.rint(values) == values).all():
        values = values.astype(np.float32)  # of a file with a scale, as its reader has them
    if values.dtype.kind == "f" and not (np.isfinite(values).all() and (np.rint(values) == values).all()):
        raise BadInput(f"{name}: not all values are whole numbers; a label map is expected, not probabilities")
    bounds = np.iinfo(np.int32)
    if values.dtype.kind != "b" and (float(values.min()) < bounds.min or float(values.max()) > bounds.max):
        raise BadInput(f"{name}: values from {values.min()} to {values.max()}; a label map has those of 32 bits")
    return np.asarray(values, np.int32)


def numbers_of(data: Any, name: str) -> Array:
    """As `array_of`. Raises `UsageError` for what is no array of real numbers."""
    values = array_of(data, name)
    if values.dtype.kind not in "fiub":
        raise UsageError(f"{name}: an array of {values.dtype}; expected numbers")
    return values


def array_of(data: Any, name: str) -> Array:
    """[H, W, D] of numpy without a copy where it lies in memory already; further axes of length 1 are left out, as of files.

    Raises `UsageError` for another shape.
    """
    if isinstance(data, torch.Tensor):
        plain = data.detach().cpu()
        data = (plain.float() if plain.dtype == torch.bfloat16 else plain).numpy()
    if np.ma.is_masked(data):
        raise UsageError(f"{name}: a masked array; fill it first, for example with filled(0)")
    values = np.from_dlpack(data) if hasattr(data, "__dlpack__") and not isinstance(data, np.ndarray) else np.asarray(data)
    return values.reshape(_three_axes(values.shape, name))


def affine_of(affine: npt.ArrayLike, name: str) -> Affine:
    """Checked. Raises `UsageError` for another shape, `BadInput` for one that is singular or not finite."""
    try:
        values = np.asarray(affine, np.float64)
    except (TypeError, ValueError) as fault:
        raise UsageError(f"{name}: its affine is {affine!r}; expected [4, 4] numbers") from fault
    if values.shape != (4, 4):
        raise UsageError(f"{name}: its affine has the shape {list(values.shape)}; expected [4, 4]")
    if np.isfinite(values).all() and not np.array_equal(values[3], (0, 0, 0, 1)):
        raise UsageError(f"{name}: the last row of its affine is {values[3].tolist()}; expected 0 0 0 1")
    if not np.isfinite(values).all() or abs(np.linalg.det(values[:3, :3])) < 1e-12:
        raise BadInput(f"{name}: its affine is singular or not finite")
    return values


def grid_of(source: Source, name: str) -> tuple[tuple[int, int, int], Affine]:
    """Shape and affine; of a file its header is enough."""
    if isinstance(source, (str, os.PathLike)):
        with needed():
            from brainmvp_native import read_header
        header = read_header(source)
        return header["shape"], header["affine"]
    volume = volume_of(source, name)
    shape = tuple(volume.data.shape) if hasattr(volume.data, "shape") else np.shape(volume.data)
    return _three_axes(shape, name), affine_of(volume.affine, name)


def _three_axes(shape: Sequence[int], name: str) -> tuple[int, int, int]:
    if len(shape) < 3 or 0 in shape or any(side != 1 for side in shape[3:]):
        raise UsageError(f"{name}: an array of shape {list(shape)}; expected [H, W, D]")
    return shape[0], shape[1], shape[2]


def volume_of(source: Source, name: str, read: Callable[[str | os.PathLike[str]], Volume] = read_image) -> Volume:
    """What any of the forms of an image is. Raises `UsageError` for what is none."""
    if isinstance(source, Volume):
        return source
    if isinstance(source, (str, os.PathLike)):
        return read(source)
    if isinstance(source, nibabel.spatialimages.SpatialImage):
        _warn_of_orientation(source, name)
        return Volume(source.dataobj, source.affine)
    if hasattr(source, "affine") and hasattr(source, "__array__"):
        return Volume(source, source.affine)
    raise UsageError(f"{name}: {type(source).__name__} has no affine; pass Volume(array, affine), a file or an image of nibabel")


def _warn_of_orientation(image: nibabel.spatialimages.SpatialImage, name: str) -> None:
    header = image.header
    if isinstance(header, nibabel.Nifti1Header) and header["sform_code"] == 0 and header["qform_code"] == 0:
        warnings.warn(f"{name}: the header has no orientation, so left and right are unknown", stacklevel=2)
