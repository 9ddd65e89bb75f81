"""brainmvp in Python: its networks as PyTorch modules, its stores as data sets, its commands as functions (docs/how-to/python.md)."""

from brainmvp.alignment import Alignment, align
from brainmvp.checkpoints import TransferReport
from brainmvp.commands import (
    Evaluation,
    Prediction,
    Registration,
    benchmark,
    convert,
    embed,
    evaluate,
    finetune,
    index,
    inspect,
    predict,
    predict_all,
    prepare,
    pretrain,
    register,
    report,
    simulate,
    templates,
)
from brainmvp.dataset import Dataset, Templates
from brainmvp.description import Description
from brainmvp.errors import (
    BadInput,
    Diverged,
    Error,
    InternalError,
    NothingFound,
    OutOfResources,
    OutputError,
    UsageError,
)
from brainmvp.export import export
from brainmvp.networks import NETWORKS, Encoder, Segmentation, Segmenter, make_encoder, make_segmenter
from brainmvp.networks.classification import Classifier, Regressor
from brainmvp.preparation import PreparedStudy, prepare_study
from brainmvp.segmentation_metrics import compare_labels
from brainmvp.simulation import SimulatedStudy, simulate_study
from brainmvp.store import Store, StoredStudy, StoredVolume
from brainmvp.volumes import Volume, read_channels, read_image, read_label, resample

__all__ = [
    "NETWORKS",
    "Alignment",
    "BadInput",
    "Classifier",
    "Dataset",
    "Description",
    "Diverged",
    "Encoder",
    "Error",
    "Evaluation",
    "InternalError",
    "NothingFound",
    "OutOfResources",
    "OutputError",
    "Prediction",
    "PreparedStudy",
    "Registration",
    "Regressor",
    "Segmentation",
    "Segmenter",
    "SimulatedStudy",
    "Store",
    "StoredStudy",
    "StoredVolume",
    "Templates",
    "TransferReport",
    "UsageError",
    "Volume",
    "align",
    "benchmark",
    "compare_labels",
    "convert",
    "embed",
    "evaluate",
    "export",
    "finetune",
    "index",
    "inspect",
    "make_encoder",
    "make_segmenter",
    "predict",
    "predict_all",
    "prepare",
    "prepare_study",
    "pretrain",
    "read_channels",
    "read_image",
    "read_label",
    "register",
    "report",
    "resample",
    "simulate",
    "simulate_study",
    "templates",
]
