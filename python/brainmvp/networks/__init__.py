"""The networks of the program as PyTorch modules, under the names of its checkpoints."""

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
