"""Steps of `brainmvp prepare` that MONAI has no transform for, as functions of its transforms."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor


def foreground(image: Tensor) -> Tensor:
    """What is above 0 in [C, H, W, D], and its mirror images, so that the box around it is symmetric about the centre."""
    positive = image > 0
    return positive | positive.flip(1) | positive.flip(2) | positive.flip(3)


def scaled(image: Tensor, low: float, high: float, of_foreground: bool) -> Tensor:
    """Percentiles `low` and `high` of each channel of [C, H, W, D], or of its voxels above 0, to 0 and 1; not clipped."""
    return torch.stack([_scaled(channel, low, high, of_foreground) for channel in image])


def _scaled(channel: Tensor, low: float, high: float, of_foreground: bool) -> Tensor:
    values = channel.detach().cpu().numpy()
    positive = values[values > 0]
    first, last = _percentiles(positive if of_foreground else values, low, high)
    if last <= first:  # constant between them
        first, last = float(values.min()), _percentiles(positive, high, high)[1]
    return (channel - first) / (last - first) if last > first else torch.zeros_like(channel)


def _percentiles(values: npt.NDArray[Any], low: float, high: float) -> tuple[float, float]:
    if values.size == 0:
        return 0.0, 0.0
    first, last = np.percentile(values, [low, high])
    return float(first), float(last)
