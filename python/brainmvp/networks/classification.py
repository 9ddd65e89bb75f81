"""Classification and regression: an encoder, the mean of its deepest feature, a linear layer."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from brainmvp.checkpoints import PathLike, TransferReport
from brainmvp.description import Description
from brainmvp.errors import UsageError
from brainmvp.networks.backbones import make_encoder


class PooledNetwork(nn.Module):
    """What a classifier and a regressor share. Tensors begin with "encoder." and "head."."""

    def __init__(self, network: str, in_channels: int, outputs: int, dropout: float = 0) -> None:
        """`dropout`: of the pooled feature, in training. Raises `UsageError` as `make_encoder`, and for no output."""
        super().__init__()
        if outputs < 1:
            raise UsageError(f"network: expected at least one output, found {outputs}")
        self.network = network
        self.outputs = outputs
        self.dropout = dropout
        self.encoder = make_encoder(network, in_channels)
        self.head = nn.Linear(self.encoder.widths[-1], outputs)
        self.description: Description | None = None
        self.report = TransferReport(missing=list(self.state_dict()))

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, H, W, D], sides that `encoder.size_multiple` divides, to [B, K]."""
        pooled = functional.dropout(self.encoder.pooled(x), self.dropout, self.training)
        y: Tensor = self.head(pooled)
        return y

    def save_pretrained(self, folder: PathLike) -> None:
        """Writes config.json, model.safetensors and templates.safetensors.

        Raises `UsageError` for a model without a description, `OutputError` when the folder exists.
        """
        from brainmvp.pretrained import save_described

        save_described(self, self.description, folder)


class Classifier(PooledNetwork):
    """A classification; its outputs are logits."""

    @staticmethod
    def from_pretrained(
        run: PathLike, channels: Sequence[str] | None = None, outputs: int | None = None, *, network: str | None = None
    ) -> Classifier:
        """The model of a run of `finetune classify`, or a new one of `channels` and `outputs` classes, as `Segmenter.from_pretrained`."""
        from brainmvp.pretrained import NewModel, load_classifier

        return load_classifier(run, NewModel(channels, outputs, network))

    def probabilities(self, x: Tensor) -> Tensor:
        """[B, C, H, W, D] to the probabilities of the classes, [B, K]."""
        return torch.softmax(self.forward(x).float(), 1)


class Regressor(PooledNetwork):
    """A regression; its outputs are standardised: in deviations from the mean of the training."""

    @staticmethod
    def from_pretrained(
        run: PathLike, channels: Sequence[str] | None = None, outputs: int | None = None, *, network: str | None = None
    ) -> Regressor:
        """The model of a run of `finetune regress`, or a new one of `channels` and `outputs` numbers, as `Segmenter.from_pretrained`."""
        from brainmvp.pretrained import NewModel, load_regressor

        return load_regressor(run, NewModel(channels, outputs, network))

    def numbers(self, x: Tensor) -> Tensor:
        """[B, C, H, W, D] to numbers in the units of the training's table, [B, K], in double precision.

        Raises `UsageError` for a model without a description.
        """
        if self.description is None:
            raise UsageError("this network was not read from a fine-tuned run, so that nothing says the units of its outputs")
        standardised = self.forward(x).double()
        means, deviations = (standardised.new_tensor(values) for values in zip(*self.description.targets.values()))
        return standardised * deviations + means
