"""Reading checkpoints: files and runs of the program, its safetensors, and folders in the hub's layout."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Union

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from brainmvp.errors import BadInput, UsageError
from brainmvp.process import program

PathLike = Union[str, "os.PathLike[str]"]
CONFIG = "config.json"
WEIGHTS = "model.safetensors"

_LEADING = ("module.", "model.", "net.", "network.")
_ANYWHERE = ("_orig_mod.", "_fsdp_wrapped_module.", "_checkpoint_wrapped_module.")
_DICTS = ("state_dict", "model", "model_state_dict", "net", "network_weights")
_MEDNEXT_ENCODER = ("stem.", "enc_stages.", "down_blocks.", "bottleneck.")


@dataclass
class Checkpoint:
    """A checkpoint's tensors under the network's own names, and its other entries."""

    file: Path
    weights: dict[str, Tensor]
    entries: dict[str, Any] = field(default_factory=dict)

    @property
    def channels(self) -> tuple[str, ...]:
        """What its network's input channels show; empty where it does not say."""
        names = self.entries.get("channels")
        return tuple(map(str, names)) if isinstance(names, (list, tuple)) else ()


class InputChannels(NamedTuple):
    """What the input channels of a file's network and of another one show."""

    source: tuple[str, ...] = ()
    target: tuple[str, ...] = ()


@dataclass
class TransferReport:
    """What became of every tensor when weights were put into a network."""

    loaded: list[str] = field(default_factory=list)
    adapted: dict[str, str] = field(default_factory=dict)
    """Name, and what was done to it."""
    missing: list[str] = field(default_factory=list)
    """In the network, not in the file: left as initialised."""
    unused: list[str] = field(default_factory=list)
    """In the file, not in the network."""
    mismatched: dict[str, str] = field(default_factory=dict)
    """Name, and both shapes: left as initialised."""
    assumed: list[str] = field(default_factory=list)
    """What neither the file nor the caller said."""

    def __str__(self) -> str:
        wanted = len(self.loaded) + len(self.adapted) + len(self.missing) + len(self.mismatched)
        lines = [f"{len(self.loaded)} of the network's {wanted} tensors were loaded"]
        for title, names in (
            ("adapted", [f"{name} ({what})" for name, what in self.adapted.items()]),
            ("not in the file, left as initialised", self.missing),
            ("not used by the network", self.unused),
            ("do not fit, left as initialised", [f"{name} ({what})" for name, what in self.mismatched.items()]),
            ("assumed", self.assumed),
        ):
            if names:
                more = f", and {len(names) - 8} more" if len(names) > 8 else ""
                lines.append(f"{title} ({len(names)}): {', '.join(names[:8])}{more}")
        return "\n".join(lines)


def shipped_weights() -> dict[str, Path]:
    """Weights to start from that come with the program, by name; none where the program is not there."""
    try:
        folder = program().resolve().parent.parent / "lib" / "brainmvp" / "models"
    except UsageError:
        return {}
    return {file.stem: file for file in sorted(folder.glob("*.safetensors"))}


def checkpoint_file(source: PathLike, prefer: tuple[str, ...]) -> Path:
    """The checkpoint of a run folder (its first of `prefer`), the weights of a hub folder, the file itself, or weights that come
    with the program.

    Raises `BadInput` when there is none, and `UsageError` for a name of these that a file or folder here has, too.
    """
    path = Path(source)
    shipped = shipped_weights().get(os.fspath(source))
    if shipped is not None and path.exists():
        raise UsageError(f"{path}: the name of weights that come with the program, and of something in this folder; write ./{path} for that")
    if shipped is not None:
        return shipped
    if path.is_dir():
        candidates = [path / WEIGHTS, *(path / "checkpoints" / name for name in prefer)]
        for candidate in candidates:
            if candidate.is_file():
                return candidate
        raise BadInput(f"{path}: no {WEIGHTS}, and no checkpoints/{' or '.join(prefer)} in it; name a run or a checkpoint")
    if not path.is_file():
        raise BadInput(
            f"{path}: there is no such file or folder; nothing is downloaded here: get the files first, for example with "
            "huggingface_hub.snapshot_download, and name their folder"
            + (f", or weights that come with the program: {', '.join(shipped_weights())}" if shipped_weights() else "")
        )
    return path


def read_checkpoint(file: Path) -> Checkpoint:
    """Reads a .pt (only tensors and plain containers; nothing in it is run) or a .safetensors.

    Raises `BadInput` when it is damaged, or holds no tensors.
    """
    entries = _read_safetensors(file) if file.suffix == ".safetensors" else _read_pt(file)
    weights = _own_names(_weights_in(entries, file), file)
    return Checkpoint(file, weights, entries)


def _read_pt(file: Path) -> dict[str, Any]:
    try:
        value = torch.load(file, map_location="cpu", weights_only=True)
    except (RuntimeError, pickle.UnpicklingError, EOFError, ValueError, OSError) as fault:
        raise BadInput(f"{file}: no checkpoint that PyTorch reads safely ({(str(fault).splitlines() or ['the file ends too early'])[0]})") from fault
    if not isinstance(value, Mapping):
        raise BadInput(f"{file}: expected a dictionary of tensors, found {type(value).__name__}")
    return dict(value)


