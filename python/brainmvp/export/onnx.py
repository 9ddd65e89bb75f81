"""ONNX: model.onnx, of opset 18."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from brainmvp.checkpoints import PathLike
from brainmvp.export.record import INPUT, OUTPUT, description_of, input_shape, write_record
from brainmvp.pretrained import load_fine_tuned

ONNX = "model.onnx"


def write_onnx(run: PathLike, folder: Path) -> None:
    """One file, weights in it. See `export`."""
    model = load_fine_tuned(run)
    description = description_of(model)
    image = torch.zeros(input_shape(description))
    with _without_remarks():
        torch.onnx.export(
            model,
            (image,),
            folder / ONNX,
            dynamo=True,
            external_data=False,
            input_names=[INPUT],
            output_names=[OUTPUT],
            opset_version=18,
            verbose=False,
        )
    write_record(description, folder, ONNX)


@contextmanager
def _without_remarks() -> Iterator[None]:
    """PyTorch's exporter remarks on packages that are not needed here, and on its own deprecations."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        logger.setLevel(level)
