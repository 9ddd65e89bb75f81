"""brainmvp in Python: its networks as PyTorch modules, its stores as data sets, its commands as functions (docs/how-to/python.md)."""

from brainmvp.checkpoints import TransferReport
from brainmvp.commands import (
    Evaluation,
    Prediction,
    embed,
    evaluate,
    finetune,
    index,
    predict,
    prepare,
    pretrain,
    register,
    simulate,
    templates,
)
from brainmvp.dataset import Dataset
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
    "Regressor",
    "Segmentation",
    "Segmenter",
    "Store",
    "StoredStudy",
    "StoredVolume",
    "TransferReport",
    "UsageError",
    "embed",
    "evaluate",
    "export",
    "finetune",
    "index",
    "make_encoder",
    "make_segmenter",
    "predict",
    "prepare",
    "pretrain",
    "register",
    "simulate",
    "templates",
]
