"""Loading and saving of encoders and fine-tuned models."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from brainmvp.checkpoints import (
    CONFIG,
    WEIGHTS,
    Checkpoint,
    InputChannels,
    PathLike,
    TransferReport,
    checkpoint_file,
    network_of,
    read_checkpoint,
    require_whole,
    transfer,
)
from brainmvp.description import Description, description_in
from brainmvp.encoder_transfer import encoder_weights, transfer_encoder
from brainmvp.errors import BadInput, UsageError
from brainmvp.folders import new_folder
from brainmvp.networks.backbones import backbone, make_encoder, make_segmenter
from brainmvp.networks.base import Encoder, Segmenter
from brainmvp.networks.classification import Classifier, Regressor

_TEMPLATES = "templates.safetensors"
_Model = TypeVar("_Model", Segmenter, Classifier, Regressor)


class NewModel(NamedTuple):
    """What a model that starts from the weights of another one is given."""

    channels: Sequence[str] | None = None
    outputs: int | None = None
    network: str | None = None
    """Of a file that does not say it."""

    def is_empty(self) -> bool:
        """Whether the file's own model is wanted."""
        return all(value is None for value in self)


def load_encoder(
    source: PathLike, in_channels: int | None = None, network: str | None = None, channels: Sequence[str] | None = None
) -> Encoder:
    """See `Encoder.from_pretrained`."""
    checkpoint = read_checkpoint(checkpoint_file(source, ("last.pt", "best.pt")))
    name = network_of(checkpoint, network)
    stem = backbone(name).stem
    with torch.device("meta"):
        names = set(make_encoder(name).state_dict())
    weights, unused = encoder_weights(checkpoint, names)
    if stem not in weights:
        raise BadInput(f"{checkpoint.file}: no encoder of {name} in it: there is no tensor {stem}")
    there = int(weights[stem].shape[1])
    asked, assumed = _input_channels(checkpoint, there, in_channels, channels)
    encoder = make_encoder(name, (len(asked.target) or there) if in_channels is None else in_channels)
    encoder.channels, encoder.intensities = asked.target, str(checkpoint.entries.get("intensities", ""))
    encoder.report = transfer(weights, encoder, asked)
    require_whole(encoder.report, checkpoint.file)
    if encoder.report.unused:
        raise BadInput(f"{checkpoint.file}: the encoder of a larger network than {name}\n{encoder.report}")
    encoder.report.unused, encoder.report.assumed = unused, assumed
    return encoder.eval()


def _input_channels(
    checkpoint: Checkpoint, there: int, in_channels: int | None, channels: Sequence[str] | None
) -> tuple[InputChannels, list[str]]:
    """What both networks' inputs show, as far as it is known, and what was assumed. `there`: input channels of the file."""
    known = checkpoint.channels if len(checkpoint.channels) == there else ()
    shown = f"{checkpoint.file}: it has {there} input channels, " + (", ".join(known) or "and does not say what they show")
    if channels is None:
        if in_channels in (None, there):
            order = f"the input channels are those of the file, in its order: {', '.join(known) or 'it does not name them'}"
            return InputChannels(known, known), [order] if in_channels is not None and there > 1 else []
        if there > 1:
            raise UsageError(f"{shown}; name the {in_channels} that are wanted: channels=[...]")
        return InputChannels(), []
    wanted = _distinct_names(channels, in_channels)
    if known and there > 1:
        drawn = [name for name in wanted if name not in known]
        if len(drawn) == len(wanted):
            raise UsageError(f"{shown}; channels are {', '.join(wanted)}, of which it knows none")
        if drawn:
            warnings.warn(f"{shown}; as initialised, not pre-trained: {', '.join(drawn)}", stacklevel=4)
    elif 1 < there != len(wanted):
        raise UsageError(f"{shown}; pass {there} channels in its order")
    elif there > 1:
        return InputChannels((), wanted), [f"the input channels of the file, which does not name them, are {', '.join(wanted)}"]
    return InputChannels(known, wanted), []


def _distinct_names(channels: Sequence[str], in_channels: int | None) -> tuple[str, ...]:
    names = (channels,) if isinstance(channels, str) else tuple(channels)
    if not names or len(set(names)) != len(names) or in_channels not in (None, len(names)):
        of_number = "" if in_channels is None else f"{in_channels} "
        raise UsageError(f"channels are {', '.join(names) or 'none'}; expected {of_number}different modalities")
    return names


def load_fine_tuned(run: PathLike) -> Segmenter | Classifier | Regressor:
    """The model of a fine-tuned run, its checkpoint or a hub folder, whatever its task. Raises `BadInput` when it is none."""
    checkpoint = read_checkpoint(checkpoint_file(run, ("best.pt", "last.pt")))
    description = _described(checkpoint)
    if description.task == "classify":
        return _filled(checkpoint, description, Classifier)
    if description.task == "regress":
        return _filled(checkpoint, description, Regressor)
    return _filled(checkpoint, description, make_segmenter)


def load_segmenter(run: PathLike, new: NewModel = NewModel()) -> Segmenter:
    """See `Segmenter.from_pretrained`."""
    return _load_model(run, "segment", "Segmenter", make_segmenter) if new.is_empty() else _started(run, make_segmenter, new)


def load_classifier(run: PathLike, new: NewModel = NewModel()) -> Classifier:
    """See `Classifier.from_pretrained`."""
    return _load_model(run, "classify", "Classifier", Classifier) if new.is_empty() else _started(run, Classifier, new)