def _read_safetensors(file: Path) -> dict[str, Any]:
    try:
        with safe_open(str(file), framework="pt") as opened:
            entries: dict[str, Any] = {name: _of_metadata(text) for name, text in (opened.metadata() or {}).items()}
            entries["state_dict"] = {name: opened.get_tensor(name) for name in opened.keys()}
    except (SafetensorError, OSError) as fault:
        raise BadInput(f"{file}: no safetensors file ({fault})") from fault
    config = file.parent / CONFIG
    if file.name == WEIGHTS and config.is_file():
        try:
            said = json.loads(config.read_text(encoding="utf-8"))
        except ValueError as fault:
            raise BadInput(f"{config}: no JSON ({fault})") from fault
        if not isinstance(said, dict):
            raise BadInput(f"{config}: expected an object with the names of things, found {type(said).__name__}")
        entries |= said
    return entries


def _of_metadata(text: str) -> Any:
    """The metadata of safetensors are texts: the program writes lists and tables as JSON."""
    try:
        return json.loads(text) if text.startswith(("[", "{")) else text
    except ValueError:
        return text


def _weights_in(entries: Mapping[str, Any], file: Path) -> dict[str, Tensor]:
    inner = next((entries[name] for name in _DICTS if isinstance(entries.get(name), Mapping)), entries)
    weights = {str(name): value for name, value in inner.items() if isinstance(value, Tensor)}
    if not weights:
        raise BadInput(f"{file}: no tensors in it; name a checkpoint")
    return weights


def _own_name(name: str) -> str:
    while True:
        for part in _LEADING:
            if name.startswith(part):
                name = name[len(part) :]
                break
        else:
            place = next((f".{name}".find(f".{part}") for part in _ANYWHERE if f".{part}" in f".{name}"), -1)
            if place < 0:
                return name
            part = next(part for part in _ANYWHERE if name[place:].startswith(part))
            name = name[:place] + name[place + len(part) :]


def _own_names(weights: Mapping[str, Tensor], file: Path) -> dict[str, Tensor]:
    """Without what wrappers, nnU-Net's second names, and MONAI's missing "encoder." do to names."""
    own: dict[str, Tensor] = {}
    for name, tensor in weights.items():
        if _own_name(name) in own:
            raise BadInput(f"{file}: two tensors are {_own_name(name)} without the names of wrappers; keep one")
        own[_own_name(name)] = tensor
    second = {
        name
        for name in own
        if (".all_modules." in name and f"{name.split('.all_modules.')[0]}.conv.weight" in own)
        or (name.startswith("decoder.encoder.") and name[len("decoder.") :] in own)
    }
    is_monai_mednext = "enc_stages.0.0.conv1.weight" in own and "out_0.conv_out.weight" in own
    return {
        f"encoder.{name}" if is_monai_mednext and name.startswith(_MEDNEXT_ENCODER) else name: tensor
        for name, tensor in own.items()
        if name not in second
    }


def transfer(weights: Mapping[str, Tensor], network: torch.nn.Module, channels: InputChannels | None = None) -> TransferReport:
    """Copies every tensor whose name and shape fit.

    With `channels`, convolutions [width, C, ...] of the image's channels are adapted: of one channel, they are spread over several and
    divided by them; of several that are named, each of the network's takes that of its name, and one of another name stays as initialised.
    """
    report = TransferReport()
    own = network.state_dict()
    for name, target in own.items():
        source = weights.get(name)
        if source is None:
            report.missing.append(name)
        elif channels is not None and _shows(source, target, channels):
            report.adapted[name] = _take_channels(source, target, channels)
        elif source.shape == target.shape and source.is_floating_point() == target.is_floating_point():
            target.copy_(source)
            report.loaded.append(name)
        elif channels is not None and _inflatable(source, target):
            count = target.shape[1]
            target.copy_((source.to(target.dtype) / count).expand_as(target))
            report.adapted[name] = f"inflated from 1 to {count} input channels, divided by {count}"
        else:
            report.mismatched[name] = f"shape {list(source.shape)} in the file, {list(target.shape)} in the network"
    report.unused = [name for name in weights if name not in own]
    return report


def _shows(source: Tensor, target: Tensor, channels: InputChannels) -> bool:
    return (
        len(channels.source) > 1
        and channels.source != channels.target
        and source.dim() == target.dim() == 5
        and source.is_floating_point()
        and (source.shape[1], target.shape[1]) == (len(channels.source), len(channels.target))
        and (source.shape[0], source.shape[2:]) == (target.shape[0], target.shape[2:])
    )


def _take_channels(source: Tensor, target: Tensor, channels: InputChannels) -> str:
    taken = [name for name in channels.target if name in channels.source]
    drawn = [name for name in channels.target if name not in channels.source]
    for name in taken:
        target[:, channels.target.index(name)].copy_(source[:, channels.source.index(name)])
    return f"channels {', '.join(taken) or 'none'} of {', '.join(channels.source)}" + (
        f"; as initialised: {', '.join(drawn)}" if drawn else ""
    )


def _inflatable(source: Tensor, target: Tensor) -> bool:
    return (
        source.dim() == 5
        and source.is_floating_point()
        and source.shape[0] == target.shape[0]
        and source.shape[1] == 1 < target.shape[1]
        and source.shape[2:] == target.shape[2:]
    )


def require_whole(report: TransferReport, file: Path) -> None:
    """Raises `BadInput` when a tensor of the network did not come from the file; counters of batch norm may be missing."""
    missing = [name for name in report.missing if not name.endswith("num_batches_tracked")]
    if report.mismatched or missing:
        raise BadInput(f"{file}: its weights are not those of the network; name the network that it was trained as\n{report}")


def network_of(checkpoint: Checkpoint, asked: str | None) -> str:
    """The network that a checkpoint names, unless another is asked for. Raises `UsageError` when neither says it."""
    name = asked or checkpoint.entries.get("network")
    if not isinstance(name, str):
        raise UsageError(f"{checkpoint.file}: it does not say which network it is; pass network=..., for example 'uniformer_small'")
    return name
