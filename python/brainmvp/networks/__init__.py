"""The networks of the program as PyTorch modules, under the names of its checkpoints."""

import torch

from brainmvp.networks.backbones import NETWORKS, Backbone, backbone, make_encoder, make_segmenter
from brainmvp.networks.base import Encoder, Segmentation, Segmenter

__all__ = [
    "NETWORKS",
    "Backbone",
    "Encoder",
    "Segmentation",
    "Segmenter",
    "backbone",
    "make_encoder",
    "make_segmenter",
]

# MKL learns in the first call of exp or log what the processor is; where several threads make that call, one of them may compute with 1.5e-4 error.
torch.zeros(16).exp()
