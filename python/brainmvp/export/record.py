"""brainmvp.json: all that software needs around an exported network of one window, and the templates that it names."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import nibabel
import numpy as np

from brainmvp.description import Description
from brainmvp.errors import BadInput
from brainmvp.networks.base import Segmenter
from brainmvp.networks.classification import Classifier, Regressor
from brainmvp.painting import painting_of
from brainmvp.store import bounds_of

RECORD = "brainmvp.json"
INPUT, OUTPUT = "image", "logits"
# As `brainmvp predict` blends (src/infer/sliding_window.h).
OVERLAP = 0.5
SIGMA_OF_WINDOW = 0.125
LEAST_WEIGHT = 1e-3

Model = Segmenter | Classifier | Regressor


def description_of(model: Model) -> Description:
    """Of a model that was read. Raises `BadInput` for one without."""
    if model.description is None:
        raise BadInput("this network was not read from a fine-tuned run, so that nothing says what its outputs mean")
    return model.description


def input_shape(description: Description) -> tuple[int, ...]:
    """[1, C, h, w, d]"""
    return (1, len(description.channels), *description.window)


def write_record(description: Description, folder: Path, network: str) -> None:
    """Writes brainmvp.json and templates/MODALITY.nii.gz. `network`: the file of the network in `folder`."""
    record = {
        "format": "brainmvp-export",
        "version": 1,
        "brainmvp_version": own_version(),
        "network": network,
        "backbone": description.network,
        "task": description.task,
        "input": {
            "name": INPUT,
            "shape": list(input_shape(description)),
            "axes": ["batch", "channel", "right", "anterior", "superior"],
            "channels": list(description.channels),
            "bounds": list(bounds_of(description.intensities)),
        },
        "output": _output(description),
        "preparation": description.preparation,
        **({"blending": _blending(description)} if description.task == "segment" else {"sizing": description.sizing}),
        "templates": _write_templates(description, folder),
        **_meaning(description),
    }
    (folder / RECORD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def _output(description: Description) -> dict[str, Any]:
    voxels = description.window if description.task == "segment" else ()
    activations = {"segment": "softmax" if description.exclusive else "sigmoid", "classify": "softmax", "regress": "none"}
    return {
        "name": OUTPUT,
        "shape": [1, len(description.outputs), *voxels],
        "outputs": list(description.outputs),
        "activation": activations[description.task],
    }


def _blending(description: Description) -> dict[str, Any]:
    return {
        "of": "probabilities",
        "window": list(description.window),
        "overlap": OVERLAP,
        "weights": "gaussian",
        "sigma_of_window": SIGMA_OF_WINDOW,
        "least_weight": LEAST_WEIGHT,
    }


def _meaning(description: Description) -> dict[str, Any]:
    if description.task == "classify":
        return {"classes": list(description.classes)}
    if description.task == "regress":
        return {"targets": {name: {"mean": mean, "deviation": deviation} for name, (mean, deviation) in description.targets.items()}}
    painting = painting_of(description)
    return {
        "labels": description.labels,
        "regions": {name: list(values) for name, values in description.regions.items()},
        "painting": {"exclusive": painting.exclusive, "values": list(painting.values), "order": list(painting.order)},
    }


def _write_templates(description: Description, folder: Path) -> dict[str, str]:
    files = {}
    spacing = float(description.preparation["spacing_mm"])
    for channel, name in enumerate(description.channels):
        if description.has_template[channel]:
            files[name] = f"templates/{name}.nii.gz"
            (folder / "templates").mkdir(exist_ok=True)
            values = np.ascontiguousarray(description.templates[channel].cpu().numpy(), np.float32)
            image = nibabel.Nifti1Image(values, np.diag([spacing, spacing, spacing, 1.0]))  # type: ignore[no-untyped-call]
            nibabel.save(image, folder / files[name])
    return files


def own_version() -> str:
    """Of the installed package; "unknown" when run from the sources."""
    try:
        return version("brainmvp")
    except PackageNotFoundError:
        return "unknown"
