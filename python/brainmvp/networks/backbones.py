"""The networks by name, one row each, as the program has them (src/nn/networks/backbones.cpp)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from brainmvp.checkpoints import TransferReport
from brainmvp.errors import UsageError, unknown_name
from brainmvp.networks.base import Encoder, Segmenter
from brainmvp.networks.mednext import MedNeXtEncoder, MedNeXtSegmentation, MedNeXtSizes
from brainmvp.networks.resenc import ResEncEncoder, ResEncSegmentation
from brainmvp.networks.unet import UNetEncoder, UNetSegmentation
from brainmvp.networks.uniformer import UniFormerEncoder, UniFormerSegmentation, UniFormerSizes


class Backbone(NamedTuple):
    """How a network is made, and what some of its tensors are called."""

    stem: str
    """The encoder's tensor [width, C, ...] whose inputs are the image's channels."""
    outputs: tuple[str, ...]
    """What the names of the segmentation's last layers begin with, whose outputs mean another thing in every task."""
    encoder: Callable[[int], Encoder]
    segmenter: Callable[[int, int], Segmenter]


def _uniformer(sizes: UniFormerSizes) -> Backbone:
    return Backbone(
        "patch_embed1.proj.weight",
        ("decoder.out.", "ms_out."),
        lambda channels: UniFormerEncoder(sizes, channels),
        lambda channels, outputs: UniFormerSegmentation(sizes, channels, outputs),
    )


def _resenc(widths: tuple[int, ...], blocks: tuple[int, ...]) -> Backbone:
    return Backbone(
        "stem.convs.0.conv.weight",
        ("decoder.seg_layers.",),
        lambda channels: ResEncEncoder(widths, blocks, channels),
        lambda channels, outputs: ResEncSegmentation(ResEncEncoder(widths, blocks, channels), outputs),
    )


def _mednext(sizes: MedNeXtSizes) -> Backbone:
    return Backbone(
        "stem.weight",
        ("out_0.", "out_blocks."),
        lambda channels: MedNeXtEncoder(sizes, channels),
        lambda channels, outputs: MedNeXtSegmentation(sizes, channels, outputs),
    )


_MEDNEXT_L = (3, 4, 8, 8, 8, 8, 8, 4, 3)

NETWORKS: dict[str, Backbone] = {
    "uniformer_tiny": _uniformer(UniFormerSizes((2, 2, 4, 2), (32, 64, 128, 192), 32)),
    "uniformer_small": _uniformer(UniFormerSizes()),
    "uniformer_base": _uniformer(UniFormerSizes(depths=(5, 8, 20, 7))),
    "unet": Backbone("conv1a.weight", ("decoder.up1conv.", "ms_out."), UNetEncoder, UNetSegmentation),
    "resenc_s": _resenc((16, 32, 64, 128, 160), (1, 2, 2, 2, 2)),
    "resenc_l": _resenc((32, 64, 128, 256, 320, 320), (1, 3, 4, 6, 6, 6)),
    "mednext_s": _mednext(MedNeXtSizes()),
    "mednext_s_k5": _mednext(MedNeXtSizes(kernel=5)),
    "mednext_l": _mednext(MedNeXtSizes(_MEDNEXT_L, _MEDNEXT_L)),
    "mednext_l_k5": _mednext(MedNeXtSizes(_MEDNEXT_L, _MEDNEXT_L, 5)),
}


def backbone(name: str) -> Backbone:
    """The row of a network. Raises `UsageError` for an unknown name, with the nearest known one."""
    if name not in NETWORKS:
        raise unknown_name("network", name, NETWORKS)
    return NETWORKS[name]


def _check(in_channels: int, outputs: int) -> None:
    if in_channels < 1 or outputs < 1:
        raise UsageError(
            f"network: expected at least one input channel and one output, found {in_channels} and {outputs}"
        )


def make_encoder(network: str, in_channels: int = 1) -> Encoder:
    """An encoder with PyTorch's start of the weights. Raises `UsageError` for an unknown name and for no channel."""
    _check(in_channels, 1)
    encoder = backbone(network).encoder(in_channels)
    encoder.network = network
    encoder.report = TransferReport(missing=list(encoder.state_dict()))
    return encoder


def make_segmenter(network: str, in_channels: int, outputs: int) -> Segmenter:
    """A segmentation network with PyTorch's start of the weights. Raises `UsageError` as `make_encoder`."""
    _check(in_channels, outputs)
    segmenter = backbone(network).segmenter(in_channels, outputs)
    segmenter.network = segmenter.encoder.network = network
    segmenter.report = TransferReport(missing=list(segmenter.state_dict()))
    return segmenter
