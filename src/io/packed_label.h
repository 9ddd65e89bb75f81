// Label maps that are compiled in.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "image/volume.h"

namespace brainmvp::io {

// The volume of a .nii.gz in memory, as read_label() gives that of a file; `name` is for messages. Throws Error(kBadInput).
image::LabelVolume read_packed_label(std::span<const std::byte> bytes, const std::string& name);

} // namespace brainmvp::io
