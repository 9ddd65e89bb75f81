// Networks of a backbone that brings no decoder of its own.
#pragma once

#include <cstdint>
#include <memory>

#include "nn/networks/backbones.h"

namespace brainmvp::nn {

// For pre-training: from the deepest feature, transposed convolutions through the widths of all levels and a closing 1^3
// convolution, without skips or activations, so that the encoder must carry everything. Names: encoder, reconstruction.
// Several channels go in and come out: [B, channels, H, W, D].
std::shared_ptr<ReconstructionNetwork> make_generic_reconstruction(const Backbone& backbone, std::int64_t channels);

// For pre-training, with the decoder of the segmentation network, and its names.
std::shared_ptr<ReconstructionNetwork> make_skip_reconstruction(const Backbone& backbone, std::int64_t channels);

// nnU-Net's decoder: at each level a transposed convolution, the encoder's feature beside it, and a normed convolution. Names:
// encoder, and decoder with transpconvs.0, stages.0.convs.0 and seg_layers.0 of the deepest level, and so on, as nnU-Net has
// them.
std::shared_ptr<SegmentationNetwork> make_generic_segmentation(const Backbone& backbone, std::int64_t channels,
                                                               std::int64_t outputs);

} // namespace brainmvp::nn
