"""What a fine-tuned model says about itself, besides its weights (docs/develop/architecture.md, A fine-tuned model)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from brainmvp.errors import BadInput

TASKS = ("segment", "classify", "regress")


@dataclass(frozen=True, eq=False)
class Description:
    """Task, channels, outputs, preparation and templates of a fine-tuned model."""

    task: str
    """segment, classify or regress"""
    network: str
    channels: tuple[str, ...]
    """Canonical modalities, one per input channel."""
    labels: dict[str, int]
    regions: dict[str, tuple[int, ...]]
    """Values whose union is each region; empty where labels exclude each other."""
    region_order: tuple[int, ...]
    """The value that each region paints, later ones over earlier; empty where nothing was said."""
    ignore: int | None
    """Label value of voxels that the training left out."""
    classes: tuple[str, ...]
    targets: dict[str, tuple[float, float]]
    """Of a regression: mean and deviation of each in the training, in the table's units."""
    window: tuple[int, int, int]
    """Crop of the training; for whole volumes the input's size."""
    sizing: str
    """How a whole volume becomes an input: pad or resize."""
    intensities: str
    """clipped to 0 to 1, or unclipped: bounded to -5 to 5"""
    preparation: dict[str, Any]
    templates: Tensor
    """[C, H, W, D], min-max normalised; 0 where there is none"""
    has_template: tuple[bool, ...]

    @property
    def exclusive(self) -> bool:
        """Whether each voxel has one label: softmax rather than sigmoid."""
        return not self.regions

    @property
    def outputs(self) -> tuple[str, ...]:
        """The meaning of each output: regions, labels by value, classes, or targets."""
        if self.task == "segment":
            return tuple(self.regions) or tuple(sorted(self.labels, key=self.labels.__getitem__))
        return self.classes if self.task == "classify" else tuple(self.targets)

    def as_config(self) -> dict[str, Any]:
        """The entries of the checkpoint, except templates, as JSON takes them."""
        config: dict[str, Any] = {
            "task": self.task,
            "network": self.network,
            "channels": list(self.channels),
            "labels": self.labels,
            "regions": {name: list(values) for name, values in self.regions.items()},
            "classes": list(self.classes),
            **({"region_order": list(self.region_order)} if self.region_order else {}),
            **({"ignore": self.ignore} if self.ignore is not None else {}),
            "window": list(self.window),
            "sizing": self.sizing,
            "intensities": self.intensities,
            "preparation": self.preparation,
            "has_template": list(self.has_template),
        }
        if self.targets:
            config["targets"] = list(self.targets)
            config["target_means"] = [mean for mean, _ in self.targets.values()]
            config["target_deviations"] = [deviation for _, deviation in self.targets.values()]
        return config


def description_in(entries: Mapping[str, Any]) -> Description:
    """Reads the entries of a checkpoint or a config.json. Raises `BadInput` when they are no fine-tuned model's."""
    if "task" not in entries or "channels" not in entries:
        raise BadInput("it has no task and channels: it is no fine-tuned model; name a run of finetune or its checkpoint")
    try:
        targets = zip(entries.get("target_means", ()), entries.get("target_deviations", ()))
        description = Description(
            task=entries["task"],
            network=entries["network"],
            channels=tuple(entries["channels"]),
            labels=dict(entries["labels"]),
            regions={name: tuple(values) for name, values in entries["regions"].items()},
            region_order=tuple(entries.get("region_order", ())),
            ignore=entries.get("ignore"),
            classes=tuple(entries["classes"]),
            targets=dict(zip(entries.get("targets", ()), targets)),
            window=_three(entries["window"]),
            sizing=entries["sizing"],
            intensities=entries.get("intensities", "clipped"),
            preparation=dict(entries["preparation"]),
            templates=entries["templates"].float(),
            has_template=tuple(entries["has_template"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise BadInput(f"its description of the model is damaged or of another version ({fault!r})") from fault
    _check(description)
    return description


def _three(values: Any) -> tuple[int, int, int]:
    i, j, k = (int(value) for value in values)
    return i, j, k


def _check(description: Description) -> None:
    if description.task not in TASKS:
        raise BadInput(f"its task is {description.task}; expected one of {', '.join(TASKS)}")
    channels = len(description.channels)
    shape = tuple(description.templates.shape)
    if channels == 0 or len(shape) != 4 or shape[0] != channels or len(description.has_template) != channels:
        raise BadInput(f"its templates have the shape {list(shape)} for {channels} channels; the file is damaged")
    if description.region_order and len(description.region_order) != len(description.regions):
        raise BadInput(
            f"its region_order has {len(description.region_order)} values for {len(description.regions)} regions; the file is damaged"
        )
    if not description.outputs:
        raise BadInput("it has no outputs; the file is damaged")
