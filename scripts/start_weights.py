"""Makes the weights `finetune --init brainmvp-tiny-sim`: data/models/brainmvp-tiny-sim.md.

usage: start_weights.py PROGRAM FOLDER --anatomy DIR [--studies N] [--steps N] [--threads N]

A tiny network learns to find any lesion of simulated heads, in any of the eight modalities. What is done already is kept, so that it can be
interrupted and started again. The weights go to FOLDER/brainmvp-tiny-sim.safetensors: kernels and matrices in bfloat16; vectors, such as the
statistics of norms, as they are.
"""
import argparse
import json
import pathlib
import subprocess
import sys

import nibabel
import numpy as np
import torch
from safetensors.torch import save_file

PATHOLOGIES = ["high_grade_glioma", "low_grade_glioma", "metastases", "stroke", "white_matter_lesions", "white_matter_lesions", "meningioma", "none"]
SAID = ("network", "channels", "intensities")  # of what the weights are
NAME = "brainmvp-tiny-sim"


def merge_labels(cohort: pathlib.Path) -> None:
    """Every part of a lesion becomes 1."""
    for file in cohort.rglob("*_desc-lesion_dseg.nii.gz"):
        image = nibabel.load(file)
        lesion = (np.asarray(image.dataobj) > 0).astype(np.uint8)
        nibabel.save(nibabel.Nifti1Image(lesion, image.affine, image.header), file)


def ship(checkpoint: pathlib.Path, out: pathlib.Path) -> None:
    entries = torch.load(checkpoint, map_location="cpu", weights_only=True)
    weights = {name: (tensor.bfloat16() if tensor.dim() > 1 else tensor).contiguous() for name, tensor in entries["state_dict"].items()}
    said = {name: entries[name] if isinstance(entries[name], str) else json.dumps(entries[name]) for name in SAID}
    save_file(weights, out, metadata={"format": "pt", **said})


def main() -> None:
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].removeprefix("usage: "))
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--anatomy", required=True)
    parser.add_argument("--studies", type=int, default=400)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--threads", type=int, default=0)
    options = parser.parse_args()
    folder: pathlib.Path = options.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)

    def call(*words: object) -> None:
        subprocess.run([options.program.resolve(), *map(str, words), "--threads", str(options.threads)], check=True, cwd=folder)

    if not (folder / "store/store.json").is_file():
        call("simulate", "-o", "heads", "--studies", options.studies, "--layout", "bids", "--anatomy", options.anatomy, "--pathology", *PATHOLOGIES,
             "--voxel", 2, "--skull", "strip", "--missing", 0.3, "--seed", 601, "--force")
        merge_labels(folder / "heads")
        call("index", "heads", "-o", "heads.json", "--force")
        call("prepare", "heads.json", "-o", "store", "--spacing", 2)
    last = folder / "run/checkpoints/last.pt"
    call("finetune", "segment", "store", "-o", "run", "--init", "scratch", "--network", "uniformer_tiny", "--recipe", "tiny", "--crop", 48,
         "--batch-size", 2, "--steps", options.steps, "--learning-rate", "3e-3", "--augmentation", "full", "--mix-channels", 0, "--overlap", 0,
         "--validate-every", 1500, "--folds", 20, "--fold", 0, "--seed", 1, "--resume" if last.is_file() else "--force")
    ship(last, folder / f"{NAME}.safetensors")


if __name__ == "__main__":
    sys.exit(main())
