"""UniFormer in 3D (Li et al. 2022, arXiv 2201.04676): convolution blocks in two stages, attention blocks in two.

Inside, axes are [D, H, W], as in the public code, so that its kernels mean the same.
"""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn
from torch.nn import functional

from brainmvp.networks.base import (
    Encoder,
    Segmenter,
    Wrapped,
    channels_last_norm,
    check_input,
    joined,
    leaky,
    normed_over_voxels,
)

_MLP_RATIO = 4


class UniFormerSizes(NamedTuple):
    """Blocks and widths of the four stages, and the width of an attention head."""

    depths: tuple[int, int, int, int] = (3, 4, 8, 3)
    widths: tuple[int, int, int, int] = (64, 128, 320, 512)
    head_width: int = 64


class _PatchEmbedding(nn.Module):
    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.proj = nn.Conv3d(channels, width, 2, stride=2)
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        return channels_last_norm(self.norm, self.proj(x))


class _ConvolutionMlp(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc1 = nn.Conv3d(width, _MLP_RATIO * width, 1)
        self.fc2 = nn.Conv3d(_MLP_RATIO * width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.fc2(functional.gelu(self.fc1(x)))
        return y


class _ConvolutionBlock(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.pos_embed = nn.Conv3d(width, width, 3, padding=1, groups=width)
        self.norm1 = nn.BatchNorm3d(width)
        self.conv1 = nn.Conv3d(width, width, 1)
        self.conv2 = nn.Conv3d(width, width, 1)
        self.attn = nn.Conv3d(width, width, 5, padding=2, groups=width)
        self.norm2 = nn.BatchNorm3d(width)
        self.mlp = _ConvolutionMlp(width)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.pos_embed(x)
        x = x + self.conv2(self.attn(self.conv1(self.norm1(x))))
        y: Tensor = x + self.mlp(self.norm2(x))
        return y


class _Attention(nn.Module):
    def __init__(self, width: int, head_width: int) -> None:
        super().__init__()
        self.heads = width // head_width
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        samples, tokens, width = x.shape
        q, k, v = self.qkv(x).reshape(samples, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        mixed = functional.scaled_dot_product_attention(q, k, v)
        y: Tensor = self.proj(mixed.transpose(1, 2).reshape(samples, tokens, width))
        return y


class _Mlp(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, _MLP_RATIO * width)
        self.fc2 = nn.Linear(_MLP_RATIO * width, width)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.fc2(functional.gelu(self.fc1(x)))
        return y


class _AttentionBlock(nn.Module):
    def __init__(self, width: int, head_width: int) -> None:
        super().__init__()
        self.pos_embed = nn.Conv3d(width, width, 3, padding=1, groups=width)
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.attn = _Attention(width, head_width)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.mlp = _Mlp(width)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = (x + self.pos_embed(x)).flatten(2).transpose(1, 2)
        y = y + self.attn(self.norm1(y))
        y = y + self.mlp(self.norm2(y))
        return y.transpose(1, 2).reshape(x.shape)


class UniFormerEncoder(Encoder):
    """Features at 1/2, 1/4, 1/8 and 1/16; the last has gone through the closing batch norm."""

    def __init__(self, sizes: UniFormerSizes, in_channels: int) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.size_multiple = 16
        self.widths = sizes.widths
        for stage, (depth, width) in enumerate(zip(sizes.depths, sizes.widths)):
            before = in_channels if stage == 0 else sizes.widths[stage - 1]
            self.add_module(f"patch_embed{stage + 1}", _PatchEmbedding(before, width))
            blocks = [
                _ConvolutionBlock(width) if stage < 2 else _AttentionBlock(width, sizes.head_width) for _ in range(depth)
            ]
            self.add_module(f"blocks{stage + 1}", nn.Sequential(*blocks))
        self.norm = nn.BatchNorm3d(sizes.widths[-1])

    def forward(self, x: Tensor) -> list[Tensor]:
        check_input(x, self.in_channels, self.size_multiple)
        features = []
        y = x.permute(0, 1, 4, 2, 3)  # [B, C, D, H, W]
        for stage in range(1, 5):
            y = self.get_submodule(f"patch_embed{stage}")(y)
            y = self.get_submodule(f"blocks{stage}")(y)
            y = self.norm(y) if stage == 4 else y
            features.append(y.permute(0, 1, 3, 4, 2))
        return features


class _ResidualConvolution(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = Wrapped(nn.Conv3d(2 * width, width, 3, padding=1, bias=False))
        self.conv2 = Wrapped(nn.Conv3d(width, width, 3, padding=1, bias=False))
        self.conv3 = Wrapped(nn.Conv3d(2 * width, width, 1, bias=False))

    def forward(self, x: Tensor) -> Tensor:
        y = normed_over_voxels(self.conv1(x))
        y = normed_over_voxels(self.conv2(leaky(y)))
        return leaky(y + normed_over_voxels(self.conv3(x)))


class _DecoderLevel(nn.Module):
    def __init__(self, before: int, width: int) -> None:
        super().__init__()
        self.transp_conv = Wrapped(nn.ConvTranspose3d(before, width, 2, stride=2, bias=False))
        self.conv_block = _ResidualConvolution(width)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        y: Tensor = self.conv_block(joined(self.transp_conv(x), skip))
        return y


class _InputProjection(nn.Module):
    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.proj = nn.Conv3d(channels, width, 3, padding=1)
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.proj(x.permute(0, 1, 4, 2, 3))
        return channels_last_norm(self.norm, y.permute(0, 1, 3, 4, 2))


class _Decoder(nn.Module):
    def __init__(self, widths: tuple[int, ...], channels: int, outputs: int) -> None:
        super().__init__()
        before = (widths[3], widths[2], widths[1], widths[0])
        after = (widths[2], widths[1], widths[0], widths[0])
        for number, wide, narrow in zip((5, 4, 3, 2), before, after):
            self.add_module(f"decoder{number}", _DecoderLevel(wide, narrow))
        self.proj1 = _InputProjection(channels, widths[0])
        self.out = Wrapped(Wrapped(nn.Conv3d(widths[0], outputs, 1)))

    def forward(self, x: Tensor, features: list[Tensor]) -> list[Tensor]:
        skips = [features[2], features[1], features[0], self.proj1(x)]
        y, decoded = features[3], []
        for number, skip in zip((5, 4, 3, 2), skips):
            y = self.get_submodule(f"decoder{number}")(y, skip)
            decoded.append(y)
        return decoded


class UniFormerSegmentation(Segmenter):
    """The decoder of the public code: transposed convolutions, residual convolutions, the image itself as the finest skip."""

    def __init__(self, sizes: UniFormerSizes, in_channels: int, outputs: int) -> None:
        super().__init__()
        self.outputs = outputs
        self.encoder = UniFormerEncoder(sizes, in_channels)
        self.decoder = _Decoder(sizes.widths, in_channels, outputs)
        self.ms_out = nn.ModuleList(nn.Conv3d(width, outputs, 1) for width in (sizes.widths[1], sizes.widths[0]))

    def decode(self, x: Tensor, features: list[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        decoded = self.decoder(x, features)
        return self.decoder.out(decoded[3]), decoded[1], decoded[2]

    def deeper_heads(self) -> tuple[nn.Module, nn.Module]:
        return self.ms_out[0], self.ms_out[1]
