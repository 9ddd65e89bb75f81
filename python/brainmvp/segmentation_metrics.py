"""Two label maps compared in memory: what `evaluate` computes of files."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from brainmvp.errors import BadInput, UsageError
from brainmvp.native import checked, needed, whole
from brainmvp.volumes import Affine, LabelArray, Source, label_array, labels_of

_VALUES = (-(2**31), 2**31 - 1)  # of label maps
SAME_GRID_MM = 0.01  # between corners; image::kSameGridMm


def compare_labels(
    prediction: Source,
    reference: Source,
    regions: Mapping[str, int | Sequence[int]] | None = None,
    *,
    ignore: int | None = None,
    tolerance_mm: float = 1.0,
    min_iou: float = 0.0,
    min_volume_mm3: float = 0.0,
) -> pd.DataFrame:
    """Dice, HD95, surface Dice, volumes and lesions of a label map: a row a region (the index), a column a metric.

    Columns and conventions are those of `brainmvp evaluate` (docs/how-to/evaluate.md): distances in mm between voxel centres, volumes
    in ml, lesions as 26-connected components. No value is ever NaN: two empty masks agree, one empty mask is the worst.

    prediction: as the reference, or an array [H, W, D] on its grid. regions: by name one value or several; without it each value
    other than 0 of both is a region. ignore: a value of the reference whose voxels count for nothing, in no region. tolerance_mm: of the surface
    Dice. min_iou, min_volume_mm3: which lesions match, and which are counted.

    Raises `BadInput` for values that are no whole numbers and for two grids, `UsageError` for wrong arguments.
    """
    with needed():
        from brainmvp_native import compare_labels as compare
    expected, affine = labels_of(reference, "reference")
    predicted = _on_grid(prediction, expected, affine)
    if np.abs(np.triu(_cosines(affine), 1)).max() > 1e-3:
        warnings.warn("a sheared grid: distances are taken along its axes as if they were orthogonal", stacklevel=2)
    rows: list[dict[str, Any]] = compare(
        predicted,
        expected,
        affine,
        _named(regions),
        None if ignore is None else whole("ignore", ignore, *_VALUES),
        checked("tolerance_mm", tolerance_mm, 0),
        checked("min_iou", min_iou, 0, 1),
        checked("min_volume_mm3", min_volume_mm3, 0),
    )
    return pd.DataFrame(rows, columns=None if rows else ["region"]).set_index("region")


def _cosines(affine: Affine) -> Affine:
    columns = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    product: Affine = columns.T @ columns
    return product


def _on_grid(prediction: Source, reference: LabelArray, affine: Affine) -> LabelArray:
    if isinstance(prediction, np.ndarray) or (hasattr(prediction, "__dlpack__") and not hasattr(prediction, "affine")):
        values, own = label_array(prediction, "prediction"), affine
    else:
        values, own = labels_of(prediction, "prediction")
    if values.shape != reference.shape:
        raise BadInput(f"prediction: {list(values.shape)} voxels where the reference has {list(reference.shape)}; write it on that grid")
    corners = np.array([[i, j, k, 1] for i in (0, 1) for j in (0, 1) for k in (0, 1)]) * [*(side - 1 for side in values.shape), 1]
    apart = np.linalg.norm(corners @ (own - affine).T, axis=1).max()
    if apart >= SAME_GRID_MM:
        raise BadInput(f"prediction: its corners lie up to {apart:.4g} mm from those of the reference; write it on that grid")
    return values


def _named(regions: Mapping[str, int | Sequence[int]] | None) -> list[tuple[str, list[int]]]:
    if regions is None:
        return []
    if not regions:
        raise UsageError("regions is empty; leave it out for each value that is found")
    named = []
    for name, given in regions.items():
        values = np.atleast_1d(np.asarray(given))
        if values.ndim != 1 or values.size == 0 or values.dtype.kind not in "iu":
            raise UsageError(f"region {name}: {given!r}; expected a whole number or several")
        named.append((str(name), [whole(f"region {name}", value, *_VALUES) for value in values]))
    return named
