"""The residual encoder of nnU-Net (Isensee et al. 2024, arXiv 2404.09556) and its decoder, under their public names."""

from __future__ import annotations

from torch import Tensor, nn

from brainmvp.networks.base import Encoder, Segmenter, check_input, joined, leaky


class _NormedConvolution(nn.Module):
    def __init__(self, channels: int, width: int, kernel: int = 3, stride: int = 1, bias: bool = True, activated: bool = True):
        super().__init__()
        self.conv = nn.Conv3d(channels, width, kernel, stride=stride, padding=kernel // 2, bias=bias)
        self.norm = nn.InstanceNorm3d(width, affine=True)
        self.activated = activated

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.norm(self.conv(x))
        return leaky(y) if self.activated else y


class StackedConvolutions(nn.Module):
    """One normed convolution, under the name that nnU-Net gives to a stack of them."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.convs = nn.Sequential(_NormedConvolution(channels, width))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.convs(x)
        return y


class _ResidualBlock(nn.Module):
    def __init__(self, channels: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = _NormedConvolution(channels, width, stride=stride)
        self.conv2 = _NormedConvolution(width, width, activated=False)
        skip: list[nn.Module] = [nn.AvgPool3d(stride, stride)] if stride > 1 else []
        if channels != width:
            skip.append(_NormedConvolution(channels, width, kernel=1, bias=False, activated=False))
        self.skip = nn.Sequential(*skip)

    def forward(self, x: Tensor) -> Tensor:
        return leaky(self.conv2(self.conv1(x)) + self.skip(x))


class _Stage(nn.Module):
    def __init__(self, channels: int, width: int, blocks: int, stride: int) -> None:
        super().__init__()
        self.blocks = nn.Sequential(
            *(_ResidualBlock(channels if i == 0 else width, width, stride if i == 0 else 1) for i in range(blocks))
        )

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.blocks(x)
        return y


class ResEncEncoder(Encoder):
    """Features of the stages, of which each but the first halves the sides."""

    def __init__(self, widths: tuple[int, ...], blocks: tuple[int, ...], in_channels: int) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.size_multiple = 1 << (len(widths) - 1)
        self.widths = widths
        self.stem = StackedConvolutions(in_channels, widths[0])
        self.stages = nn.ModuleList(
            _Stage(widths[max(stage - 1, 0)], width, count, 2 if stage > 0 else 1)
            for stage, (width, count) in enumerate(zip(widths, blocks))
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        check_input(x, self.in_channels, self.size_multiple)
        features = []
        y = self.stem(x)
        for stage in self.stages:
            y = stage(y)
            features.append(y)
        return features


class _Decoder(nn.Module):
    def __init__(self, widths: tuple[int, ...], outputs: int) -> None:
        super().__init__()
        pairs = list(zip(widths[:0:-1], widths[-2::-1]))  # deepest first
        self.stages = nn.ModuleList(StackedConvolutions(2 * narrow, narrow) for _, narrow in pairs)
        self.transpconvs = nn.ModuleList(nn.ConvTranspose3d(wide, narrow, 2, stride=2) for wide, narrow in pairs)
        self.seg_layers = nn.ModuleList(nn.Conv3d(narrow, outputs, 1) for _, narrow in pairs)

    def forward(self, features: list[Tensor]) -> list[Tensor]:
        y, decoded = features[-1], []
        for up, merge, skip in zip(self.transpconvs, self.stages, features[-2::-1]):
            y = merge(joined(up(y), skip))
            decoded.append(y)
        return decoded


class ResEncSegmentation(Segmenter):
    """nnU-Net's decoder: at each level a transposed convolution, the encoder's feature beside it, and a normed convolution."""

    def __init__(self, encoder: ResEncEncoder, outputs: int) -> None:
        super().__init__()
        self.outputs = outputs
        self.encoder = encoder
        self.decoder = _Decoder(encoder.widths, outputs)

    def decode(self, x: Tensor, features: list[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        decoded = self.decoder(features)
        return self.decoder.seg_layers[-1](decoded[-1]), decoded[-3], decoded[-2]

    def deeper_heads(self) -> tuple[nn.Module, nn.Module]:
        return self.decoder.seg_layers[-3], self.decoder.seg_layers[-2]
