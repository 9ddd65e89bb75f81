"""From probabilities to labels, as the program decides (src/infer/native.h)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from brainmvp.description import Description


@dataclass(frozen=True)
class Painting:
    """How the outputs of a segmentation become one label a voxel."""

    exclusive: bool
    values: tuple[int, ...]
    """The label that each output paints."""
    order: tuple[int, ...]
    """Of regions: the outputs as they are painted, later ones over earlier."""

    def paint(self, probabilities: Tensor) -> Tensor:
        """[K, H, W, D] to uint8 [1, H, W, D]: exclusive labels by the largest, ties to the lower; regions where above 0.5."""
        if self.exclusive:
            values = torch.tensor(self.values, dtype=torch.uint8, device=probabilities.device)
            return values[probabilities.argmax(0, keepdim=True)]
        label = torch.zeros_like(probabilities[:1], dtype=torch.uint8)
        for output in self.order:
            label[0][probabilities[output] > 0.5] = self.values[output]
        return label


def painting_of(description: Description) -> Painting:
    """Of regions without an order: from large to small, and each paints the first of its values that is in no smaller region
    contained in it, so that nested regions come out as they were labelled."""
    if description.exclusive:
        return Painting(True, tuple(sorted(description.labels.values())), ())
    regions = list(description.regions.values())
    in_order = tuple(range(len(regions)))
    if description.region_order:
        return Painting(False, description.region_order, in_order)
    by_size = tuple(sorted(in_order, key=lambda output: -len(regions[output])))
    return Painting(False, tuple(_painted_value(region, regions) for region in regions), by_size)


def _painted_value(region: Sequence[int], regions: Sequence[Sequence[int]]) -> int:
    taken = {value for part in regions if len(part) < len(region) and set(part) <= set(region) for value in part}
    return next((value for value in region if value not in taken), region[0])
