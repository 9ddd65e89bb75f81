"""The layout of model hubs: config.json and model.safetensors, which `from_pretrained` reads again."""

from __future__ import annotations

from pathlib import Path

from brainmvp.checkpoints import WEIGHTS, PathLike
from brainmvp.export.record import description_of, write_record
from brainmvp.pretrained import load_fine_tuned, write_described


def write_hub(run: PathLike, folder: Path) -> None:
    """See `export`."""
    model = load_fine_tuned(run)
    description = description_of(model)
    write_described(model, description, folder)
    write_record(description, folder, WEIGHTS)
