"""What all networks share: encoders, segmentations, and the check of their input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from brainmvp.checkpoints import PathLike, TransferReport
from brainmvp.description import Description
from brainmvp.errors import UsageError

SLOPE = 0.01  # of leaky ReLU, in all networks


def check_input(x: Tensor, channels: int, multiple: int) -> None:
    """Raises `UsageError` unless x is [B, channels, H, W, D] with sides that `multiple` divides."""
    if x.dim() != 5 or x.shape[1] != channels or any(side == 0 or side % multiple for side in x.shape[2:]):
        raise UsageError(
            f"network input: expected [batch, {channels}, H, W, D] with H, W and D multiples of {multiple}, "
            f"found {list(x.shape)}; choose another crop size"
        )


class Encoder(nn.Module):
    """Turns images into features; `make_encoder` makes one by name, `Encoder.from_pretrained` reads one.

    Input [B, in_channels, H, W, D] with sides that `size_multiple` divides; output a list of features [B, width, h, w, d],
    finest first. Names of tensors are those of checkpoints after "encoder.".
    """

    network: str
    in_channels: int
    channels: tuple[str, ...] = ()
    """Modalities that the input channels show; empty where nothing says it."""
    intensities: str = ""
    """Those that it was trained on, as `Dataset` takes them; empty where nothing says it."""
    size_multiple: int
    widths: tuple[int, ...]
    report: TransferReport
    """What became of every tensor in `from_pretrained`."""

    def forward(self, x: Tensor) -> list[Tensor]:
        raise NotImplementedError

    def pooled(self, x: Tensor) -> Tensor:
        """The mean of the deepest feature over its voxels, [B, widths[-1]]: what classifiers read."""
        features: list[Tensor] = self(x)
        return features[-1].flatten(2).mean(dim=2)

    @staticmethod
    def from_pretrained(
        source: PathLike, in_channels: int | None = None, network: str | None = None, *, channels: Sequence[str] | None = None
    ) -> Encoder:
        """The encoder of a run of `pretrain` or `finetune`, a checkpoint (.pt, .safetensors), a hub folder, or weights that come with
        the program ("brainmvp-tiny-sim"); evaluating.

        `channels`: the modalities that it will be given, in order, as the store names them; without them, `in_channels` as the file
        has them. A first convolution of one channel is spread over all and divided by their number, so that equal images give the
        same features. That of several gives each channel what it learned of the same modality; one that it does not know stays as
        initialised, with a warning. `network`: of files that do not say it. `report` says all of it, and what was assumed.

        Raises `BadInput` for a file that holds no whole encoder of the network, `UsageError` for an unknown network, for names that
        are not different or of which the file knows none, and where it needs names that are not given.
        """
        from brainmvp.pretrained import load_encoder

        return load_encoder(source, in_channels, network, channels)

    def save_pretrained(self, folder: PathLike) -> None:
        """Writes config.json and model.safetensors, which `--init` of the program takes too.

        Raises `OutputError` when the folder exists.
        """
        from brainmvp.pretrained import save_encoder

        save_encoder(self, folder)


class Segmentation(NamedTuple):
    """What a training of a segmentation supervises."""

    logits: Tensor
    """[B, K, H, W, D]"""
    deeper: list[Tensor]
    """Heads at 1/4 and 1/2 of the resolution, upsampled to [B, K, H, W, D]."""


class Segmenter(nn.Module):
    """An encoder (`encoder`), a decoder with skips, and heads at 1/4 and 1/2 for deep supervision.

    `make_segmenter` makes one by name, `Segmenter.from_pretrained` reads one. Names of tensors are those of checkpoints.
    """

    encoder: Encoder
    network: str
    outputs: int
    description: Description | None = None
    """What the channels and outputs mean, and how images are prepared; of a model that was read."""
    report: TransferReport

    @staticmethod
    def from_pretrained(
        run: PathLike, channels: Sequence[str] | None = None, outputs: int | None = None, *, network: str | None = None
    ) -> Segmenter:
        """The model of a run of `finetune segment` (best.pt, else last.pt), its checkpoint, or a hub folder; evaluating.

        With `channels` (modalities, in order) and `outputs` (labels with the background, or regions) a new model that starts from the
        weights of any source of `Encoder.from_pretrained`, as `finetune segment --init` does: from all of the encoder, and from the
        decoder where it was trained with skips. `report` says what became of every tensor; the others are as PyTorch draws them.
        `network`: of files that do not say it.

        Raises `BadInput` for another task and for weights that are not whole, and without `channels` and `outputs` for a pre-training;
        `UsageError` for one without the other.
        """
        from brainmvp.pretrained import NewModel, load_segmenter

        return load_segmenter(run, NewModel(channels, outputs, network))

    def save_pretrained(self, folder: PathLike) -> None:
        """Writes config.json, model.safetensors and templates.safetensors.

        Raises `UsageError` for a model without a description, `OutputError` when the folder exists.
        """
        from brainmvp.pretrained import save_described

        save_described(self, self.description, folder)

    def probabilities(self, x: Tensor) -> Tensor:
        """[B, in_channels, H, W, D] to [B, K, H, W, D]: softmax of exclusive labels, sigmoid of regions.

        Raises `UsageError` for a model without a description.
        """
        if self.description is None:
            raise UsageError("this network was not read from a fine-tuned run, so that nothing says what its outputs mean")
        logits: Tensor = self(x).float()
        return torch.softmax(logits, 1) if self.description.exclusive else torch.sigmoid(logits)

    def decode(self, x: Tensor, features: list[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        """Logits [B, K, H, W, D], and what the heads at 1/4 and at 1/2 read."""
        raise NotImplementedError

    def deeper_heads(self) -> tuple[nn.Module, nn.Module]:
        """The heads at 1/4 and at 1/2."""
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        """[B, in_channels, H, W, D] to logits [B, K, H, W, D]."""
        return self._decoded(x)[0]

    def supervised(self, x: Tensor) -> Segmentation:
        """The logits with those of the heads at 1/4 and 1/2, upsampled trilinearly, corners on corners."""
        logits, *inner = self._decoded(x)
        deeper = [
            functional.interpolate(head(y), size=logits.shape[2:], mode="trilinear", align_corners=True)
            for head, y in zip(self.deeper_heads(), inner)
        ]
        return Segmentation(logits, deeper)

    def _decoded(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        return self.decode(x, self.encoder(x))


class Wrapped(nn.Module):
    """A layer one name deeper, as the public code's checkpoints have it: `conv.weight`."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.conv = layer

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.conv(x)
        return y


def normed_over_voxels(x: Tensor) -> Tensor:
    """Each channel of each sample to mean 0 and variance 1. x: [B, C, H, W, D]"""
    return functional.instance_norm(x, eps=1e-5)


def channels_last_norm(norm: nn.LayerNorm, x: Tensor) -> Tensor:
    """Layer norm over the channels of [B, C, H, W, D]."""
    y: Tensor = norm(x.permute(0, 2, 3, 4, 1))
    return y.permute(0, 4, 1, 2, 3)


def leaky(x: Tensor) -> Tensor:
    """Leaky ReLU with the slope of all networks."""
    return functional.leaky_relu(x, SLOPE)


def joined(x: Tensor, y: Tensor) -> Tensor:
    """Both along the channels."""
    return torch.cat((x, y), dim=1)
