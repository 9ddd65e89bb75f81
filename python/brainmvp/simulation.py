"""One simulated examination as arrays: a study of what `simulate` writes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from brainmvp.errors import UsageError
from brainmvp.native import checked, needed, whole
from brainmvp.volumes import Volume


@dataclass(frozen=True)
class SimulatedStudy:
    """A simulated person in a scanner (docs/background/simulation.md)."""

    id: str
    class_name: str
    """As the table of the data set has it; empty where it has none."""
    images: dict[str, Volume]
    """By modality, float32; files of the program round them to whole numbers."""
    labels: tuple[Volume, ...]
    """Label maps, int32, with the values of the layout."""
    protocols: dict[str, str]
    """By modality: "MPRAGE TR 2300 TI 900 TE 3 flip 9"."""
    pathology: str
    field_tesla: float
    atrophy: float
    """0 none, 1 severe"""
    lesion_ml: float


def simulate_study(
    layout: str = "bids",
    number: int = 0,
    *,
    studies: int = 8,
    seed: int = 0,
    pathology: str | None = None,
    modalities: Sequence[str] = (),
    voxel: float = 1.0,
    anatomy: str | Path = "shipped",
    heads: Sequence[int] = (),
    skull: str = "layout",
) -> SimulatedStudy:
    """Study `number`, from 0, of the cohort that `brainmvp simulate` makes with these options (docs/how-to/simulate.md).

    studies: how many the cohort has. pathology: instead of the layout's own. modalities: of the layout's; none stands for all. voxel: mm;
    grids are not finer. anatomy: "shipped", "drawn", or a folder of label maps with FreeSurfer's numbers. heads: of these, from 1. skull:
    "layout", "keep" or "strip".

    Raises `UsageError` for wrong arguments, `NothingFound` and `BadInput` for a folder without fitting label maps. Ctrl-C stops it
    after the image that it is at.
    """
    with needed():
        from brainmvp_native import simulate_study as run
    if skull not in ("layout", "keep", "strip"):
        raise UsageError(f"skull is {skull!r}; expected layout, keep or strip")
    seed = whole("seed", seed, 0, 2**53)
    studies = whole("studies", studies, 1, 100000)
    number = whole("number", number, 0, studies - 1)
    modalities = [modalities] if isinstance(modalities, str) else list(modalities)
    kept = [whole("a head", head, 1, 100000) for head in heads]
    wanted = [] if pathology is None else [pathology]
    voxel_mm = checked("voxel", voxel, 0.5, 10)
    found = run(layout, number, studies, seed, os.fspath(anatomy), kept, wanted, modalities, voxel_mm, skull)
    return SimulatedStudy(
        id=found["id"],
        class_name=found["class_name"],
        images={name: Volume(values, affine) for name, _, (values, affine) in found["images"]},
        labels=tuple(Volume(values, affine) for values, affine in found["labels"]),
        protocols={name: protocol for name, protocol, _ in found["images"]},
        pathology=found["pathology"],
        field_tesla=found["field_tesla"],
        atrophy=found["atrophy"],
        lesion_ml=found["lesion_ml"],
    )
