"""The residual 3D UNet of the public code; skips are added to what is upsampled."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from brainmvp.networks.base import Encoder, Segmenter, check_input

_WIDTH = 32
_LETTERS = ("b", "ab", "ab", "abcd")  # residual blocks of each level


class _ResidualBlock(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.gn1 = nn.GroupNorm(8, width)
        self.conv1 = nn.Conv3d(width, width, 3, padding=1)
        self.gn2 = nn.GroupNorm(8, width)
        self.conv2 = nn.Conv3d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv1(functional.relu(self.gn1(x)))
        z: Tensor = x + self.conv2(functional.relu(self.gn2(y)))
        return z


class UNetEncoder(Encoder):
    """Features at full resolution, 1/2, 1/4 and 1/8."""

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.size_multiple = 8
        self.widths = tuple(_WIDTH << level for level in range(4))
        self.conv1a = nn.Conv3d(in_channels, _WIDTH, 3, padding=1)
        for level, letters in enumerate(_LETTERS):
            width = self.widths[level]
            if level > 0:
                self.add_module(f"ds{level}", nn.Conv3d(width // 2, width, 3, stride=2, padding=1))
            for letter in letters:
                self.add_module(f"conv{level + 1}{letter}", _ResidualBlock(width))

    def forward(self, x: Tensor) -> list[Tensor]:
        check_input(x, self.in_channels, self.size_multiple)
        features = []
        y: Tensor = self.conv1a(x)
        for level, letters in enumerate(_LETTERS):
            y = self.get_submodule(f"ds{level}")(y) if level > 0 else y
            for letter in letters:
                y = self.get_submodule(f"conv{level + 1}{letter}")(y)
            features.append(y)
        return features


class _Decoder(nn.Module):
    def __init__(self, outputs: int) -> None:
        super().__init__()
        for level in (3, 2, 1):
            width = _WIDTH << level
            self.add_module(f"up{level + 1}conva", nn.Conv3d(width, width // 2, 1))
            self.add_module(f"up{level + 1}convb", _ResidualBlock(width // 2))
        self.up1conv = nn.Conv3d(_WIDTH, outputs, 1)

    def forward(self, features: list[Tensor]) -> list[Tensor]:
        y, decoded = features[3], []
        for level in (3, 2, 1):
            y = self.get_submodule(f"up{level + 1}conva")(y)
            y = functional.interpolate(y, scale_factor=2.0, mode="nearest") + features[level - 1]
            y = self.get_submodule(f"up{level + 1}convb")(y)
            decoded.append(y)
        return decoded


class UNetSegmentation(Segmenter):
    """The UNet with skips, and heads at 1/4 and 1/2."""

    def __init__(self, in_channels: int, outputs: int) -> None:
        super().__init__()
        self.outputs = outputs
        self.encoder = UNetEncoder(in_channels)
        self.decoder = _Decoder(outputs)
        self.ms_out = nn.ModuleList(nn.Conv3d(width, outputs, 1) for width in (4 * _WIDTH, 2 * _WIDTH))

    def decode(self, x: Tensor, features: list[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        decoded = self.decoder(features)
        return self.decoder.up1conv(decoded[2]), decoded[0], decoded[1]

    def deeper_heads(self) -> tuple[nn.Module, nn.Module]:
        return self.ms_out[0], self.ms_out[1]
