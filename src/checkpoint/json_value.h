// Plain values as texts, for the metadata of safetensors files, which holds nothing else.
#pragma once

#include <optional>
#include <string>

#include "checkpoint/value.h"

namespace brainmvp::checkpoint {

// A text as it is, anything else as JSON (tuples as lists). Nothing when the value holds a tensor, a number that is not
// finite, or a dict whose keys are not all texts.
std::optional<std::string> to_metadata(const Value& value);

// A list or a dict where the text is JSON of one; otherwise the text itself. Nested deeper than pickles may: the text.
Value from_metadata(const std::string& text);

} // namespace brainmvp::checkpoint
