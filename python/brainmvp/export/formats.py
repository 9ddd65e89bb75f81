"""The formats by name, one row each."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from brainmvp.checkpoints import PathLike
from brainmvp.errors import UsageError, unknown_name
from brainmvp.export.hub import write_hub
from brainmvp.export.monai import write_monai
from brainmvp.export.nnunet import write_nnunet
from brainmvp.export.onnx import write_onnx
from brainmvp.export.pt2 import write_pt2
from brainmvp.folders import new_folder


class Format(NamedTuple):
    """What writes a run into a folder, the packages that this takes besides those of brainmvp, and a line for the help."""

    write: Callable[[PathLike, Path], None]
    needs: tuple[str, ...]
    summary: str


FORMATS: dict[str, Format] = {
    "onnx": Format(write_onnx, ("onnx", "onnxscript"), "ONNX, for onnxruntime, OpenVINO and TensorRT"),
    "pt2": Format(write_pt2, (), "an exported program of PyTorch"),
    "hub": Format(write_hub, (), "config.json and model.safetensors, as model hubs have them"),
    "monai": Format(write_monai, (), "a bundle of MONAI; segmentations"),
    "nnunet": Format(write_nnunet, (), "a checkpoint that nnU-Net trains on; resenc_l, also pre-trained only"),
}


def export(run: PathLike, out: PathLike, format: str = "onnx") -> Path:
    """Writes the fine-tuned model of a run, its checkpoint or a hub folder into the new folder `out`, and gives that.

    The network is that of one window of a fixed size; `brainmvp.json` beside it has what is around it: channels, preparation,
    blending, templates, labels. `format`: a name in `FORMATS`. Raises `UsageError` for an unknown format and for packages that
    are not there, `BadInput` for a run that the format cannot take, `OutputError` when the folder exists.
    """
    if format not in FORMATS:
        raise unknown_name("format", format, FORMATS)
    chosen = FORMATS[format]
    missing = [name for name in chosen.needs if find_spec(name) is None]
    if missing:
        raise UsageError(f"format {format} needs packages that this Python does not have: pip install {' '.join(missing)}")
    with new_folder(out) as folder:
        chosen.write(run, folder)
    return Path(out)
