"""Rigid alignment of one image to another in memory: what `register` does with the images of a study."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brainmvp.native import checked, needed, whole
from brainmvp.volumes import Affine, Source, Volume, affine_of, array_of, floats_of, resample, volume_of


@dataclass(frozen=True)
class Alignment:
    """What was found, and how good it is."""

    to_moving: Affine
    """[4, 4], from points of the reference to those of the moving image, RAS+ mm."""
    angle_degrees: float
    information_before: float
    """Mutual information in nats, of the images as their headers place them."""
    information_after: float
    overlap: float
    """Share of the reference's head that the moving image covers."""
    displacement_mm: float
    """Mean over the reference's head, between before and after."""
    repeat_mm: float
    """The same between two estimates from different points: how exact it is."""
    doubtful: bool
    verdict: str
    """In plain words: "moved 3.1 mm", "was aligned", or "doubtful: ..." with the reason."""

    def moved(self, image: Source) -> Volume:
        """The moving image, or another of its space, where it belongs: the same voxels with another affine."""
        volume = volume_of(image, "image")
        return Volume(array_of(volume.data, "image"), np.linalg.inv(self.to_moving) @ affine_of(volume.affine, "image"))

    def resampled(self, image: Source, like: Source, label: bool = False) -> Volume:
        """The same on the grid of `like`, as of `brainmvp.resample`."""
        return resample(self.moved(image), like, label)


def align(reference: Source, moving: Source, *, finest_mm: float = 1.0, seed: int = 0) -> Alignment:
    """The rigid motion that brings `moving` onto `reference`, by mutual information, coarse to fine (docs/background/registration.md).

    finest_mm: no level is finer. seed: of the points that are compared; the same input and seed give the same result. On one
    processor; Ctrl-C stops it. Raises `BadInput` for an image that is constant, not finite, or thinner than 4 voxels.
    """
    with needed():
        from brainmvp_native import align as run
    fixed, fixed_affine = floats_of(reference, "reference")
    other, other_affine = floats_of(moving, "moving")
    return Alignment(**run(fixed, fixed_affine, other, other_affine, checked("finest_mm", finest_mm, 0.1, 10), whole("seed", seed, 0, 2**53)))
