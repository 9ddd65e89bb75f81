"""brainmvp in Python: its networks as PyTorch modules, its stores as data sets, its commands as functions (docs/how-to/python.md)."""

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
from brainmvp.store import Store, StoredStudy, StoredVolume

__all__ = [
    "NETWORKS",
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
    "Registration",
    "Regressor",
    "Segmentation",
    "Segmenter",
    "Store",
    "StoredStudy",
    "StoredVolume",
    "Templates",
    "TransferReport",
    "UsageError",
    "benchmark",
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
    "pretrain",
    "register",
    "report",
    "simulate",
    "templates",
]
