"""A bundle of MONAI: weights, metadata, and an inference of whole studies in MONAI's transforms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nibabel
import numpy
import torch

from brainmvp.checkpoints import PathLike
from brainmvp.description import Description
from brainmvp.errors import BadInput
from brainmvp.export.record import OVERLAP, SIGMA_OF_WINDOW, own_version, write_record
from brainmvp.painting import painting_of
from brainmvp.pretrained import load_segmenter
from brainmvp.store import bounds_of

SCHEMA = "https://project-monai.github.io/schema/meta_schema_20240725.json"
_MONAI_VERSION = "1.5.2"  # that bundles are tested with
_IGNITE_VERSION = "0.5.5"
_MODEL = "models/model.pt"
_LICENSE = "No licence is stated for these weights. Whoever trained them is to say it here.\n"


def write_monai(run: PathLike, folder: Path) -> None:
    """models/model.pt, configs/metadata.json, configs/inference.json, docs/README.md, LICENSE. See `export`."""
    model = load_segmenter(run)
    description = model.description
    assert description is not None
    if description.preparation.get("z_scored"):
        raise BadInput(f"{run}: prepared with --z-scored, which no transform of MONAI does; choose another format")
    for name in ("models", "configs", "docs"):
        (folder / name).mkdir()
    torch.save(model.state_dict(), folder / _MODEL)
    for file, content in (("metadata", metadata(description)), ("inference", inference(description))):
        (folder / "configs" / f"{file}.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    (folder / "docs" / "README.md").write_text(_readme(description), encoding="utf-8")
    (folder / "LICENSE").write_text(_LICENSE, encoding="utf-8")
    write_record(description, folder, _MODEL)


def metadata(description: Description) -> dict[str, Any]:
    """configs/metadata.json"""
    low, high = bounds_of(description.intensities)
    window = {"spatial_shape": list(description.window), "dtype": "float32", "is_patch_data": True, "type": "image"}
    return {
        "schema": SCHEMA,
        "version": "1.0.0",
        "monai_version": _MONAI_VERSION,
        "pytorch_version": torch.__version__.split("+")[0],
        "numpy_version": numpy.__version__,
        "required_packages_version": {
            "brainmvp": own_version(),
            "nibabel": nibabel.__version__,
            "pytorch-ignite": _IGNITE_VERSION,
        },
        "task": f"segmentation of brain MRI into {', '.join(description.outputs)}",
        "description": f"{description.network}, fine-tuned with brainmvp on {', '.join(description.channels)}.",
        "authors": "not stated",
        "copyright": "not stated",
        "intended_use": "Research only.",
        "network_data_format": {
            "inputs": {
                "image": {
                    **window,
                    "format": "magnitude",
                    "modality": "MR",
                    "num_channels": len(description.channels),
                    "value_range": [low, high],
                    "channel_def": {str(number): name for number, name in enumerate(description.channels)},
                }
            },
            "outputs": {
                "pred": {
                    **window,
                    "format": "logits",
                    "num_channels": len(description.outputs),
                    "value_range": [],
                    "channel_def": {str(number): name for number, name in enumerate(description.outputs)},
                }
            },
        },
    }


def inference(description: Description) -> dict[str, Any]:
    """configs/inference.json: a folder per study below `dataset_dir`, a file MODALITY.nii.gz per channel, all on one grid."""
    painting = painting_of(description)
    paint = f"$Painting({painting.exclusive}, {painting.values}, {painting.order}).paint"
    activation = "torch.nn.Softmax(dim=1)" if description.exclusive else "torch.nn.Sigmoid()"
    return {
        "imports": ["$import pathlib", "$import torch", "$import brainmvp.export.intensities as intensities", "$from brainmvp.painting import Painting"],
        "bundle_root": ".",
        "dataset_dir": "$@bundle_root + '/data'",
        "output_dir": "$@bundle_root + '/predictions'",
        "device": "$torch.device('cuda' if torch.cuda.is_available() else 'cpu')",
        "modalities": list(description.channels),
        "datalist": "$[{name: str(study / (name + '.nii.gz')) for name in @modalities} "
        "for study in sorted(pathlib.Path(@dataset_dir).iterdir()) if study.is_dir()]",
        "network_def": {
            "_target_": "brainmvp.make_segmenter",
            "network": description.network,
            "in_channels": len(description.channels),
            "outputs": len(description.outputs),
        },
        "network": "$@network_def.to(@device)",
        "predictor": f"$torch.nn.Sequential(@network, {activation})",
        "preprocessing": {"_target_": "Compose", "transforms": _preparation(description)},
        "dataset": {"_target_": "Dataset", "data": "@datalist", "transform": "@preprocessing"},
        "dataloader": {"_target_": "DataLoader", "dataset": "@dataset", "batch_size": 1, "num_workers": 0},
        "inferer": {
            "_target_": "SlidingWindowInferer",
            "roi_size": list(description.window),
            "sw_batch_size": 1,
            "overlap": OVERLAP,
            "mode": "gaussian",
            "sigma_scale": SIGMA_OF_WINDOW,
            "padding_mode": "constant",
        },
        "postprocessing": {
            "_target_": "Compose",
            "transforms": [
                {
                    "_target_": "Invertd",
                    "keys": "pred",
                    "transform": "@preprocessing",
                    "orig_keys": "image",
                    "nearest_interp": False,
                },
                {"_target_": "Lambdad", "keys": "pred", "func": paint},
                {
                    "_target_": "SaveImaged",
                    "keys": "pred",
                    "output_dir": "@output_dir",
                    "output_postfix": "label",
                    "output_dtype": "$torch.uint8",
                    "separate_folder": False,
                    "resample": False,
                    "data_root_dir": "@dataset_dir",
                },
            ],
        },
        "handlers": [
            {"_target_": "CheckpointLoader", "load_path": f"$@bundle_root + '/{_MODEL}'", "load_dict": {"model": "@network"}}
        ],
        "evaluator": {
            "_target_": "SupervisedEvaluator",
            "device": "@device",
            "val_data_loader": "@dataloader",
            "network": "@predictor",
            "inferer": "@inferer",
            "postprocessing": "@postprocessing",
            "val_handlers": "@handlers",
        },
        "run": ["$@evaluator.run()"],
    }


def _preparation(description: Description) -> list[dict[str, Any]]:
    """As `brainmvp prepare`: RAS, spacing, crop, percentiles to 0 and 1, the same crop again, bounds."""
    preparation = description.preparation
    low, high = preparation["low_percentile"], preparation["high_percentile"]
    of_foreground = preparation["percentiles_of"] == "foreground"
    crop = {
        "_target_": "CropForegroundd",
        "keys": "image",
        "source_key": "image",
        "select_fn": "$intensities.foreground",
        "allow_smaller": True,
    }
    scale = f"$lambda image: intensities.scaled(image, {low}, {high}, {of_foreground})"
    bounds = bounds_of(description.intensities)
    return [
        {"_target_": "LoadImaged", "keys": "@modalities", "ensure_channel_first": True},
        {"_target_": "ConcatItemsd", "keys": "@modalities", "name": "image"},
        {"_target_": "Orientationd", "keys": "image", "axcodes": "RAS"},
        {
            "_target_": "Spacingd",
            "keys": "image",
            "pixdim": [preparation["spacing_mm"]] * 3,
            "mode": "bilinear",
            "padding_mode": "border",
        },
        crop,
        {"_target_": "Lambdad", "keys": "image", "func": scale},
        crop,
        {"_target_": "Lambdad", "keys": "image", "func": f"$lambda image: image.clamp({bounds[0]}, {bounds[1]})"},
    ]


def _readme(description: Description) -> str:
    channels = ", ".join(f"{name}.nii.gz" for name in description.channels)
    return f"""# Segmentation of brain MRI
{description.network}, fine-tuned with brainmvp. It takes {", ".join(description.channels)} and gives {", ".join(description.outputs)}.

Needs MONAI, fire, pytorch-ignite, nibabel and the Python package brainmvp. Each study is a folder below `data`, with {channels}, all on one
grid; none may be missing. `templates` and `brainmvp.json` have what fills a missing one; `brainmvp predict` does it.
```
python -m monai.bundle run --config_file configs/inference.json --bundle_root . --dataset_dir data --output_dir predictions
```
"""
