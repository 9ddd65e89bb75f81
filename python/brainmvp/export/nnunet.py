"""A checkpoint that nnU-Net trains on: `nnUNetv2_train_pretrained` through its adaptation plan, or `-pretrained_weights`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from brainmvp.checkpoints import PathLike, checkpoint_file, read_checkpoint
from brainmvp.errors import BadInput
from brainmvp.pretrained import load_encoder, load_segmenter

CHECKPOINT = "checkpoint_final.pth"
NETWORK = "resenc_l"
_CLASS = "dynamic_network_architectures.architectures.unet.ResidualEncoderUNet"
_STEM = "encoder.stem.convs.0.conv.weight"
_WIDTHS = (32, 64, 128, 256, 320, 320)
_BLOCKS = (1, 3, 4, 6, 6, 6)


def write_nnunet(run: PathLike, folder: Path) -> None:
    """checkpoint_final.pth: the whole network of a segmentation, the encoder of a pre-training. See `export`."""
    checkpoint = read_checkpoint(checkpoint_file(run, ("best.pt", "last.pt")))
    network = checkpoint.entries.get("network")
    if network != NETWORK:
        raise BadInput(
            f"{checkpoint.file}: its network is {network or 'not named'}, of which nnU-Net has no like; format nnunet takes runs of "
            f"{NETWORK}, which `--network {NETWORK}` of pretrain and finetune makes"
        )
    if "task" in checkpoint.entries:
        segmenter = load_segmenter(checkpoint.file)
        assert segmenter.description is not None
        weights = dict(segmenter.state_dict())
        window: tuple[int, ...] = segmenter.description.window
        spacing = segmenter.description.preparation.get("spacing_mm")
    else:
        encoder = load_encoder(checkpoint.file)
        weights = {f"encoder.{name}": tensor for name, tensor in encoder.state_dict().items()}
        window, spacing = _crop(checkpoint.entries, checkpoint.file), _spacing(checkpoint.entries)
    torch.save(
        {
            "network_weights": _public_names({name: _reversed_axes(tensor) for name, tensor in weights.items()}),
            "citations": [],
            "nnssl_adaptation_plan": adaptation_plan(int(weights[_STEM].shape[1]), window[::-1], spacing),
        },
        folder / CHECKPOINT,
    )


def adaptation_plan(in_channels: int, patch: tuple[int, ...], spacing: float | None) -> dict[str, Any]:
    """How nnU-Net builds the network, and where it finds the encoder in the checkpoint. `patch`: [D, W, H]"""
    stages = len(_WIDTHS)
    return {
        "architecture_plans": {
            "arch_class_name": _CLASS,
            "arch_kwargs": {
                "n_stages": stages,
                "features_per_stage": list(_WIDTHS),
                "conv_op": "torch.nn.modules.conv.Conv3d",
                "kernel_sizes": [[3, 3, 3]] * stages,
                "strides": [[1, 1, 1]] + [[2, 2, 2]] * (stages - 1),
                "n_blocks_per_stage": list(_BLOCKS),
                "n_conv_per_stage_decoder": [1] * (stages - 1),
                "conv_bias": True,
                "norm_op": "torch.nn.modules.instancenorm.InstanceNorm3d",
                "norm_op_kwargs": {"eps": 1e-5, "affine": True},
                "dropout_op": None,
                "dropout_op_kwargs": None,
                "nonlin": "torch.nn.LeakyReLU",
                "nonlin_kwargs": {"inplace": True},
            },
            "arch_kwargs_requiring_import": ["conv_op", "norm_op", "dropout_op", "nonlin"],
        },
        "pretrain_plan": {
            "configurations": {"brainmvp": {"patch_size": list(patch), "spacing": None if spacing is None else [spacing] * 3}}
        },
        "pretrain_num_input_channels": in_channels,
        "recommended_downstream_patchsize": list(patch),
        "key_to_encoder": "encoder.stages",
        "key_to_stem": "encoder.stem",
        "keys_to_in_proj": ["encoder.stem.convs.0.conv", "encoder.stem.convs.0.all_modules.0"],
        "key_to_lpe": None,
    }


def _reversed_axes(tensor: Tensor) -> Tensor:
    """Kernels for the order of nnU-Net's arrays, [S, A, R] of an image that is stored as [R, A, S]."""
    return tensor.permute(0, 1, 4, 3, 2).contiguous() if tensor.dim() == 5 else tensor


def _public_names(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """With the second names that nnU-Net's modules give to the same tensors."""
    named = dict(weights)
    for name, tensor in weights.items():
        for part, place in ((".conv.", ".all_modules.0."), (".norm.", ".all_modules.1.")):
            if part in name:
                named[place.join(name.rsplit(part, 1))] = tensor
    if any(name.startswith("decoder.") for name in weights):
        named |= {f"decoder.{name}": tensor for name, tensor in named.items() if name.startswith("encoder.")}
    return named


def _crop(entries: Mapping[str, Any], file: Path) -> tuple[int, ...]:
    found = re.search(r"^crop = \[(\d+), (\d+), (\d+)\]$", str(entries.get("config", "")), re.MULTILINE)
    if found is None:
        raise BadInput(f"{file}: its configuration names no crop; name the run or a checkpoint that brainmvp wrote")
    return tuple(int(side) for side in found.groups())


def _spacing(entries: Mapping[str, Any]) -> float | None:
    """In mm, of a pre-training that learned templates; others do not say it."""
    affine = entries.get("template_affine")
    return abs(float(torch.tensor(affine).flatten()[0])) if affine is not None else None
