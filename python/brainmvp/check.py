"""What works on this machine: `python -m brainmvp.check`. Ends with 1 when something does not."""

from __future__ import annotations

import sys
from importlib.metadata import version

import numpy as np
import torch

from brainmvp.errors import Error
from brainmvp.networks import make_encoder
from brainmvp.process import program, run_program
from brainmvp.segmentation_metrics import compare_labels
from brainmvp.volumes import Volume


def _packages() -> str:
    return ", ".join(f"{name} {version(name)}" for name in ("torch", "numpy", "nibabel", "pandas", "safetensors", "zstandard"))


def _network() -> str:
    with torch.no_grad():
        features = make_encoder("uniformer_tiny").eval()(torch.zeros(1, 1, 32, 32, 32))
    return f"uniformer_tiny gives {len(features)} features"


def _native() -> str:
    box = Volume(np.ones((4, 4, 4), np.uint8), np.eye(4))
    table = compare_labels(box, box)
    return f"the compiled module compares label maps: Dice {table['dice'].iloc[0]:g} of a box with itself"


def _device() -> str:
    return torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU that PyTorch can use; the CPU is used"


def _program() -> str:
    return f"{program()}, version {run_program(['--version']).strip()}"


def _libtorch() -> str:
    run_program(["pretrain", "--help"])
    return "the program loads it"


def main() -> int:
    """Prints a line a check; 0 when all work."""
    works = True
    checks = {
        "packages": _packages,
        "networks": _network,
        "native": _native,
        "device": _device,
        "program": _program,
        "libtorch": _libtorch,
    }
    for name, check in checks.items():
        try:
            print(f"{name}: {check()}")
        except (Error, RuntimeError, ImportError, OSError) as fault:
            works = False
            print(f"{name}: does not work: {fault}")
    return 0 if works else 1


if __name__ == "__main__":
    sys.exit(main())
