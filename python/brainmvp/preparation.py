"""One study prepared in memory: what `prepare` writes into a store, before it is rounded to 16 bits."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from brainmvp.errors import UsageError
from brainmvp.native import checked, needed, threads_of
from brainmvp.volumes import Affine, Array, Source, Volume, stored_of


@dataclass(frozen=True)
class PreparedStudy:
    """All on one grid: RAS, isotropic, cropped to the foreground."""

    volumes: dict[str, Volume]
    """By modality, float32: the lower percentile is 0, the upper 1, and values go on beyond them."""
    label: Volume | None
    """uint8"""
    way_back: Mapping[str, Any]
    """`native` and `resampled`, grids of `shape` and `affine`; then `first_crop`, a box (begin, end) of voxels of `resampled`, and
    `second_crop`, one of the first crop."""
    warnings: tuple[str, ...]


def prepare_study(
    images: Mapping[str, Source],
    label: Source | None = None,
    *,
    spacing: float = 1.0,
    percentiles: tuple[float, float] = (5, 95),
    percentiles_of: str = "crop",
    reference: str = "",
    z_scored: bool = False,
    threads: int | None = None,
) -> PreparedStudy:
    """Orientation, resampling, crop and scale of a study, as `brainmvp prepare` does them (docs/how-to/prepare.md).

    images: by modality, on any grids, in one world. They come to the grid of the label map, otherwise to that of `reference`, otherwise to
    one that the program chooses; that to RAS and `spacing` mm. Arrays are read where they lie, in C or Fortran order; the result is that of
    their NIfTI files, so that voxels that are not finite are 0, with a warning. percentiles_of: "crop", all its voxels, or "foreground",
    those above 0. z_scored: a 0 within the values of a head is its background.

    Raises `BadInput` for images that cannot be read or have nothing above 0 and for label maps of fractions, `UsageError` for wrong
    arguments.
    """
    with needed():
        from brainmvp_native import prepare_study as run
    if percentiles_of not in ("crop", "foreground"):
        raise UsageError(f"percentiles_of is {percentiles_of!r}; expected crop or foreground")
    for name in images:
        if not isinstance(name, str) or name == "label" or not re.fullmatch("[a-z0-9_]+", name):
            raise UsageError(f"{name!r} names no modality; expected lower-case letters, digits and _, such as t1")
    if reference and reference not in images:
        raise UsageError(f"reference is {reference!r}; expected one of the images, {', '.join(images)}")
    if np.shape(percentiles) != (2,):
        raise UsageError(f"percentiles are {percentiles!r}; expected two numbers, such as (5, 95)")
    low, high = (checked("a percentile", value, 0, 100) for value in percentiles)
    if low >= high:
        raise UsageError(f"percentiles are {low:g} and {high:g}; the first must be below the second")
    found = run(
        [_stored(image, name) for name, image in images.items()],
        list(images),
        None if label is None else _stored(label, "label"),
        checked("spacing", spacing, 0.25, 10),
        low,
        high,
        percentiles_of == "foreground",
        reference,
        bool(z_scored),
        threads_of(threads),
    )
    volumes = {name: Volume(values, found["affine"]) for name, values in found["volumes"].items()}
    mapped = None if found["label"] is None else Volume(found["label"], found["affine"])
    return PreparedStudy(volumes, mapped, found["way_back"], tuple(found["warnings"]))


def _stored(image: Source, name: str) -> Path | tuple[Array, Affine]:
    return Path(image) if isinstance(image, (str, os.PathLike)) else stored_of(image, name)
