// From a pre-trained encoder of one input channel to a fine-tuning network of one channel a modality.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "runtime/named_tensors.h"

namespace brainmvp::checkpoint {

// What becomes of a pre-trained encoder's first convolution, whose weight [out, 1, ..] must become [out, C, ..]. Inflate: each
// channel gets the weight / C, so that C equal inputs give the same. Reinitialise: it stays as it was drawn.
enum class Stem { kInflate, kReinitialise };

// What the input channels of both networks show, where the file says: channels are then taken by name.
struct InputChannels {
  std::vector<std::string> from, to;
};

struct EncoderTransfer {
  std::string stem;                                         // tensor of the first convolution in the fine-tuning network
  TransferReport report;                                    // of all other tensors
  std::vector<std::pair<std::string, std::string>> adapted; // name and what was done to it
  [[nodiscard]] std::string summary() const;                // several lines, for people: every tensor is in one of the lists
};

// `from`: a pre-training ("encoder.uniformer.X" or the UNet's names), a fine-tuned network, or a bare encoder; `to`: the
// tensors of a fine-tuning network ("encoder.X"). A stem of equal channel count is loaded as it is.
// `stem`: its first convolution ("encoder." and nn::Backbone::stem). Throws Error(kBadInput) when no tensor of the encoder fits.
// A decoder that was trained with skips is loaded, too, but for tensors whose names begin with one of `left_out`.
EncoderTransfer transfer_encoder(const NamedTensors& from, const NamedTensors& to, const std::string& stem, Stem change,
                                 std::span<const std::string> left_out = {}, const InputChannels& channels = {});

// Throws Error(kBadInput) when some of the encoder was not loaded, or the file's is a larger one: names what is missing, or what
// does not fit. A first convolution of other channels may stay as it was drawn.
void require_whole_encoder(const EncoderTransfer& transfer);
void require_whole_encoder(const TransferReport& report); // of a pre-training network

} // namespace brainmvp::checkpoint
