"""An exported program of PyTorch: model.pt2, which `torch.export.load` reads and AOTInductor compiles."""

from __future__ import annotations

from pathlib import Path

import torch

from brainmvp.checkpoints import PathLike
from brainmvp.export.record import description_of, input_shape, write_record
from brainmvp.pretrained import load_fine_tuned

PT2 = "model.pt2"


def write_pt2(run: PathLike, folder: Path) -> None:
    """See `export`."""
    model = load_fine_tuned(run)
    description = description_of(model)
    program = torch.export.export(model, (torch.zeros(input_shape(description)),))
    torch.export.save(program, folder / PT2)
    write_record(description, folder, PT2)
