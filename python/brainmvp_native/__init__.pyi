"""The program's parts that need no libtorch, compiled (python/native). Users call them through the package brainmvp.

Arrays [H, W, D] are indexed in the order of the file's voxels. Those that are taken may be read-only, and are copied, whatever their
strides, except by `prepare_study`. Those that are given own their memory, whose first axis is contiguous: nothing is copied. Affines are
[4, 4] and map voxel indices to RAS+ mm. The GIL is released, and Ctrl-C stops the work at its next step. Errors are those of
`brainmvp.errors`; `TypeError` for an array of another type or rank.
"""

from collections.abc import Sequence
from os import PathLike
from typing import Any, TypedDict

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int32]
Affine = npt.NDArray[np.float64]
Shape = tuple[int, int, int]
Path = str | PathLike[str]
Source = Path | tuple[npt.NDArray[Any], Affine]

class Header(TypedDict):
    format: str
    shape: Shape
    channels: int
    affine: Affine
    affine_source: str
    data_type: str
    slope: float
    intercept: float
    warnings: list[str]

class Grid(TypedDict):
    shape: Shape
    affine: Affine

class WayBack(TypedDict):
    native: Grid
    resampled: Grid
    first_crop: tuple[Shape, Shape]
    second_crop: tuple[Shape, Shape]

class Prepared(TypedDict):
    affine: Affine
    volumes: dict[str, Floats]
    label: npt.NDArray[np.uint8] | None
    way_back: WayBack
    warnings: list[str]

class Alignment(TypedDict):
    to_moving: Affine
    angle_degrees: float
    information_before: float
    information_after: float
    overlap: float
    displacement_mm: float
    repeat_mm: float
    doubtful: bool
    verdict: str

class SimulatedStudy(TypedDict):
    id: str
    class_name: str
    pathology: str
    field_tesla: float
    atrophy: float
    lesion_ml: float
    images: list[tuple[str, str, tuple[Floats, Affine]]]
    labels: list[tuple[Labels, Affine]]

def read_header(path: Path) -> Header:
    """What the header says (src/io/image_file.h). `BadInput` for a file that is damaged or of no known format."""

def read_image(path: Path) -> tuple[list[Floats], Header]:
    """An array a channel; voxels that are not finite are 0 and warned of. `BadInput`, `OutOfResources`."""

def read_label(path: Path) -> tuple[Labels, Header]:
    """A label map; fractions are `BadInput`."""

def resample_linear(array: Floats, affine: Affine, shape: Shape, target: Affine, threads: int) -> Floats:
    """Trilinear, onto the grid of `shape` and `target`; 0 outside the image (src/image/resample.h). `BadInput` for a singular affine."""

def resample_nearest(array: Labels, affine: Affine, shape: Shape, target: Affine, threads: int) -> Labels:
    """The same of the nearest voxel."""

def prepare_study(
    images: Sequence[Source],
    modalities: Sequence[str],
    label: Source | None,
    spacing_mm: float,
    low_percentile: float,
    high_percentile: float,
    of_foreground: bool,
    reference: str,
    z_scored: bool,
    threads: int,
) -> Prepared:
    """What `brainmvp prepare` makes of a study, before it is rounded for a store (src/store/prepare.h). `BadInput`.

    Arrays are not copied: of integers of 8 to 64 bits, float32 or float64, in any order of axes. `UsageError` for others, for voxels with
    gaps and for negative strides.
    """

def compare_labels(
    prediction: Labels,
    reference: Labels,
    affine: Affine,
    regions: Sequence[tuple[str, Sequence[int]]],
    ignore: int | None,
    tolerance_mm: float,
    min_iou: float,
    min_volume_mm3: float,
) -> list[dict[str, Any]]:
    """A row a region, with the columns of `brainmvp evaluate` (src/metrics/segmentation.h). Both arrays have one shape."""

def align(
    reference: Floats, reference_affine: Affine, moving: Floats, moving_affine: Affine, finest_mm: float, seed: int
) -> Alignment:
    """Rigid alignment (src/register/align.h). `BadInput` for an image that is constant or thinner than 4 voxels."""

def simulate_study(
    layout: str,
    number: int,
    studies: int,
    seed: int,
    anatomy: str,
    heads: Sequence[int],
    pathologies: Sequence[str],
    modalities: Sequence[str],
    voxel_mm: float,
    skull: str,
) -> SimulatedStudy:
    """Study `number`, from 0, of the cohort of `brainmvp simulate` with these options, before its files round it. `UsageError`."""

def copy_image_crop(path: Path, shape: Shape, start: Shape, clipped: bool, destination: Floats) -> None:
    """A crop of an image of a store, whose volume has `shape`, into `destination`, C-contiguous (src/store/stored_volume.h). `BadInput`."""

def copy_label_crop(path: Path, shape: Shape, start: Shape, destination: npt.NDArray[np.uint8]) -> None:
    """The same of a label map."""
