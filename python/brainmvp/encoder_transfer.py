"""Weights of an earlier network for a fine-tuning: what `finetune --init` takes of them (src/checkpoint/encoder_transfer.h)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from torch import Tensor, nn

from brainmvp.checkpoints import Checkpoint, InputChannels, TransferReport, transfer
from brainmvp.errors import BadInput

_ENCODER = "encoder."
_PRETRAINED_ENCODER = "encoder.uniformer."


class Renamed(NamedTuple):
    """The tensors of a file under the names of a fine-tuning network."""

    weights: dict[str, Tensor]
    original: dict[str, str]
    """By the name in the network."""
    unused: list[str]
    """Those that have no place there, under their original names."""


def renamed(checkpoint: Checkpoint, names: Collection[str], left_out: Sequence[str] = ()) -> Renamed:
    """Of a pre-training ("encoder.uniformer.X", "encoder.X" or the UNet's bare names), a fine-tuned network, or a bare encoder ("X").

    `names`: of the network's tensors, those of the encoder with "encoder." before them. A decoder is taken where it was trained with
    skips, but for what begins with one of `left_out`. Raises `BadInput` for two tensors of one name.
    """
    with_decoder = any(name.startswith(_ENCODER) and not name.startswith(_PRETRAINED_ENCODER) for name in checkpoint.weights)
    found = Renamed({}, {}, [])
    for name, tensor in checkpoint.weights.items():
        target = "" if name.startswith(tuple(left_out)) else _name_in_network(name, names, with_decoder)
        if not target:
            found.unused.append(name)
            continue
        if target in found.weights:
            raise BadInput(f"{checkpoint.file}: {found.original[target]} and {name} are the same tensor of the network; keep one of them")
        found.weights[target], found.original[target] = tensor, name
    return found


def encoder_weights(checkpoint: Checkpoint, names: Collection[str]) -> tuple[dict[str, Tensor], list[str]]:
    """The encoder's tensors under its own names, and what is no part of it. `names`: the encoder's own."""
    found = renamed(checkpoint, {_ENCODER + name for name in names})
    return {name.removeprefix(_ENCODER): tensor for name, tensor in found.weights.items()}, found.unused


def transfer_encoder(
    checkpoint: Checkpoint, network: nn.Module, stem: str, left_out: Sequence[str], channels: Sequence[str]
) -> TransferReport:
    """Copies the encoder's weights, and the decoder's where they fit, into a fine-tuning network whose inputs show `channels`.

    `stem`: the encoder's tensor of the input channels. Raises `BadInput` unless all of the encoder is there; a stem of other channels
    may stay as it was drawn.
    """
    found = renamed(checkpoint, network.state_dict(), left_out)
    report = transfer(found.weights, network, InputChannels(checkpoint.channels, tuple(channels)))
    report.unused = [found.original[name] for name in report.unused] + found.unused
    _require_whole(report, _ENCODER + stem, checkpoint)
    return report


def _name_in_network(name: str, names: Collection[str], with_decoder: bool) -> str:
    """Empty where it has no place there."""
    if name.startswith(_PRETRAINED_ENCODER):
        return _ENCODER + name.removeprefix(_PRETRAINED_ENCODER)
    if name.startswith(_ENCODER) or (with_decoder and name in names):
        return name
    return _ENCODER + name if _ENCODER + name in names else ""


def _require_whole(report: TransferReport, stem: str, checkpoint: Checkpoint) -> None:
    loaded = [name for name in (*report.loaded, *report.adapted) if _of_encoder(name)]
    misfits = {name: what for name, what in report.mismatched.items() if _of_encoder(name) and name != stem}
    missing = [name for name in report.missing if _of_encoder(name)]
    stages = {_stage_of(name) for name in loaded} - {""}
    further = [name for name in report.unused if _stage_of(name) in stages]
    if misfits:
        what = "the encoder of another network"
    elif missing:
        what = f"a part of an encoder: {len(loaded)} of {len(loaded) + len(missing)} tensors are there" if loaded else "no encoder"
    elif further:
        what = "the encoder of a larger network"
    else:
        return
    raise BadInput(f"{checkpoint.file}: {what}; name a whole checkpoint of the network\n{report}")


def _of_encoder(name: str) -> bool:
    """Counters of batch norm are not in every file, and are not used."""
    return name.startswith(_ENCODER) and not name.endswith("num_batches_tracked")


def _stage_of(name: str) -> str:
    """ "blocks3" of "encoder.uniformer.blocks3.7.norm1.weight"; empty where no number follows."""
    parts = name.split(".")
    while parts and parts[0] in ("encoder", "uniformer"):
        parts.pop(0)
    return parts[0] if len(parts) > 1 and parts[1].isdecimal() else ""
