// What runs that learn templates have in common.
#pragma once

#include <torch/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "image/affine.h"
#include "runtime/named_tensors.h"

namespace brainmvp::objectives {

double bank_bytes(const image::Size& template_size);

// The network's tensors with the bank in front.
NamedTensors with_bank(const torch::Tensor& templates, NamedTensors network);

// Entries of checkpoints: the modalities that the training studies have, and where the templates lie.
checkpoint::Dict description_of_templates(const std::vector<std::string>& modalities, const image::Affine& affine);

// RUN/templates: refuses files that are not its own, before the start; writes the templates of these modalities, at the end.
void check_templates_folder(const std::filesystem::path& run);
void write_templates_folder(const std::filesystem::path& run, const torch::Tensor& templates,
                            const std::vector<std::string>& modalities, const image::Affine& affine);

} // namespace brainmvp::objectives
