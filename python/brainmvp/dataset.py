"""Crops of a store for PyTorch and MONAI.

    data = Dataset(Store("store"), crop=96, channels=["t1", "flair"], fill="template", templates=templates("pretraining"))
    for batch in DataLoader(data, batch_size=2, num_workers=2, shuffle=True):
        batch["image"]                             # float32 [2, 2, 96, 96, 96]
"""

from __future__ import annotations

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


class Dataset(torch.utils.data.Dataset[Sample]):
    """Dictionaries of a random crop of each study.

    `image`: float32 [C, h, w, d]; `present`: bool [C], False where the modality is missing and was filled; `affine`: float64 [4, 4]
    of the crop, voxel indices to RAS+ mm; `id`: str; and where every study has one, `label`: uint8 [1, h, w, d]. Crops are drawn from
    torch's generator, which `DataLoader` seeds in each worker: `torch.manual_seed` repeats them.
    """

    def __init__(
        self,
        store: Store | PathLike,
        crop: int | Triple | None = 96,
        channels: Sequence[str] | None = None,
        fill: str = "zero",
        *,
        templates: Mapping[str, npt.NDArray[Any]] | None = None,
        split: str | None = None,
        intensities: str = "unclipped",
        transform: Callable[[Sample], Any] | None = None,
    ) -> None:
        """
        `crop`: sides in voxels, None for whole volumes; a study that is smaller is padded with zeros, the smaller half in front.
        `channels`: modalities in order, by default all of the store. `fill`: what stands for a missing modality: zeros, or its
        template, at the place that the crop has in the template grid; `templates` [H, W, D] by modality, as `templates(run)` gives
        them (one that has none is filled with zeros). `split`: training, validation or test only. `intensities`: clipped to 0 to 1,
        as in pre-training, or unclipped: bounded to -5 to 5, as in fine-tuning. `transform`: called with each dictionary.

        Raises `UsageError` for unknown names, `NothingFound` when no study has any of the channels.
        """
        self.store = store if isinstance(store, Store) else Store(store)
        self.crop: Triple | None = (crop, crop, crop) if isinstance(crop, int) else crop
        self.channels = tuple(channels if channels is not None else self.store.modalities)
        self.intensities = intensities
        self.transform = transform
        self.templates = dict(templates or {}) if fill == "template" else {}
        self._check(fill, templates is not None, split)
        self.studies = [
            study
            for study in self.store.values()
            if (split is None or study.split == split) and any(name in study for name in self.channels)
        ]
        if not self.studies:
            raise NothingFound(f"{self.store.folder}: no study of {split or 'any split'} has any of {', '.join(self.channels)}")
        self.has_labels = all(study.has_label for study in self.studies)

    def _check(self, fill: str, has_templates: bool, split: str | None) -> None:
        bounds_of(self.intensities)
        if fill not in FILLS:
            raise UsageError(f"fill is {fill!r}; expected {' or '.join(FILLS)}")
        if fill == "template" and not has_templates:
            raise UsageError("fill='template' needs templates=...: brainmvp.templates(run) gives those of a run")
        if split not in (None, "training", "validation", "test"):
            raise UsageError(f"split is {split!r}; expected training, validation or test")
        unknown = [name for name in self.channels if name not in self.store.modalities and name not in self.templates]
        if not self.channels or len(set(self.channels)) != len(self.channels) or unknown:
            raise UsageError(
                f"channels are {', '.join(self.channels) or 'none'}; expected different ones of {', '.join(self.store.modalities)}"
            )
        if self.crop is not None and (len(self.crop) != 3 or min(self.crop) < 1):
            raise UsageError(f"crop is {self.crop}; expected sides of at least 1 voxel")

    def __len__(self) -> int:
        return len(self.studies)

    def __getitem__(self, index: int) -> Any:
        study = self.studies[index]
        size = self.crop or study.shape
        start = _drawn_start(study.shape, size)
        image = np.stack([self._channel(study, name, start, size) for name in self.channels])
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

    def _channel(self, study: StoredStudy, name: str, start: Triple, size: Triple) -> npt.NDArray[Any]:
        if name in study:
            return study[name].crop(start, size, self.intensities)
        if name in self.templates:
            return template_crop(self.templates[name], study.shape, start, size)
        return np.zeros(size, np.float32)


def _drawn_start(volume: Triple, crop: Triple) -> Triple:
    def along(whole: int, side: int) -> int:
        if whole <= side:
            return -((side - whole) // 2)
        return int(torch.randint(whole - side + 1, ()).item())

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
