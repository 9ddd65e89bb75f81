"""MedNeXt (Roy et al. 2023, arXiv 2303.09975), under the names of MONAI's `MedNeXt` with "encoder." before the encoder's."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn
from torch.nn import functional

from brainmvp.networks.base import Encoder, Segmenter, check_input

_WIDTH = 32  # at full resolution; doubled at each of the four levels below
_LEVELS = 4


class MedNeXtSizes(NamedTuple):
    """Of the four stages of the encoder, the bottleneck, and the four stages of the decoder."""

    expansions: tuple[int, ...] = (2,) * 9
    blocks: tuple[int, ...] = (2,) * 9
    kernel: int = 3


class _Block(nn.Module):
    def __init__(self, channels: int, width: int, expansion: int, kernel: int) -> None:
        super().__init__()
        self.conv1 = self.depthwise(channels, kernel)
        self.norm = nn.GroupNorm(channels, channels)
        self.conv2 = nn.Conv3d(channels, expansion * channels, 1)
        self.conv3 = nn.Conv3d(expansion * channels, width, 1)

    @staticmethod
    def depthwise(channels: int, kernel: int) -> nn.Module:
        return nn.Conv3d(channels, channels, kernel, padding=kernel // 2, groups=channels)

    def mixed(self, x: Tensor) -> Tensor:
        y: Tensor = self.conv3(functional.gelu(self.conv2(self.norm(self.conv1(x)))))
        return y

    def forward(self, x: Tensor) -> Tensor:
        return x + self.mixed(x)


class _DownBlock(_Block):
    def __init__(self, channels: int, width: int, expansion: int, kernel: int) -> None:
        super().__init__(channels, width, expansion, kernel)
        self.res_conv = nn.Conv3d(channels, width, 1, stride=2)

    @staticmethod
    def depthwise(channels: int, kernel: int) -> nn.Module:
        return nn.Conv3d(channels, channels, kernel, stride=2, padding=kernel // 2, groups=channels)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.mixed(x) + self.res_conv(x)
        return y


class _UpBlock(_Block):
    def __init__(self, channels: int, width: int, expansion: int, kernel: int) -> None:
        super().__init__(channels, width, expansion, kernel)
        self.res_conv = nn.ConvTranspose3d(channels, width, 1, stride=2)

    @staticmethod
    def depthwise(channels: int, kernel: int) -> nn.Module:
        return nn.ConvTranspose3d(channels, channels, kernel, stride=2, padding=kernel // 2, groups=channels)

    def forward(self, x: Tensor) -> Tensor:
        return functional.pad(self.mixed(x) + self.res_conv(x), (1, 0, 1, 0, 1, 0))


def _blocks(sizes: MedNeXtSizes, stage: int, width: int) -> nn.Sequential:
    return nn.Sequential(*(_Block(width, width, sizes.expansions[stage], sizes.kernel) for _ in range(sizes.blocks[stage])))


class MedNeXtEncoder(Encoder):
    """Features of the four stages and of the bottleneck, at full resolution to 1/16."""

    def __init__(self, sizes: MedNeXtSizes, in_channels: int) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.size_multiple = 1 << _LEVELS
        self.widths = tuple(_WIDTH << level for level in range(_LEVELS + 1))
        self.stem = nn.Conv3d(in_channels, _WIDTH, 1)
        self.enc_stages = nn.ModuleList(_blocks(sizes, level, self.widths[level]) for level in range(_LEVELS))
        self.down_blocks = nn.ModuleList(
            _DownBlock(width, 2 * width, expansion, sizes.kernel)
            for width, expansion in zip(self.widths[:_LEVELS], sizes.expansions)
        )
        self.bottleneck = _blocks(sizes, _LEVELS, self.widths[_LEVELS])

    def forward(self, x: Tensor) -> list[Tensor]:
        check_input(x, self.in_channels, self.size_multiple)
        features = []
        y = self.stem(x)
        for stage, down in zip(self.enc_stages, self.down_blocks):
            y = stage(y)
            features.append(y)
            y = down(y)
        features.append(self.bottleneck(y))
        return features


class MedNeXtSegmentation(Segmenter):
    """The mirrored decoder; skips are added."""

    def __init__(self, sizes: MedNeXtSizes, in_channels: int, outputs: int) -> None:
        super().__init__()
        self.outputs = outputs
        self.encoder = MedNeXtEncoder(sizes, in_channels)
        widths = [_WIDTH << (_LEVELS - 1 - i) for i in range(_LEVELS)]
        expansions = sizes.expansions[_LEVELS + 1 :]
        self.up_blocks = nn.ModuleList(
            _UpBlock(2 * width, width, expansion, sizes.kernel) for width, expansion in zip(widths, expansions)
        )
        self.dec_stages = nn.ModuleList(_blocks(sizes, _LEVELS + 1 + i, width) for i, width in enumerate(widths))
        self.out_0 = _Output(_WIDTH, outputs)
        self.out_blocks = nn.ModuleList(_Output(2 * width, outputs) for width in widths)

    def decode(self, x: Tensor, features: list[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        y, begun = features[-1], []
        for up, stage, skip in zip(self.up_blocks, self.dec_stages, features[-2::-1]):
            begun.append(y)
            y = stage(up(y) + skip)
        return self.out_0(y), begun[-2], begun[-1]

    def deeper_heads(self) -> tuple[nn.Module, nn.Module]:
        return self.out_blocks[-2], self.out_blocks[-1]


class _Output(nn.Module):
    def __init__(self, width: int, outputs: int) -> None:
        super().__init__()
        self.conv_out = nn.ConvTranspose3d(width, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.conv_out(x)
        return y