def load_regressor(run: PathLike, new: NewModel = NewModel()) -> Regressor:
    """See `Regressor.from_pretrained`."""
    return _load_model(run, "regress", "Regressor", Regressor) if new.is_empty() else _started(run, Regressor, new)


def read_description(run: PathLike) -> Description:
    """What a fine-tuned run, its checkpoint or a hub folder says of itself. Raises `BadInput` when it is none."""
    checkpoint = read_checkpoint(checkpoint_file(run, ("best.pt", "last.pt")))
    return _described(checkpoint)


def save_encoder(encoder: Encoder, folder: PathLike) -> None:
    """See `Encoder.save_pretrained`."""
    config = {"class": "Encoder", "network": encoder.network, "in_channels": encoder.in_channels}
    known = {"channels": list(encoder.channels), "intensities": encoder.intensities}
    with new_folder(folder) as temporary:
        _write(encoder, config | {name: value for name, value in known.items() if value}, temporary)


def save_described(model: nn.Module, description: Description | None, folder: PathLike) -> None:
    """See `Segmenter.save_pretrained`."""
    if description is None:
        raise UsageError("this network was not read from a fine-tuned run: set its description before it is saved")
    with new_folder(folder) as temporary:
        write_described(model, description, temporary)


def write_described(model: nn.Module, description: Description, folder: Path) -> None:
    """The files of the hub's layout, into a folder that is there."""
    kind = {"segment": "Segmenter", "classify": "Classifier", "regress": "Regressor"}[description.task]
    _write(model, {"class": kind, **description.as_config()}, folder)
    save_file({"templates": description.templates.cpu().contiguous()}, folder / _TEMPLATES)


def _load_model(run: PathLike, task: str, kind: str, make: Callable[[str, int, int], _Model]) -> _Model:
    checkpoint = read_checkpoint(checkpoint_file(run, ("best.pt", "last.pt")))
    if "task" not in checkpoint.entries:
        advice = f"name a run of finetune, or pass channels=[...] and outputs=... for a new {kind} that starts from these weights"
        raise BadInput(f"{checkpoint.file}: it is no fine-tuned model; {advice}")
    description = _described(checkpoint)
    if description.task != task:
        raise BadInput(f"{checkpoint.file}: its task is {description.task}, which is no task of {kind}")
    return _filled(checkpoint, description, make)


def _filled(checkpoint: Checkpoint, description: Description, make: Callable[[str, int, int], _Model]) -> _Model:
    model = make(description.network, len(description.channels), len(description.outputs))
    model.encoder.channels, model.encoder.intensities = description.channels, description.intensities
    model.description, model.report = description, _fill(checkpoint, model)
    return model.eval()


def _started(source: PathLike, make: Callable[[str, int, int], _Model], new: NewModel) -> _Model:
    """As `finetune --init` (src/finetune/start.cpp)."""
    if new.channels is None or new.outputs is None:
        raise UsageError("a new model needs both channels=[...] and outputs=..., the number of its labels, regions, classes or targets")
    checkpoint = read_checkpoint(checkpoint_file(source, ("last.pt", "best.pt")))
    name, own = network_of(checkpoint, new.network), checkpoint.entries.get("network")
    if own not in (None, name):
        raise UsageError(f"{checkpoint.file}: it is of {own}, not of {name}; leave network out")
    row, channels = backbone(name), _distinct_names(new.channels, None)
    model = make(name, len(channels), new.outputs)
    model.encoder.channels, model.encoder.intensities = channels, str(checkpoint.entries.get("intensities", ""))
    of_another_task = row.outputs if "objective" in checkpoint.entries else ()
    model.report = transfer_encoder(checkpoint, model, row.stem, of_another_task, channels)
    _warn_of_drawn_channels(model.report, f"encoder.{row.stem}", checkpoint)
    return model.eval()


def _warn_of_drawn_channels(report: TransferReport, stem: str, checkpoint: Checkpoint) -> None:
    what = report.mismatched.get(stem) or report.adapted.get(stem, "")
    if stem in report.mismatched or "as initialised" in what:
        warnings.warn(f"{checkpoint.file}: of the input channels some or all are not pre-trained: {what}", stacklevel=5)


def _described(checkpoint: Checkpoint) -> Description:
    entries = dict(checkpoint.entries)
    templates = checkpoint.file.parent / _TEMPLATES
    if checkpoint.file.name == WEIGHTS and templates.is_file():
        entries |= load_file(templates)
    try:
        return description_in(entries)
    except BadInput as fault:
        raise BadInput(f"{checkpoint.file}: {fault}") from fault


def _fill(checkpoint: Checkpoint, model: nn.Module) -> TransferReport:
    report = transfer(checkpoint.weights, model)
    require_whole(report, checkpoint.file)
    return report


def _write(model: nn.Module, config: Mapping[str, Any], folder: Path) -> None:
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()}
    # The program reads these two where it reads the file without its config.json.
    said = {"network": config["network"], **({"channels": json.dumps(config["channels"])} if "channels" in config else {})}
    save_file(tensors, folder / WEIGHTS, metadata={"format": "pt", **said})
    (folder / CONFIG).write_text(json.dumps({"model_type": "brainmvp", **config}, indent=1) + "\n", encoding="utf-8")
