"""Crops of a store for PyTorch and MONAI.

    data = Dataset(Store("store"), crop=96, channels=["t1", "flair"], fill="template", templates=templates("pretraining"))
    for batch in DataLoader(data, batch_size=2, num_workers=2, shuffle=True):
        batch["image"]                             # float32 [2, 2, 96, 96, 96]
"""

from __future__ import annotations

import operator
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from brainmvp.checkpoints import PathLike
from brainmvp.errors import NothingFound, UsageError
from brainmvp.store import LABEL, Store, StoredStudy, Triple, bounds_of

FILLS = ("zero", "template")
Sample = dict[str, Any]


class Templates(dict[str, npt.NDArray[Any]]):
    """Learned templates [H, W, D] by modality, as `brainmvp.templates` gives them."""

    spacing_mm: float | None = None
    """Of their voxels; None where nothing says it."""

    def copy(self) -> Templates:
        """With the same spacing."""
        return self | {}

    def __or__(self, other: Mapping[str, npt.NDArray[Any]]) -> Templates:  # type: ignore[override]
        result = Templates({**self, **other})
        result.spacing_mm = self.spacing_mm
        return result


class Dataset(torch.utils.data.Dataset[Sample]):
    """Dictionaries of a random crop of each study.

    `image`: float32 [C, h, w, d]; `present`: bool [C], False where the modality is missing and was filled; `affine`: float64 [4, 4]
    of the crop, voxel indices to RAS+ mm; `id`: str; and `label`: uint8 [1, h, w, d]. Crops are drawn from torch's generator, which
    `DataLoader` seeds in each worker: `torch.manual_seed` repeats them. Random transforms of MONAI draw from generators of their
    own, which only MONAI's `DataLoader` seeds in each worker.
    """

    def __init__(
        self,
        store: Store | PathLike,
        crop: int | Sequence[int] | None = 96,
        channels: Sequence[str] | None = None,
        fill: str = "zero",
        *,
        label: bool | None = None,
        templates: Mapping[str, npt.NDArray[Any]] | None = None,
        split: str | None = None,
        intensities: str = "unclipped",
        transform: Callable[[Sample], Any] | None = None,
    ) -> None:
        """
        `crop`: sides in voxels, None for whole volumes; a study that is smaller is padded with zeros, the smaller half in front.
        `channels`: modalities in order, by default all of the store. `fill`: what stands for a missing modality: zeros, or its
        template, at the place that the crop has in the template grid; `templates` [H, W, D] by modality, as `templates(run)` gives
        them (one that has none is filled with zeros). `label`: True takes only studies with a label map, False gives none; by default
        there are labels where all studies have one, and a warning where only some have. `split`: training, validation or test only.
        `intensities`: clipped to 0 to 1, as in pre-training, or unclipped: bounded to -5 to 5, as in fine-tuning. `transform`: called
        with each dictionary.

        Raises `UsageError` for unknown names and for templates of other voxels than the store's, `NothingFound` when no study has any
        of the channels.
        """
        self.store = store if isinstance(store, Store) else Store(store)
        self.crop = None if crop is None else _sides(crop)
        self.channels = (channels,) if isinstance(channels, str) else tuple(channels if channels is not None else self.store.modalities)
        self.intensities = intensities
        self.transform = transform
        self.templates = dict(templates or {}) if fill == "template" else {}
        self._check(fill, templates, split)
        self.studies = [
            study
            for study in self.store.values()
            if (split is None or study.split == split)
            and any(name in study for name in self.channels)
            and (study.has_label or not label)
        ]
        if not self.studies:
            wanted = f"has any of {', '.join(self.channels)}" + (" and a label map" if label else "")
            raise NothingFound(f"{self.store.folder}: no study of {split or 'any split'} {wanted}")
        self.has_labels = label is not False and self._all_are_labelled()

    def _all_are_labelled(self) -> bool:
        lacking = sum(not study.has_label for study in self.studies)
        if 0 < lacking < len(self.studies):
            warnings.warn(
                f"{lacking} of {len(self.studies)} studies have no label map, so that no sample has one; label=True takes only the others",
                stacklevel=3,
            )
        return lacking == 0

    def _check(self, fill: str, templates: Mapping[str, npt.NDArray[Any]] | None, split: str | None) -> None:
        bounds_of(self.intensities)
        if fill not in FILLS:
            raise UsageError(f"fill is {fill!r}; expected {' or '.join(FILLS)}")
        if fill == "template" and templates is None:
            raise UsageError("fill='template' needs templates=...: brainmvp.templates(run) gives those of a run")
        spacing, of_store = getattr(templates, "spacing_mm", None), float(self.store.parameters["spacing_mm"])
        if spacing is not None and abs(spacing - of_store) > 1e-3:
            raise UsageError(f"the templates have voxels of {spacing:g} mm, and those of {self.store.folder} have {of_store:g} mm")
        if split not in (None, "training", "validation", "test"):
            raise UsageError(f"split is {split!r}; expected training, validation or test")
        unknown = [name for name in self.channels if name not in self.store.modalities and name not in self.templates]
        if not self.channels or len(set(self.channels)) != len(self.channels) or unknown:
            raise UsageError(
                f"channels are {', '.join(self.channels) or 'none'}; expected different ones of {', '.join(self.store.modalities)}"
            )

    def __len__(self) -> int:
        return len(self.studies)

    def __getitem__(self, index: int) -> Any:
        study = self.studies[operator.index(index)]
        return self._sample(study, _start(study.shape, self.crop or study.shape, _drawn))

    def middle(self, index: int) -> Any:
        """As `self[index]`, with the crop in the middle of the study instead of a drawn one."""
        study = self.studies[index]
        return self._sample(study, _start(study.shape, self.crop or study.shape, lambda room: room // 2))

    def _sample(self, study: StoredStudy, start: Triple) -> Any:
        size = self.crop or study.shape
        image = np.zeros((len(self.channels), *size), np.float32)
        for channel, name in zip(image, self.channels):
            if name in study:
                study[name].copy_crop(channel, start, self.intensities)
            elif name in self.templates:
                channel[...] = template_crop(self.templates[name], study.shape, start, size)
        affine = study.affine.copy()
        affine[:3, 3] += affine[:3, :3] @ np.array(start, np.float64)
        sample: Sample = {
            "image": torch.from_numpy(image),
            "present": torch.tensor([name in study for name in self.channels]),
            "affine": torch.from_numpy(affine),
            "id": study.id,
        }
        if self.has_labels:
            sample["label"] = torch.from_numpy(study[LABEL].crop(start, size)[np.newaxis])
        return sample if self.transform is None else self.transform(sample)


def _sides(crop: int | Sequence[int]) -> Triple:
    sides = np.broadcast_to(np.asarray(crop), 3) if np.shape(crop) in ((), (3,)) else np.zeros(3, int)
    if sides.dtype.kind not in "iu" or sides.min() < 1:
        raise UsageError(f"crop is {crop!r}; expected a side of at least 1 voxel, or three")
    return int(sides[0]), int(sides[1]), int(sides[2])


def _drawn(room: int) -> int:
    return int(torch.randint(room + 1, ()).item())


def _start(volume: Triple, crop: Triple, place: Callable[[int], int]) -> Triple:
    """Of a crop; `place`: from the room that it has along an axis to where it starts there."""

    def along(whole: int, side: int) -> int:
        return place(whole - side) if whole > side else -((side - whole) // 2)

    return along(volume[0], crop[0]), along(volume[1], crop[1]), along(volume[2], crop[2])


def template_crop(template: npt.NDArray[Any], volume: Triple, start: Triple, size: Triple) -> npt.NDArray[np.float32]:
    """The part of a template [H, W, D] at a crop of a study's volume, float32 of `size`; zeros outside the template's grid.

    The grid is centred on the volume, which is padded to the crop first (src/store/crop_placement.h).
    """
    result = np.zeros(size, np.float32)
    target, source = [], []
    for whole, side, at, grid in zip(volume, size, start, template.shape):
        padded = max(whole, side)
        place = (grid - padded) // 2 + (padded - whole) // 2 + at  # of the crop's first voxel in the grid
        first, last = max(0, place), min(grid, place + side)
        if first >= last:
            return result
        source.append(slice(first, last))
        target.append(slice(first - place, last - place))
    result[tuple(target)] = template[tuple(source)]
    return result
