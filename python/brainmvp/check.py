"""What works on this machine: `python -m brainmvp.check`. Ends with 1 when something does not."""

from __future__ import annotations

import sys
from importlib.metadata import version

import torch

from brainmvp.errors import Error
from brainmvp.networks import make_encoder
from brainmvp.process import program, run_program


def _packages() -> str:
    return ", ".join(f"{name} {version(name)}" for name in ("torch", "numpy", "nibabel", "pandas", "safetensors", "zstandard"))


def _network() -> str:
    with torch.no_grad():
        features = make_encoder("uniformer_tiny").eval()(torch.zeros(1, 1, 32, 32, 32))
    return f"uniformer_tiny gives {len(features)} features"


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
    for name, check in (("packages", _packages), ("networks", _network), ("device", _device), ("program", _program), ("libtorch", _libtorch)):
        try:
            print(f"{name}: {check()}")
        except (Error, RuntimeError, ImportError, OSError) as fault:
            works = False
            print(f"{name}: does not work: {fault}")
    return 0 if works else 1


if __name__ == "__main__":
    sys.exit(main())
